"""Brings the read model's tables and views to the form that this program knows: a change of either is a revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections import views

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, database: str, *, only_new: bool = False) -> None:
    """Tables and views are at this program's revision, as far as the caller's transaction is committed.

    The transaction must already exclude other writers; two programs that start at once then follow one another.
    Raises ``ProjectionRefused`` when a newer program has been here, ``ProjectionUnavailable`` when an older one has and
    ``only_new`` forbids to take its place; messages call the database ``database``.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= known:
        raise ProjectionRefused(
            f"{database}: written by a newer Hookline (revision {', '.join(sorted(present - known))}); "
            "start that version, or name another database: it will be filled from the log"
        )
    if only_new and present and present != set(scripts.get_heads()):
        raise ProjectionUnavailable(f"{database}: of an older Hookline; start `hookline project` of this one")
    if present != set(scripts.get_heads()):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        views.make(connection)
