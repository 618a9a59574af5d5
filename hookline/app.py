"""The commands, gathered. Each one's module is imported when it is asked for: most start twice as fast for it."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from runtime.version import VERSION

_MODULES = {
    "dev": "dev",
    "demo": "demo",
    "receive": "stages",
    "fetch": "stages",
    "reconcile": "reconcile",
    "normalize": "stages",
    "project": "project",
    "alert": "alert",
    "console": "console",
    "status": "verification",
    "timeline": "verification",
    "search": "verification",
    "events": "look",
    "callbacks": "look",
    "actions": "look",
    "alerts": "look",
    "dead-letters": "letters",
    "audit": "audit",
    "vendor": "vendor",
    "sandbox": "sandbox",
    "schema": "schema",
    "topics": "topics",
    "check": "check",
    "health": "health",
}
"""Each command and its module in ``hookline.commands``, in the order of the help."""


class _Commands(TyperGroup):
    """Contexts and commands are click's, which typer carries within itself and does not name."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - see above
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - see above
        if cmd_name not in _MODULES:
            return None
        registered = typer.Typer(rich_markup_mode=None)
        import_module(f"hookline.commands.{_MODULES[cmd_name]}").register(registered)
        return typer.main.get_group(registered).get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Commands,
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
