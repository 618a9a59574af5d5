"""Verifications, by any of their references, and what is open about them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

import structlog
from aiohttp import web

from consumers.acts import act_as_json, acts_behind
from consumers.console.api.answering import NothingThere, answer, answer_page
from consumers.console.api.kinds import NAME, Choice, Flag, Instant, Text, Whole
from consumers.console.api.operations import PAGED, PROVIDER, SOURCE, VERIFICATION, Answer, Asked, Operation, Parameter
from consumers.console.api.shapes import object_of, reference, row_with, rows_of
from consumers.console.auditing import audited, digest
from consumers.projections import queries
from consumers.projections.queries import (
    ActionFilter,
    Found,
    Page,
    StatusRow,
    SubjectRow,
    TimelineRow,
    VerificationFilter,
    WorkFilter,
    WorkSummary,
)
from runtime.access.identity import Role
from runtime.errors import LogRefused, LogUnavailable
from schemas.action import ActionState
from schemas.event import EventKind, Outcome, WaitsFor

_log = structlog.get_logger(__name__)

_ACTS_WITHIN = 10.0
"""Seconds that the log may take to say who acted."""

TEST = Parameter("test", Flag(), "Only tests, or none of them.")
_SUBJECT = Parameter("subject_ref", Text(), "The customer's own reference.")
_TEXT = Parameter("q", Text(), "An id or a reference, or from four characters on the beginning of one.", required=True)
_FOUND = Parameter("limit", Whole(1, 100), "Verifications, at most.", default=20)
_ACTION = Parameter("action", NAME, "The action's name, as `override-liveness`.")
_FILTER = (
    PROVIDER,
    SOURCE,
    Parameter("kind", Choice(EventKind), "What the status is about."),
    Parameter("outcome", Choice(Outcome), "Where it stands."),
    _SUBJECT,
    Parameter("final", Flag(), "Only those that are decided, or only those that are not."),
    TEST,
    Parameter("since", Instant(), "Only those whose current event arrived then or later."),
    Parameter("until", Instant(), "Only those whose current event arrived before."),
)
_WAITS_FOR = Parameter("waits_for", Choice(WaitsFor), "Whom it waits for.")

_STATUS, _EVENT = reference(StatusRow), reference(TimelineRow)
_ACT: Mapping[str, Any] = object_of(
    id={"type": "string"},
    name={"type": "string"},
    state={"type": "string", "enum": [state.value for state in ActionState]},
    operator={"type": "string"},
    confirmed_by={"type": ["string", "null"]},
    reason={"type": "string"},
    code={"type": ["string", "null"]},
    message={"type": ["string", "null"]},
    milliseconds={"type": ["integer", "null"]},
)
_STEP = row_with(TimelineRow, action={"anyOf": [_ACT, {"type": "null"}]})
_ACTS = {
    "type": "string",
    "enum": ["shown", "withheld", "unavailable"],
    "description": "Whether `action` says who acted and why: withheld from viewers, unavailable while the log is.",
}


def asked_for(asked: Asked, about: type) -> Any:  # noqa: ANN401 - the filter that was named
    """The filter, out of the parameters of its fields' names."""
    return about(**{field.name: asked[field.name] for field in fields(about)})


def told_of(asked: Asked) -> str:
    """What a list was narrowed to, as the audit keeps it: a digest, for references are typed by people."""
    named = sorted((name, value) for name, value in asked.request.query.items() if name not in {"cursor", "limit"})
    return digest(urlencode(named, errors="surrogatepass")) if named else ""


async def _list(asked: Asked) -> web.Response:
    wanted = asked_for(asked, VerificationFilter)
    page = await queries.verifications(asked.console.store, wanted, cursor=asked["cursor"], limit=asked["limit"])
    return await answer_page(asked, page, look="verifications", about=told_of(asked))


async def _one(asked: Asked) -> web.Response:
    provider, verification_id = asked["provider"], asked["verification_id"]
    found = await queries.status(asked.console.store, provider, verification_id)
    if not found:
        raise await _unknown(asked, "verification")
    statuses = [queries.as_json(row) for row in found]
    row = {"provider": provider, "verification_id": verification_id, "statuses": statuses}
    return await answer(asked, row, look="verification", about=f"{provider}:{verification_id}")


async def _timeline(asked: Asked) -> web.Response:
    provider, verification_id = asked["provider"], asked["verification_id"]
    events = await queries.timeline(asked.console.store, provider, verification_id)
    if not events:
        raise await _unknown(asked, "timeline")
    said, acts = await _acts(asked, events)
    items = [queries.as_json(event) | {"action": acts.get(event.event_id)} for event in events]
    row = {"items": items, "next": None, "acts": said}
    return await answer(asked, row, look="timeline", about=f"{provider}:{verification_id}")


