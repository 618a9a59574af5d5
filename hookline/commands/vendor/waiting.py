"""Actions that wait for a second person: which there are, and confirming one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hookline import rows
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.commands.vendor.doing import check_free, end_with, opened, operator_of, tell
from ingest.act.errors import ActionError
from ingest.act.records import kept_arguments
from ingest.act.told import ask_row
from runtime.settings import Settings

_CONFIRM = """Confirm what another operator asked for: it is done now, once.

Example: hookline vendor confirm 0199c0de-7a41-7e5b-9d4e-3f1c6f2e7a42"""
_WAITING = """What waits for a second person, oldest first.

Example: hookline vendor waiting --json"""


def register_waiting(app: typer.Typer) -> None:
    app.command("confirm", help=_CONFIRM)(confirm)
    app.command("waiting", help=_WAITING)(waiting)


def confirm(
    action_id: Annotated[str, typer.Argument(metavar="ID", help="As it was shown to whoever asked.")],
    operator: Annotated[str | None, typer.Option(help="Who confirms; a token says it.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the answer goes, if it is a file.")] = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_confirm(settings_of(settings), action_id, operator, output, as_json=as_json))


async def _confirm(
    settings: Settings, action_id: str, operator: str | None, output: Path | None, *, as_json: bool
) -> None:
    check_free(output)
    try:
        async with opened(settings) as desk:
            result = await desk.confirm(action_id, operator_of(settings, operator))
    except ActionError as error:
        end_with(error, as_json=as_json)
    tell(result, output, as_json=as_json)


def waiting(settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_waiting(settings_of(settings), as_json=as_json))


async def _waiting(settings: Settings, *, as_json: bool) -> None:
    try:
        async with opened(settings) as desk:
            found = await desk.waiting()
    except ActionError as error:
        end_with(error, as_json=as_json)
    for ask in found:
        if as_json:
            print_json(ask_row(ask))
        else:
            say(f"{ask.id}  {rows.when(ask.asked_at)}  {ask.vendor} {ask.action} at {ask.source}  by {ask.operator}")
            say(f"    {ask.reason or 'no reason given'}")
            say("\n".join(f"    {name}: {value}" for name, value in kept_arguments(ask.arguments).items()))
    if not found and not as_json:
        say("nothing waits")
