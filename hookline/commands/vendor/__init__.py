"""What people do at a vendor: one command for each action, made from its description, and those that wait."""

from __future__ import annotations

import typer

from hookline.commands.vendor.building import command_of, help_of
from hookline.commands.vendor.waiting import register_waiting
from ingest.act.catalogue import actions_of
from ingest.vendors import DOORS

_HELP = "Do something at a vendor, or make something known of it."


def register(app: typer.Typer) -> None:
    vendors = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)
    for vendor in DOORS:
        commands = typer.Typer(help=f"At {vendor}.", no_args_is_help=True, rich_markup_mode=None)
        for action in actions_of(vendor).values():
            commands.command(action.name, help=help_of(vendor, action))(command_of(vendor, action))
        vendors.add_typer(commands, name=vendor)
    register_waiting(vendors)
    app.add_typer(vendors, name="vendor")
