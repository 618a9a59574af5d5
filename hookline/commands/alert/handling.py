"""What people do about alerts, from the command line."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from consumers.alerts import handling
from hookline import rows
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.commands.alert.looking import rule_named
from hookline.commands.identity import Operator, operating
from hookline.logs import opened_log
from ingest.vendors import DOORS
from runtime.access.identity import Identity
from runtime.errors import HooklineError
from runtime.eventlog import EventLog
from runtime.settings import Settings
from schemas import audit
from schemas.handling import Silence
from schemas.topics import ALERTS, AUDIT

_ACKNOWLEDGE = """Look after an alert: no channel is told of it any more.

Example: hookline alert acknowledge 8927312d-b84b-579d-8d5f-aa3d7f240cb4 --note 'called the branch'"""
_SILENCE = """Tell no channel of alerts that fit all that is named; they are raised and listed all the same.

Example: hookline alert silence --rule vendor-silent --source idenfy --for 2h --note 'their maintenance'"""
_SILENCES = "The silences that last.\n\nExample: hookline alert silences --json"
_UNSILENCE = "End a silence before its time.\n\nExample: hookline alert unsilence 0199c0de-7a41-7e5b-9d4e-3f1c6f2e7a42"

Note = Annotated[str, typer.Option("--note", help="What others should know; no personal data.")]


class UnknownAlert(HooklineError):
    """Name another alert: `hookline alerts` shows them."""


class UnknownAccount(HooklineError):
    """Name another vendor, or another source of the settings."""


class UnknownSilence(HooklineError):
    """Name another silence: `hookline alert silences` shows those that last."""


def register(alert: typer.Typer) -> None:
    alert.command("acknowledge", help=_ACKNOWLEDGE)(acknowledge)
    alert.command("silence", help=_SILENCE)(silence)
    alert.command("silences", help=_SILENCES)(silences)
    alert.command("unsilence", help=_UNSILENCE)(unsilence)


def acknowledge(
    context: typer.Context,
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="As `hookline alerts --json` shows it.")],
    note: Note = "",
    operator: Operator = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_acknowledge(settings_of(settings or context.obj), alert_id, note, operator, as_json=as_json))


async def _acknowledge(settings: Settings, alert_id: str, note: str, operator: str | None, *, as_json: bool) -> None:
    who = operating(settings, operator).name
    async with opened_log(settings, existing=True) as log:
        if not await _is_alert(log, alert_id):
            raise UnknownAlert(f"no alert {alert_id}; `hookline alerts` shows them all")
        done = await handling.acknowledge(log, alert_id, who, note)
    if as_json:
        print_json(asdict(done))
    else:
        say(f"{done.by} looks after alert {alert_id}")


async def _is_alert(log: EventLog, alert_id: str) -> bool:
    """The id also stands in a header, so nothing need be decoded."""
    wanted = alert_id.encode()
    async for record in log.scan(ALERTS):
        if ("ce_id", wanted) in record.headers:
            return True
    return False


def silence(  # noqa: PLR0913, PLR0917 - each is an option of the command
    context: typer.Context,
    duration: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 30m, 2h, 1d.")],
    rule: Annotated[str, typer.Option(help="Alerts of this rule.")] = "",
    provider: Annotated[str, typer.Option(help="Alerts about this vendor.")] = "",
    source: Annotated[str, typer.Option(help="Alerts about this account.")] = "",
    verification: Annotated[str, typer.Option(metavar="PROVIDER:ID", help="Alerts about this verification.")] = "",
    note: Note = "",
    operator: Operator = None,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    until = datetime.now(UTC) + _time(duration)
    provider, verification_id = _verification(provider, verification)
    wanted = {"rule": rule, "provider": provider, "source": source, "verification_id": verification_id, "note": note}
    run(_silence(settings_of(settings or context.obj), until, wanted, operator, as_json=as_json))


_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=90)


def _time(text: str) -> timedelta:
    number, unit = text[:-1], _UNITS.get(text[-1:])
    if unit is None or not number.isdecimal() or len(number) > 6:  # noqa: PLR2004 - no overflow
        raise typer.BadParameter(f"{text!r}: write it as 30m, 2h or 1d", param_hint="--for")
    time = timedelta(**{unit: int(number)})
    if not timedelta(0) < time <= _LONGEST:
        raise typer.BadParameter(f"{text!r}: between a minute and {_LONGEST.days} days", param_hint="--for")
    return time


def _verification(provider: str, text: str) -> tuple[str, str]:
    """The vendor and the id; either may be empty. The id may be given as other commands want it, or by itself."""
    named, separator, verification_id = text.partition(":")
    if not separator or named not in DOORS:
        return provider, text
    if not verification_id or provider not in {"", named}:
        raise typer.BadParameter(f"{text!r}: write it as {provider or named}:id", param_hint="--verification")
    return named, verification_id


def _check_known(settings: Settings, provider: str, source: str) -> None:
    """Raises ``UnknownAccount``: a silence about what is not there would silence nothing, and nobody would be told."""
    if provider and provider not in DOORS:
        raise UnknownAccount(f"--provider: no vendor {provider}; write one of: {', '.join(DOORS)}")
    sources = [each.name for each in settings.source]
    if source and source not in sources:
        raise UnknownAccount(
            f"--source: no source {source}; write one of: {', '.join(sources) or 'none is configured'}"
        )


async def _silence(
    settings: Settings, until: datetime, wanted: dict[str, str], operator: str | None, *, as_json: bool
) -> None:
    if wanted["rule"]:
        rule_named(settings.alert, wanted["rule"])
    _check_known(settings, wanted["provider"], wanted["source"])
    who = operating(settings, operator)
    done = handling.new_silence(who.name, until=until, **wanted)
    async with opened_log(settings, existing=True) as log:
        await _written_down(log, who, "silence", done.told)
        await handling.begin_silence(log, done)
    _tell_silence(done, as_json=as_json)


async def _written_down(log: EventLog, who: Identity, what: str, about: str) -> None:
    """Who does it stays in the audit when the silence is over."""
    look = audit.new_look(who.name, who.role, who.via, what, about)
    await log.append(AUDIT, audit.to_message(look))


def _tell_silence(silence: Silence, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(silence))
        return
    note = f": {silence.note}" if silence.note else ""
    say(f"{silence.id}  until {rows.when(silence.until)} UTC  {silence.about}  by {silence.by}{note}")


def silences(context: typer.Context, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_silences(settings_of(settings or context.obj), as_json=as_json))


async def _silences(settings: Settings, *, as_json: bool) -> None:
    async with opened_log(settings, existing=True) as log:
        found = await _lasting(log)
    for silence in found:
        _tell_silence(silence, as_json=as_json)
    if not found and not as_json:
        say("nothing is silenced")


async def _lasting(log: EventLog) -> list[Silence]:
    now = datetime.now(UTC)
    return [each for each in await handling.handled(log) if isinstance(each, Silence) and each.until > now]


def unsilence(
    context: typer.Context,
    silence_id: Annotated[str, typer.Argument(metavar="ID", help="As `hookline alert silences` shows it.")],
    operator: Operator = None,
    settings: SettingsFile = None,
) -> None:
    run(_unsilence(settings_of(settings or context.obj), silence_id, operator))


async def _unsilence(settings: Settings, silence_id: str, operator: str | None) -> None:
    who = operating(settings, operator)
    async with opened_log(settings, existing=True) as log:
        if silence_id not in {each.id for each in await _lasting(log)}:
            raise UnknownSilence(f"no silence {silence_id} lasts; `hookline alert silences` shows those that do")
        await _written_down(log, who, "unsilence", silence_id)
        await handling.end_silence(log, silence_id)
    say(f"silence {silence_id} is over")
