"""What people do at a vendor: one module a vendor for its own commands, and what every vendor has."""

from __future__ import annotations

import typer

from hookline.commands.vendor import idverse, solaris
from hookline.commands.vendor.registering import register_command
from ingest.vendors import DOORS

_OWN = {"idverse": idverse.register, "solaris": solaris.register}


def register(app: typer.Typer) -> None:
    vendors = typer.Typer(help="Do something at a vendor, or make something known of it.", no_args_is_help=True)
    for vendor in DOORS:
        commands = typer.Typer(help=f"At {vendor}.", no_args_is_help=True)
        register_command(commands, vendor)
        if vendor in _OWN:
            _OWN[vendor](commands)
        vendors.add_typer(commands, name=vendor)
    app.add_typer(vendors, name="vendor")
