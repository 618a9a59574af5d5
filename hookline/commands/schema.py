"""The schema registry: what it lacks, and putting it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.registry import SchemasNotReady, opened_registry
from runtime.settings import Settings
from schemas.registry import verify, versions
from schemas.registry.client import FULL_TRANSITIVE, Registry
from schemas.registry.registration import Subject, inspect
from schemas.registry.registration import register as register_missing

Row = Mapping[str, Any]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The schema registry: what it lacks, and putting it there.", no_args_is_help=True)
    text = "Register every version of every schema, once they are compatible. Repeating it changes nothing."
    group.command("register", help=f"{text}\n\nExample: hookline schema register --settings hookline.toml")(put)
    text = "Say what `register` would do, and fail if that is anything."
    group.command("check", help=f"{text}\n\nExample: hookline schema check --settings hookline.toml")(check)
    app.add_typer(group, name="schema")


def put(settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_register(settings_of(settings), as_json=as_json))


def check(settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_check(settings_of(settings), as_json=as_json))


async def _register(settings: Settings, *, as_json: bool) -> None:
    async with opened_registry(settings.registry) as registry:
        before = await _found(registry)
        await register_missing(registry, before)
        after = await inspect(registry, versions())
    _show(_rows(after, before), as_json=as_json)


async def _check(settings: Settings, *, as_json: bool) -> None:
    async with opened_registry(settings.registry) as registry:
        found = await _found(registry)
    _show(_rows(found, found), as_json=as_json)
    faults = [fault for subject in found for fault in subject.faults]
    if faults:
        raise SchemasNotReady("\n".join([f"{registry.name}: nothing can be registered before this is mended", *faults]))
    if not all(subject.in_order for subject in found):
        raise SchemasNotReady(f"{registry.name}: not in order yet; run `hookline schema register`")


async def _found(registry: Registry) -> Sequence[Subject]:
    verify()
    return await inspect(registry, versions())


def _rows(after: Iterable[Subject], before: Iterable[Subject]) -> list[Row]:
    """One row a version: what the registry holds ``after``, and whether that is other than ``before``."""
    return [
        {
            "subject": now.name,
            "file": version.path.name,
            "local_id": version.id,
            "registry_id": found,
            "compatibility": now.level,
            "changed": (now.level, found) != (then.level, old),
        }
        for now, then in zip(after, before, strict=True)
        for (version, found), (_, old) in zip(now.ids, then.ids, strict=True)
    ]


def _show(rows: Iterable[Row], *, as_json: bool) -> None:
    for row in rows:
        if as_json:
            print_json(row)
        else:
            say(f"{row['file']}  {_id(row)}  {row['compatibility'] or 'no level of its own'}  {_state(row)}")


def _id(row: Row) -> str:
    return "not registered" if row["registry_id"] is None else f"id {row['registry_id']}"


def _state(row: Row) -> str:
    if row["changed"]:
        return "done now"
    return "in order" if row["registry_id"] is not None and row["compatibility"] == FULL_TRANSITIVE else "to be done"
