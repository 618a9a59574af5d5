"""Brings the read model's tables and views to the form that this program knows: a change of either is a revision."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections import views

_MIGRATIONS = Path(__file__).parent / "migrations"

REVISION = "SELECT version_num FROM alembic_version"
"""Asks a database that was migrated for the revision of its tables."""


def upgrade(connection: Connection, database: str, *, only_new: bool = False) -> None:
    """Tables and views are at this program's revision, as far as the caller's transaction is committed.

    The transaction must already exclude other writers; two programs that start at once then follow one another.
    Raises ``ProjectionRefused`` when a newer program has been here, ``ProjectionUnavailable`` when an older one has and
    ``only_new`` forbids to take its place; messages call the database ``database``.
    """
    present = set(MigrationContext.configure(connection).get_current_heads())
    if present == {head()}:
        return
    if not present <= _known():
        raise ProjectionRefused(
            f"{database}: written by a newer Hookline (revision {', '.join(sorted(present - _known()))}); "
            "start that version, or name another database: it will be filled from the log"
        )
    if only_new and present:
        raise ProjectionUnavailable(f"{database}: of an older Hookline; start `hookline project` of this one")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    views.make(connection)


def check_unchanged(revision: object, database: str) -> None:
    """Raises ``ProjectionUnavailable`` where that is not this program's ``head``: another one has migrated since."""
    if revision != head():
        raise ProjectionUnavailable(
            f"{database}: another version of Hookline has changed its tables meanwhile; the rebuild changed nothing: "
            "repeat it with that version"
        )


@cache
def head() -> str:
    """The revision of this program's tables."""
    (revision,) = _scripts().get_heads()
    return revision


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
