"""One verification: where it stands and why, how it came there, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiohttp import web

from consumers.acts import acts_behind
from consumers.console.console import CONSOLE, Console
from consumers.console.desk import ActionType
from consumers.console.pages import places
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, StatusRow, TimelineRow
from runtime.access.identity import Identity, Role
from runtime.errors import LogRefused, LogUnavailable
from schemas.action import Action
from schemas.event import Check, CheckResult, EventKind

_log = structlog.get_logger(__name__)

OPEN_DOCUMENTS = "documents.open"
_ACTS_WITHIN = 10.0
"""Seconds that the log may take to say who acted."""
_ALERTS = 20
_OTHERS = 10
_EVENTS = 100
"""Of a timeline, the newest that are shown before somebody asks for all of them."""

_OWN = (EventKind.VERIFICATION, EventKind.COMPANY)
_ASIDE = (EventKind.SIGNAL, EventKind.UNKNOWN, EventKind.ACTION, EventKind.ERASED)
"""What speaks of a person's or a business's own verification, and what stands for it where nothing else is known."""

Acts = Mapping[str, Action]


@dataclass(frozen=True, slots=True)
class Offered:
    """An action at the vendor, and where its form is, filled in with this verification."""

    action: ActionType
    path: str


async def verification(request: web.Request) -> web.Response:
    me = await begun(request)
    _, provider, verification_id, *_ = places.parts_of(request)
    await looked(request, "verification", f"{provider}:{verification_id}")
    console = request.config_dict[CONSOLE]
    statuses = sorted(await queries.status(console.store, provider, verification_id), key=_rank)
    if not statuses:
        return show(request, "no_verification.html", 404, place="/verifications", provider=provider, id=verification_id)
    events = await queries.timeline(console.store, provider, verification_id)
    current, shown = statuses[0], events if "all" in request.query else events[-_EVENTS:]
    about = AlertFilter(provider=provider, verification_id=verification_id)
    return show(
        request,
        "verification.html",
        place="/verifications",
        current=current,
        others=[row for row in statuses[1:] if row.kind is not EventKind.ACTION],
        checks=_checks(events, current),
        events=list(reversed(shown)),
        earlier=len(events) - len(shown),
        whole=places.path_of("verifications", provider, verification_id) + "?all=yes",
        reopened=_reopened(events),
        acts=await acts_of(console, me, events),
        alerts=(await queries.alerts(console.store, about, limit=_ALERTS)).items,
        siblings=await _siblings(console, current),
        offered=_offered(console, me, current),
        may_open=may_open(me),
    )


def _rank(status: StatusRow) -> tuple[int, str]:
    """What the page is about comes first: no step of an operator's hides what a business's verification came to."""
    if status.kind in _OWN:
        return _OWN.index(status.kind), ""
    return len(_OWN) + (1 + _ASIDE.index(status.kind) if status.kind in _ASIDE else 0), status.kind


def _reopened(events: Sequence[TimelineRow]) -> Collection[str]:
    """The events by which the vendor took an earlier final decision of the same kind back."""
    ended, found = set[EventKind](), set[str]()
    for event in events:
        if event.reopens and event.kind in ended:
            found.add(event.event_id)
        if event.final and event.kind is not EventKind.ACTION:
            ended.add(event.kind)
    return found


_WORST = (CheckResult.FAIL, CheckResult.REVIEW, CheckResult.UNKNOWN, CheckResult.PASS, CheckResult.NOT_DONE)


def _checks(events: Sequence[TimelineRow], current: StatusRow) -> Sequence[Check]:
    """Those of the event that holds the decision, what went wrong first."""
    found = next((event.checks for event in events if event.event_id == current.event_id), ())
    return sorted(found, key=lambda check: _WORST.index(check.result))


def may_open(me: Identity) -> bool:
    return me.has(Role.ADMIN) or me.is_allowed(OPEN_DOCUMENTS)


async def acts_of(console: Console, me: Identity, events: Sequence[TimelineRow]) -> Acts | None:
    """Who did what and why, by event; nothing for those who only look, ``None`` while the log cannot say it."""
    if not me.has(Role.OPERATOR):
        return {}
    try:
        async with asyncio.timeout(_ACTS_WITHIN):
            return await acts_behind(console.log, events)
    except (LogUnavailable, LogRefused, TimeoutError) as error:
        _log.warning("who acted cannot be shown", error=str(error) or type(error).__name__)
        return None


async def _siblings(console: Console, current: StatusRow) -> Sequence[StatusRow]:
    """The customer's other verifications, the newest first."""
    if current.subject_ref is None:
        return ()
    found = await queries.subject(console.store, current.subject_ref)
    rows = found.verifications if found is not None else ()
    own = current.provider, current.verification_id
    others = [row for row in rows if (row.provider, row.verification_id) != own and row.kind is not EventKind.ACTION]
    return others[:_OTHERS]


def _offered(console: Console, me: Identity, current: StatusRow) -> Sequence[Offered]:
    """What this person may do at the vendor about this one, deciding actions first."""
    if console.desk is None or not me.has(Role.OPERATOR):
        return ()
    ranks = {"decides": 0, "changes": 1, "reads": 2}
    known = [
        each
        for each in console.desk.types(me)
        if each.vendor == current.provider and each.allowed and each.about is not None and each.effect in ranks
    ]
    known.sort(key=lambda each: ranks[each.effect])
    given = {"verification": current.verification_id, "source": current.source}
    return [
        Offered(each, places.with_query(places.path_of("actions", each.vendor, each.name), **given)) for each in known
    ]