async def _acts(asked: Asked, events: list[TimelineRow]) -> tuple[str, Mapping[str, object]]:
    if asked.who is None or not asked.who.has(Role.OPERATOR):
        return "withheld", {}
    try:
        async with asyncio.timeout(_ACTS_WITHIN):
            found = await acts_behind(asked.console.log, events)
    except (LogUnavailable, LogRefused, TimeoutError) as error:
        _log.warning("who acted cannot be told", error=str(error) or type(error).__name__)
        return "unavailable", {}
    return "shown", {event_id: act_as_json(act) for event_id, act in found.items()}


async def _unknown(asked: Asked, look: str) -> NothingThere:
    """That there is none is shown too, and written down before."""
    await audited(asked.request, look, f"{asked['provider']}:{asked['verification_id']}")
    return NothingThere("no verification of that id at that vendor; check both, or wait until its first event is here")


async def _search(asked: Asked) -> web.Response:
    found = await queries.find(asked.console.store, asked["q"], limit=asked["limit"])
    return await answer_page(asked, Page(found, None), look="search", about=digest(asked["q"]))


async def _subject(asked: Asked) -> web.Response:
    ref = asked["subject_ref"]
    found = await queries.subject(asked.console.store, ref)
    if found is None:
        await audited(asked.request, "subject", ref)
        raise NothingThere("no event named this reference; check it, or wait until its first event is here")
    return await answer(asked, queries.as_json(found), look="subject", about=ref)


async def _open_work(asked: Asked) -> web.Response:
    wanted = asked_for(asked, WorkFilter)
    page = await queries.open_work(asked.console.store, wanted, cursor=asked["cursor"], limit=asked["limit"])
    return await answer_page(asked, page, look="open-work", about=told_of(asked))


async def _summary(asked: Asked) -> web.Response:
    found = await queries.open_work_summary(asked.console.store)
    return await answer_page(asked, Page(tuple(found), None), look=None)


async def _actions(asked: Asked) -> web.Response:
    wanted = asked_for(asked, ActionFilter)
    page = await queries.actions(asked.console.store, wanted, cursor=asked["cursor"], limit=asked["limit"])
    return await answer_page(asked, page, look="actions", about=told_of(asked))


_OF_ONE = (PROVIDER, VERIFICATION)
_STATUSES = object_of(
    provider={"type": "string"}, verification_id={"type": "string"}, statuses={"type": "array", "items": _STATUS}
)
OPERATIONS = (
    Operation(
        "listVerifications",
        "GET",
        "/verifications",
        "The statuses of verifications, the newest arrival first; each kind of events has one of its own.",
        "verifications",
        _list,
        Answer("A page of statuses.", rows_of(_STATUS)),
        query=(*_FILTER, *PAGED),
    ),
    Operation(
        "getVerification",
        "GET",
        "/verifications/{provider}/{verification_id}",
        "Where a verification stands: its own status first, then those of other kinds.",
        "verifications",
        _one,
        Answer("Its statuses.", _STATUSES),
        in_path=_OF_ONE,
        problems=(404,),
    ),
    Operation(
        "getTimeline",
        "GET",
        "/verifications/{provider}/{verification_id}/timeline",
        "All that was told of a verification, in the order in which it happened at the vendor. Operators are also told "
        "who acted and why.",
        "verifications",
        _timeline,
        Answer("Its events, all of them.", rows_of(_STEP, acts=_ACTS)),
        in_path=_OF_ONE,
        problems=(404,),
    ),
    Operation(
        "search",
        "GET",
        "/search",
        "The verifications of any reference: their id (also as `provider:id`), the customer's reference, the id of an "
        "event, a callback or an alert. Exact matches first, then what begins with it.",
        "verifications",
        _search,
        Answer("What was found, each verification once.", rows_of(reference(Found))),
        query=(_TEXT, _FOUND),
    ),
    Operation(
        "getSubject",
        "GET",
        "/subjects/{subject_ref}",
        "How many verifications one customer reference has, across vendors, and their statuses, the newest first: at "
        "most 500. `/verifications` with this `subject_ref` has all of them, by pages.",
        "verifications",
        _subject,
        Answer("The reference's verifications.", reference(SubjectRow)),
        in_path=(_SUBJECT,),
        problems=(404,),
    ),
    Operation(
        "listOpenWork",
        "GET",
        "/open-work",
        "What waits for somebody, the longest wait first.",
        "work",
        _open_work,
        Answer("A page of statuses.", rows_of(_STATUS)),
        query=(PROVIDER, SOURCE, _WAITS_FOR, TEST, *PAGED),
    ),
    Operation(
        "summariseOpenWork",
        "GET",
        "/open-work/summary",
        "How much waits for whom, by vendor, and since when.",
        "work",
        _summary,
        Answer("The sums.", rows_of(reference(WorkSummary))),
    ),
    Operation(
        "listActions",
        "GET",
        "/actions",
        "The steps of what operators did at vendors, the newest first. What can be done is at `/action-types`.",
        "actions",
        _actions,
        Answer("A page of events of kind ACTION.", rows_of(_EVENT)),
        query=(PROVIDER, VERIFICATION, _ACTION, *PAGED),
    ),
)
