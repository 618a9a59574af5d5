"""The projections: kept, or built anew from the log while everything goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from consumers.projections.rebuilding import Rebuilt, rebuild
from consumers.projections.rebuilding.rebuild import Progress as Told
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.commands.stages import serve_part
from hookline.logs import opened_log
from hookline.parts import PROJECT
from hookline.registry import explained, schemas_ready
from runtime.settings import Settings

_HELP = """Keep the projections: statuses, timelines, subjects, open work, counts, alerts and dead letters in SQL.

With --rebuild they are built anew from the log's first record, aside, while everything goes on, and then switched to in
one transaction.

Example: hookline project --rebuild --settings hookline.toml"""


def register(app: typer.Typer) -> None:
    app.command("project", help=_HELP)(project)


def project(
    settings: SettingsFile = None,
    rebuilds: Annotated[bool, typer.Option("--rebuild", help="Build them anew from the log, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    chosen = settings_of(settings)
    run(_rebuild(chosen, as_json=as_json) if rebuilds else serve_part(chosen, PROJECT))


async def _rebuild(settings: Settings, *, as_json: bool) -> None:
    with explained():
        async with schemas_ready(settings.registry), opened_log(settings, existing=True) as log:
            with _bar(hidden=as_json) as told:
                rebuilt = await rebuild(settings.projections_url, log, told)
    if as_json:
        print_json(asdict(rebuilt))
    else:
        _say(rebuilt)


@contextmanager
def _bar(*, hidden: bool) -> Iterator[Told]:
    """On stderr, and only where somebody sees it."""
    console = Console(stderr=True)
    columns = TextColumn("reading the log"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=hidden or not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _say(rebuilt: Rebuilt) -> None:
    say(
        f"rebuilt from {rebuilt.records} records in {rebuilt.seconds:g} s: {rebuilt.verifications} statuses, "
        f"{rebuilt.events} events, {rebuilt.alerts} alerts, {rebuilt.dead_letters} dead letters"
    )
