"""Who looked at what at the console."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from consumers.console.auditing import digest, looks
from hookline.cli import AsJson, Follow, SettingsFile, print_json, run, say, settings_of
from hookline.logs import opened_log
from hookline.rows import when
from runtime.settings import Settings
from schemas.audit import Look

_HELP = """Who looked at what at the console, and when.

What was searched for stands there as a digest, as people type names: `hookline audit --searched "Ann Smith"` says who
searched for just that.

Example: hookline audit --who ada --follow"""


def register(app: typer.Typer) -> None:
    app.command("audit", help=_HELP)(audit)


def audit(
    who: Annotated[str | None, typer.Option(help="Of this person alone.")] = None,
    about: Annotated[str | None, typer.Option(help="About what begins so, as idenfy:6f0c…")] = None,
    searched: Annotated[str | None, typer.Option(help="Searches for just this text.")] = None,
    settings: SettingsFile = None,
    follow: Follow = False,
    as_json: AsJson = False,
) -> None:
    wanted = about if searched is None else digest(searched)
    run(_show(settings_of(settings), who, wanted, follow=follow, as_json=as_json))


async def _show(settings: Settings, who: str | None, about: str | None, *, follow: bool, as_json: bool) -> None:
    async with opened_log(settings, existing=True) as log:
        async for look in looks(log, follow=follow):
            if who not in {None, look.who} or not look.about.startswith(about or ""):
                continue
            if as_json:
                print_json(asdict(look))
            else:
                say(_line(look))


def _line(look: Look) -> str:
    return f"{when(look.at)}  {look.who:<20} {look.role:<8} {look.via:<12} {look.what:<14} {look.about}"
