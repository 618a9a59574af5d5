"""Who runs a command that only some may run."""

from __future__ import annotations

import sys
from getpass import getuser
from typing import Annotated

import typer

from runtime.access.errors import NotAllowed, NotAuthenticated
from runtime.access.identity import Identity, Role
from runtime.access.tokens import tokens_of
from runtime.settings import Settings, environment

TOKEN = "HOOKLINE_OPERATOR_TOKEN"  # noqa: S105 - the variable's name
MISSING = f"{TOKEN}: not set; the settings have [[operator]], so put your own token there"
_VIA = "command line"

Operator = Annotated[str | None, typer.Option("--operator", help="Who does it; a token says it.")]


def given_token() -> str | None:
    """Out of the environment, or typed in at a terminal."""
    token = environment().get(TOKEN)
    if token is None and sys.stdin.isatty():
        token = str(typer.prompt("your operator token", hide_input=True, err=True))
    return token


def operating(settings: Settings, named: str | None, role: Role = Role.OPERATOR) -> Identity:
    """Whose token is in the environment, or is typed in; where the settings know no operators, whoever runs this.

    Raises ``NotAuthenticated`` for a token that is nobody's or not of whom ``--operator`` names, ``NotAllowed`` for
    somebody without the role.
    """
    tokens = tokens_of(settings.operator)
    if not tokens:
        return Identity(named or getuser(), Role.ADMIN, via=_VIA)
    token = given_token()
    if token is None:
        raise NotAuthenticated(MISSING)
    found = tokens.holding(token)
    if found is None:
        raise NotAuthenticated("token: nobody's; see [[operator]] in the settings")
    if named not in (None, found.name):
        raise NotAuthenticated(f"--operator: the token is {found.name}'s")
    if not found.has(role):
        raise NotAllowed(f"{found.name} is a {found.role}, and this is for {role}s")
    return found
