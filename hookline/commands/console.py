"""Actions over HTTP, for services and for people."""

from __future__ import annotations

import structlog
import typer

from hookline import serving
from hookline.cli import SettingsFile, run, say, settings_of, told_to_stop
from ingest.act.acting import acting
from ingest.act.operators import operators_of
from ingest.act.web import make_runner
from ingest.calling import accounts_of
from runtime.listening import listening
from runtime.settings import Settings

_log = structlog.get_logger(__name__)

_DRAIN = 15.0
"""Seconds that actions under way have to end; what is left then is on the log as unconfirmed."""

_HELP = """Serve actions at vendors over HTTP: an API for services, and a page for people.

Whoever asks needs the token of an [[operator]]. Put it behind TLS: a token in clear can be read on its way.

Example: hookline console --settings hookline.toml"""


def register(app: typer.Typer) -> None:
    app.command("console", help=_HELP)(console)


def console(settings: SettingsFile = None) -> None:
    run(_serve(settings_of(settings)))


async def _serve(settings: Settings) -> None:
    stop = told_to_stop()
    operators = operators_of(settings.operator)
    accounts_of(settings.source)
    async with (
        serving.running(settings, {serving.CONSOLE}) as process,
        acting(settings.source, settings.act, process.log) as desk,
    ):
        runner = make_runner(desk, operators, _DRAIN)
        async with listening(runner, settings.console.listen, "console.listen") as url:
            say(f"ready: console on {url}/actions, operations on {process.operations}")
            if not operators:
                say("nobody may act here yet: add [[operator]] with a token to the settings")
            _log.info("started", part=serving.CONSOLE, console=url, operations=process.operations)
            await stop.wait()
            _log.info("stopping", part=serving.CONSOLE)
