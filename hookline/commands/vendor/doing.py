"""An action, from the command line: who asks, what came of it, and how it is told to people and to programs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import NoReturn

import orjson

from hookline.cli import print_json, say
from hookline.commands.identity import MISSING, given_token
from hookline.logs import opened_log
from ingest.act.acting import Acting, acting, preview
from ingest.act.carrying import Result
from ingest.act.errors import ActionError, UnknownOperator
from ingest.act.operators import Operator, operators_of
from ingest.act.planning import Asking
from ingest.act.told import error_row, result_row, said_by_vendor
from ingest.action import VendorAction
from runtime.errors import SettingsInvalid
from runtime.settings import Settings
from schemas.action import ActionState

DOES_NOT_HOLD = 10
"""Exit status of what the vendor accepted, and then showed otherwise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands on the command line."""

    vendor: str
    action: VendorAction
    arguments: Mapping[str, object]
    reason: str
    source: str | None
    operator: str | None
    output: Path | None
    dry_run: bool
    as_json: bool


async def carry_out(settings: Settings, wish: Wish) -> None:
    """Ends with the exit status that the result asks for."""
    check_free(wish.output)
    try:
        operator = operator_of(settings, wish.operator)
        asking = Asking(wish.vendor, wish.action.name, wish.arguments, operator, wish.source, wish.reason)
        if wish.dry_run:
            _show_requests(preview(asking, settings.source), as_json=wish.as_json)
            return
        async with opened(settings) as desk:
            result = await desk.perform(asking)
    except ActionError as error:
        end_with(error, as_json=wish.as_json)
    tell(result, wish.output, as_json=wish.as_json)


def check_free(output: Path | None) -> None:
    """Raises ``SettingsInvalid`` where something is there already: nothing is done then."""
    if output is not None and output.exists():
        raise SettingsInvalid(f"--output {output}: is there already; name another file")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Acting]:
    async with opened_log(settings) as log, acting(settings.source, settings.act, log) as desk:
        yield desk


def operator_of(settings: Settings, named: str | None) -> Operator:
    """Whose token is in the environment, or is typed in; where the settings know no operators, whoever runs this.

    Raises ``UnknownOperator`` for a token that is nobody's, or not of whom ``--operator`` names.
    """
    operators = operators_of(settings.operator)
    if not operators:
        return Operator(named or getuser())
    token = given_token()
    if token is None:
        raise UnknownOperator(MISSING)
    found = operators.holding(token)
    if named not in (None, found.name):
        raise UnknownOperator(f"--operator: the token is {found.name}'s")
    return found


def _show_requests(requests: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    for request in requests:
        if as_json:
            print_json(request)
            continue
        say(f"{request['method']} {request['url']}")
        for name in ("query", "headers", "json"):
            if request[name]:
                say(f"{name}: {_pretty(request[name])}")
    if not requests and not as_json:
        say("nothing would be asked of the vendor; it would be written down here")


def tell(result: Result, output: Path | None, *, as_json: bool) -> None:
    """What came of it, on stdout; a file goes into its file. Ends with ``DOES_NOT_HOLD`` where it does not hold."""
    if output is not None and result.file is not None:
        _write(output, result.file)
    if as_json:
        print_json(result_row(result))
    else:
        _say_result(result, output)
    if not result.holds:
        sys.stderr.write("hookline: the vendor accepted it, but what it shows now is not what was asked for\n")
        raise SystemExit(DOES_NOT_HOLD)


def _say_result(result: Result, output: Path | None) -> None:
    about = f" {result.vendor}:{result.verification_id}" if result.verification_id else ""
    if result.state is ActionState.ASKED:
        say(f"asked for: {result.vendor} {result.action}{about}, at source {result.source}")
        say(f"somebody else must confirm it: hookline vendor confirm {result.action_id}")
        return
    say(f"done: {result.vendor} {result.action}{about}, at source {result.source} ({result.milliseconds} ms)")
    if output is not None and result.file is not None:
        say(f"{output}: {len(result.file)} bytes")
    if result.shown is not None:
        say(_pretty(result.shown))


def _pretty(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()


def _write(output: Path, content: bytes) -> None:
    """Only the owner can read it: it may hold personal data."""
    try:
        output.touch(mode=0o600, exist_ok=False)
        output.write_bytes(content)
    except OSError as error:
        raise SettingsInvalid(f"--output {output}: {error.strerror}; name another file") from None


def end_with(error: ActionError, *, as_json: bool) -> NoReturn:
    """Says what is wrong, to people on stderr and to programs on stdout, and ends with the error's exit status."""
    if as_json:
        print_json({"error": error_row(error), "action_id": error.action_id})
    else:
        for line in str(error).splitlines():
            sys.stderr.write(f"hookline: {line}\n")
        said = said_by_vendor(error)
        if said is not None:
            sys.stderr.write(f"the vendor says: {said}\n")
    raise SystemExit(error.exit_status)
