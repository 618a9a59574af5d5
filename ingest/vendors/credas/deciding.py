"""Results set by hand: facts, section 5.2. Whoever does it says why, and that reason is sent.

An override is sent and read back by ``overriding``; then the process is read, so that what holds becomes an event.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Call, NotThere, Request, Target, VendorUnavailable
from ingest.vendors.credas import overrides, overriding, resources
from ingest.vendors.credas.api import ENTRIES
from ingest.vendors.credas.api import PROCESS as PROCESS_KIND
from ingest.vendors.credas.fields import A_DOCUMENT, A_PROCESS, AN_ENTITY, AN_ENTRY, ENTITY, ENTRY, PROCESS, id_of
from ingest.vendors.credas.options import DOCUMENTS_PATH, SUPPORTING_LIST, chosen
from ingest.vendors.credas.overrides import Entry, Review, Verdict, checked_guid, verdict_of
from ingest.vendors.credas.overriding import Overridden
from ingest.vendors.credas.words import LISTS, VERIFICATION, named

_REVIEW = frozenset({"id", "result", "comments"})
_VERDICTS = tuple(each.word for each in Verdict)
_IDS = f"{A_PROCESS} {AN_ENTITY} {AN_ENTRY}"

_Override = Callable[[Call], Awaitable[Overridden]]


@dataclass(frozen=True, slots=True)
class _About:
    process: str
    entry: Entry

    @property
    def ids(self) -> Mapping[str, str]:
        return {"process": self.process, "entity": self.entry.entity, "entry": self.entry.name}


def _about(order: Order) -> _About:
    return _About(id_of(order, PROCESS), Entry(id_of(order, ENTITY), id_of(order, ENTRY)))


def _override_liveness(order: Order) -> Plan:
    about, verdict, reason = _about(order), verdict_of("result", order.text("result")), order.reason
    request = overrides.liveness(about.entry, verdict, reason)

    def override(call: Call) -> Awaitable[Overridden]:
        return overriding.override_liveness(call, about.entry, verdict, reason)

    return _plan(about, request, {"result": verdict.word, "reason": reason}, override)


def _override_document(order: Order) -> Plan:
    about, verdict, reason = _about(order), verdict_of("result", order.text("result")), order.reason
    document = checked_guid("document", order.text("document"))
    request = overrides.id_document(about.entry, document, verdict, reason)

    def override(call: Call) -> Awaitable[Overridden]:
        return overriding.override_id_document(call, about.entry, document, verdict, reason)

    return _plan(about, request, {"result": verdict.word, "reason": reason}, override)


def _review_documents(order: Order) -> Plan:
    about, reviews = _about(order), _reviews(order)
    path, listed = chosen(order.options, DOCUMENTS_PATH), chosen(order.options, SUPPORTING_LIST)
    request = overrides.supporting_documents(about.entry, reviews, path)

    def override(call: Call) -> Awaitable[Overridden]:
        return overriding.review_supporting_documents(call, about.entry, reviews, path, listed)

    return _plan(about, request, request.json, override, listed)


def _reviews(order: Order) -> Sequence[Review]:
    """The list as it was given, or the one result for each of the documents. Raises ``InvalidArgument``."""
    listed, documents, result = (order.arguments.get(name) for name in ("reviews", "document", "result"))
    if listed is None:
        return _same_for_all(documents, result, order.reason)
    if documents is not None or result is not None:
        raise InvalidArgument("reviews", "says it all; leave out document and result")
    if not isinstance(listed, list):
        raise InvalidArgument("reviews", "give a list of objects with id, result and comments")
    return [_review(f"reviews[{place}]", each, order.reason) for place, each in enumerate(listed)]


def _same_for_all(documents: object, result: object, reason: str) -> Sequence[Review]:
    if not isinstance(documents, list) or not documents:
        raise InvalidArgument("document", "missing; name each document that has the result, or give reviews")
    if result is None:
        raise InvalidArgument("result", f"missing; write one of: {', '.join(_VERDICTS)}")
    verdict = verdict_of("result", result)
    names = [checked_guid(f"document[{place}]", each) for place, each in enumerate(documents)]
    return [Review(each, verdict, reason) for each in names]


def _review(place: str, given: object, reason: str) -> Review:
    """One without comments has the order's reason."""
    if not isinstance(given, dict):
        raise InvalidArgument(place, "give an object with id, result and comments")
    unknown = given.keys() - _REVIEW
    if unknown:
        raise InvalidArgument(place, f"has members that it does not take; it takes {', '.join(sorted(_REVIEW))}")
    comments = given.get("comments", reason)
    if not isinstance(comments, str):
        raise InvalidArgument(f"{place}.comments", "give a text")
    verdict = verdict_of(f"{place}.result", given.get("result"))
    return Review(checked_guid(f"{place}.id", given.get("id")), verdict, comments)


