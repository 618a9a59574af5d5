"""Alerts: the stages that raise and deliver them, which rules there are, trying one, and what people do about them."""

from __future__ import annotations

import typer

from hookline.cli import SettingsFile, run, settings_of
from hookline.commands.alert import handling, looking
from hookline.commands.stages import serve_part
from hookline.parts import ALERT

_HELP = """Raise alerts and bring them to their channels; with a command behind it, look at rules and handle alerts.

Example: hookline alert --settings hookline.toml"""


def register(app: typer.Typer) -> None:
    alert = typer.Typer(help=_HELP, invoke_without_command=True, rich_markup_mode=None)
    alert.callback()(serve)
    looking.register(alert)
    handling.register(alert)
    app.add_typer(alert, name="alert")


def serve(context: typer.Context, settings: SettingsFile = None) -> None:
    """The file may stand before the command's name or behind it."""
    context.obj = settings
    if context.invoked_subcommand is None:
        run(serve_part(settings_of(settings), ALERT))
