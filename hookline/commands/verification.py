"""One verification: where it stands, and how it came there."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from consumers.acts import act_as_json, acts_behind
from consumers.projections import queries
from consumers.projections.queries import Found, StatusRow
from consumers.projections.store import Store, open_store
from hookline import rows
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.logs import opened_log
from runtime.errors import HooklineError, LogRefused, LogUnavailable
from runtime.settings import Settings
from schemas.action import Action
from schemas.event import DecidedBy, EventKind, VerificationEvent

_STATUS = "Where a verification stands.\n\nExample: hookline status idenfy:6f0c1a52-0d3b-11f0-9a51-025ad99a18e7"
_TIMELINE = "How it came there.\n\nExample: hookline timeline idenfy:6f0c1a52-0d3b-11f0-9a51-025ad99a18e7 --json"
_SEARCH = """Verifications by any reference: their id, the customer's, or the id of an event, a callback or an alert.

From four characters on the beginning of an id or of a customer's reference is enough.

Example: hookline search cust-1001"""

Verification = Annotated[str, typer.Argument(metavar="PROVIDER:ID", help="For example idenfy:<scanRef>.")]


class UnknownVerification(HooklineError):
    """Check the id, or wait until its first event was projected."""


def register(app: typer.Typer) -> None:
    app.command("status", help=_STATUS)(status)
    app.command("timeline", help=_TIMELINE)(timeline)
    app.command("search", help=_SEARCH)(search)


def status(verification: Verification, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_status(settings_of(settings), *_named(verification), as_json=as_json))


def timeline(verification: Verification, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_timeline(settings_of(settings), *_named(verification), as_json=as_json))


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="For example cust-1001.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Verifications, at most.")] = 20,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_search(settings_of(settings), text, limit, as_json=as_json))


def _named(verification: str) -> tuple[str, str]:
    provider, separator, verification_id = verification.partition(":")
    if not separator or not provider or not verification_id:
        raise typer.BadParameter(f"{verification!r}: write it as provider:id, for example idenfy:6f0c1a52")
    return provider, verification_id


def existing_projections(settings: Settings) -> str:
    """The projections' address; a file that is not there yet is not made just to look at it."""
    url = settings.projections_url
    path = settings.projections_path
    if path is not None and not path.exists():
        raise UnknownVerification(f"{path}: no projections yet; start the stages, or name their settings: --settings")
    return url


async def _status(settings: Settings, provider: str, verification_id: str, *, as_json: bool) -> None:
    async with open_store(existing_projections(settings), migrates=False) as store:
        found = _chosen(await queries.status(store, provider, verification_id))
        if not found:
            raise _unknown(provider, verification_id)
    for row in found:
        if as_json:
            print_json(queries.as_json(row))
        else:
            say(_status_text(row))


async def _search(settings: Settings, text: str, limit: int, *, as_json: bool) -> None:
    async with open_store(existing_projections(settings), migrates=False) as store:
        found = await queries.find(store, text, limit=limit)
    if not found:
        raise UnknownVerification("no verification has such a reference in the projections; check it, or wait")
    for each in found:
        if as_json:
            print_json(queries.as_json(each))
        else:
            say(_found_text(each))


def _found_text(each: Found) -> str:
    row = each.status
    decision = rows.decision(queries.as_json(row))
    ref = f"  {row.subject_ref}" if row.subject_ref else ""
    return f"{rows.when(row.received_at)}  {row.provider}:{row.verification_id}  {decision}{ref}  (by {each.by})"


def _chosen(found: Sequence[StatusRow]) -> Sequence[StatusRow]:
    """The verification's own status; where only other kinds of events spoke of that id, theirs."""
    return [row for row in found if row.kind is EventKind.VERIFICATION] or found


async def _timeline(settings: Settings, provider: str, verification_id: str, *, as_json: bool) -> None:
    async with open_store(existing_projections(settings), migrates=False) as store:
        found = await _events(store, provider, verification_id)
    acts = await _acts(settings, found)
    for event in found:
        act = acts.get(event.event_id)
        if as_json:
            print_json(queries.as_json(event) | {"action": None if act is None else act_as_json(act)})
        else:
            say(_timeline_text(queries.as_json(event)) + ("" if act is None else _act_text(act)))


async def _acts(settings: Settings, events: Sequence[VerificationEvent]) -> Mapping[str, Action]:
    """Who did what, and why. Without the log the timeline is told all the same, and stderr says what is missing."""
    if not any(event.decided_by is DecidedBy.OPERATOR for event in events):
        return {}
    try:
        async with opened_log(settings, existing=True) as log:
            return await acts_behind(log, events)
    except (LogUnavailable, LogRefused) as error:
        sys.stderr.write(f"hookline: who acted and why cannot be told: {error}\n")
        return {}


def _act_text(act: Action) -> str:
    confirmed = f", confirmed by {act.confirmed_by}" if act.confirmed_by else ""
    why = f": {act.reason}" if act.reason else ""
    wrong = f"\n    {act.message}" if act.message else ""
    return f"\n    {act.operator}{confirmed}{why}{wrong}"


async def _events(store: Store, provider: str, verification_id: str) -> Sequence[VerificationEvent]:
    found = await queries.timeline(store, provider, verification_id)
    if not found:
        raise _unknown(provider, verification_id)
    return found


def _unknown(provider: str, verification_id: str) -> UnknownVerification:
    return UnknownVerification(f"no verification {provider}:{verification_id} in the projections")


def _status_text(row: StatusRow) -> str:
    fields = queries.as_json(row)
    lines = {
        "verification": f"{row.provider}:{row.verification_id}  ({row.kind}, source {row.source})",
        "outcome": rows.decision(fields),
        "vendor says": f"{row.vendor_event} {row.vendor_status or ''}".rstrip(),
        "reasons": _reasons(fields) or "-",
        "customer's ref": row.subject_ref or "-",
        "received": f"{rows.when(row.received_at)} (first {rows.when(row.first_received_at)}, {row.events} events)",
        "occurred": rows.when(row.occurred_at),
        "event": row.event_id,
    }
    return "\n".join(f"{name:<15} {value}" for name, value in lines.items())


def _timeline_text(fields: dict[str, Any]) -> str:
    checks = " ".join(f"{check['name']}={check['result']}" for check in fields["checks"])
    raw = fields["raw"]
    lines = [
        f"{fields['received_at']}  {fields['kind']}  {rows.decision(fields)}",
        f"    {fields['vendor_event']} {fields['vendor_status'] or ''}   callback {raw['callback_id']}",
    ]
    lines += [f"    reasons: {_reasons(fields)}"] if fields["reasons"] else []
    lines += [f"    checks:  {checks}"] if checks else []
    lines += [f"    not known to this mapping: {' '.join(fields['unmapped'])}"] if fields["unmapped"] else []
    return "\n".join(lines)


def _reasons(fields: dict[str, Any]) -> str:
    return " ".join(f"{reason['class']}:{reason['code']}" for reason in fields["reasons"])
