"""The commands, gathered."""

from __future__ import annotations

from typing import Annotated

import typer

from hookline.commands import check, demo, dev, health, look, sandbox, schema, stages, topics, verification
from runtime.version import VERSION

app = typer.Typer(
    name="hookline",
    help="Receives identity-verification webhooks, and turns them all into one stream of verification events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if wanted:
        typer.echo(f"hookline {VERSION}")
        raise typer.Exit


@app.callback()
def hookline(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,  # noqa: FBT002 - a flag
) -> None:
    del version


for module in (dev, demo, stages, verification, look, sandbox, schema, topics, check, health):
    module.register(app)
