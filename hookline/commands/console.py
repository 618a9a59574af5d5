"""The console: what analysts and services ask, and what they do, over HTTP."""

from __future__ import annotations

import structlog
import typer

from hookline.cli import SettingsFile, run, say, settings_of, told_to_stop
from hookline.consoles import ConsoleAt, console_running
from hookline.parts import CONSOLE
from hookline.serving import running
from runtime.settings import Settings

_log = structlog.get_logger(__name__)

_HELP = """Serve the console: pages for people, an API for services, and actions at vendors.

Whoever comes in has the token of an [[operator]], or is known to the issuer of [oidc]. Put it behind TLS and say its
address in console.url: a token in clear can be read on its way.

Example: hookline console --settings hookline.toml"""


def register(app: typer.Typer) -> None:
    app.command("console", help=_HELP)(console)


def console(settings: SettingsFile = None) -> None:
    run(_serve(settings_of(settings)))


async def _serve(settings: Settings) -> None:
    stop = told_to_stop()
    async with (
        running(settings, {CONSOLE}) as process,
        console_running(settings, process) as at,
    ):
        say_where(at, f", operations on {process.operations}")
        _log.info("started", part=CONSOLE, console=at.url, operations=process.operations)
        await stop.wait()
        _log.info("stopping", part=CONSOLE)


def say_where(at: ConsoleAt, more: str = "") -> None:
    say(f"ready: console on {at.url}{more}")
    if at.login_link is not None:
        say(f"sign in once, within ten minutes: {at.login_link}")
    if at.nobody:
        say("nobody may come in yet: add [[operator]] with a token, or [oidc], to the settings")