def _plan(about: _About, request: Request, asked: object, override: _Override, listed: str = VERIFICATION) -> Plan:
    async def carry_out(call: Call) -> Done:
        await _check_process(call, about)
        done = await override(call)
        seen = [{"id": name, "result": named(value, LISTS[listed])} for name, value in done.seen.items()]
        shown = {**about.ids, "asked": asked, "now": seen, "holds": done.holds}
        return Done(
            answer=done.answer or b"",
            shown=shown,
            subject_ref=about.entry.entity,
            read=(
                Target(PROCESS_KIND, about.process, about.entry.entity),
                Target(ENTRIES, about.process, about.entry.entity),
            ),
            holds=done.holds,
        )

    return Plan((request,), carry_out, about.process)


async def _check_process(call: Call, about: _About) -> None:
    """Nothing was sent where the person's results say that the entry is another process': else the log would have it
    decided. Raises the kinds of ``VendorError``.
    """
    try:
        found = await resources.summary(call, about.entry.entity)
    except VendorUnavailable as error:
        error.was_sent = False
        raise
    named_by = found.processes_of(about.entry.name)
    if named_by and about.process not in named_by:
        raise NotThere("process: the entry belongs to another one")


_RESULT = Field("result", "what is to hold", required=True, choices=_VERDICTS)

ACTIONS = (
    VendorAction(
        "override-liveness",
        "Sets the liveness result of a submission.\n\nThe reason is sent to Credas. The result is read back, and what"
        " the process comes to is an event.",
        f"{_IDS} verify --reason 'The person is who is in the document'",
        (PROCESS, ENTITY, ENTRY, _RESULT),
        _override_liveness,
        Effect.DECIDES,
        needs_reason=True,
        about=PROCESS.name,
    ),
    VendorAction(
        "override-document",
        "Sets the result of an ID document.\n\nThe reason is sent to Credas. The result is read back, and what the"
        " process comes to is an event.",
        f"{_IDS} {A_DOCUMENT} reject --reason 'The picture was exchanged'",
        (PROCESS, ENTITY, ENTRY, Field("document", "id of the ID document, a GUID", required=True), _RESULT),
        _override_document,
        Effect.DECIDES,
        needs_reason=True,
        about=PROCESS.name,
    ),
    VendorAction(
        "review-documents",
        "Sets the results of supporting documents: one for several of them, or one each.\n\nThe path's spelling is that"
        " of the source's option documents_path. A review without comments has the reason.",
        f"{_IDS} --document {A_DOCUMENT} --result verify --reason 'Both bills are genuine'",
        (
            PROCESS,
            ENTITY,
            ENTRY,
            Field("document", "id of a supporting document, a GUID", many=True),
            Field("result", "of all these documents: verify, reject or refer, or 4, 5 or 6"),
            Field("reviews", "a list of {id, result, comments}, one each, in place of both", FieldKind.JSON),
        ),
        _review_documents,
        Effect.DECIDES,
        needs_reason=True,
        about=PROCESS.name,
    ),
)
