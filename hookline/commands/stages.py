"""Each stage alone, as containers run them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import typer

from hookline import serving
from hookline.cli import SettingsFile, run, say, settings_of

_STAGES = {
    serving.RECEIVE: "Receive callbacks: authenticate each, store it, answer 200.",
    serving.NORMALIZE: "Turn callbacks into verification events.",
    serving.PROJECT: "Keep the projections: latest status and timeline.",
    serving.ALERT: "Raise alerts on verification events.",
}


def register(app: typer.Typer) -> None:
    for part, summary in _STAGES.items():
        text = f"{summary}\n\nExample: hookline {part} --settings hookline.toml"
        app.command(part, help=text)(_command(part))


def _command(part: str) -> Callable[..., None]:
    def serve(settings: SettingsFile = None) -> None:
        run(serving.run_until_stopped(settings_of(settings), {part}, partial(_say, part)))

    return serve


def _say(part: str, process: serving.Running) -> None:
    at = f" on {process.receiver}/callbacks/<source>" if process.receiver else ""
    say(f"ready: {part}{at}, operations on {process.operations}")
