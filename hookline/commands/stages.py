"""Each stage alone, as containers run them."""

from __future__ import annotations

from collections.abc import Callable

import structlog
import typer

from hookline.cli import SettingsFile, run, say, settings_of, told_to_stop
from hookline.parts import FETCH, NORMALIZE, RECEIVE
from hookline.serving import Running, running
from runtime.settings import Settings

_log = structlog.get_logger(__name__)

_STAGES = {
    RECEIVE: "Receive callbacks: authenticate each, store it, answer 200.",
    FETCH: "Read at the vendors what thin callbacks left out, within each account's budget.",
    NORMALIZE: "Turn callbacks into verification events.",
}


def register(app: typer.Typer) -> None:
    for part, summary in _STAGES.items():
        text = f"{summary}\n\nExample: hookline {part} --settings hookline.toml"
        app.command(part, help=text)(_command(part))


def _command(part: str) -> Callable[..., None]:
    def serve(settings: SettingsFile = None) -> None:
        run(serve_part(settings_of(settings), part))

    return serve


async def serve_part(settings: Settings, part: str) -> None:
    """Runs the part until it is told to stop."""
    stop = told_to_stop()
    async with running(settings, {part}) as process:
        _say(part, process)
        _log.info("started", part=part, receiver=process.receiver, operations=process.operations)
        await stop.wait()
        _log.info("stopping", part=part)


def _say(part: str, process: Running) -> None:
    at = f" on {process.receiver}/callbacks/<source>" if process.receiver else ""
    say(f"ready: {part}{at}, operations on {process.operations}")
