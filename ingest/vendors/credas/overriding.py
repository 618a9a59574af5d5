"""Manual overrides at Credas, sent and read back: facts, section 5.2.

Answers to these calls are not published, nor is it how often one may be sent. So one whose answer was lost is looked
for before it is sent again, once, and what counts is what the entry says afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ingest.api import Answer, Call, Request, Unconfirmed, VendorError, VendorUnavailable
from ingest.vendors.credas import overrides, resources
from ingest.vendors.credas.overrides import PATHS, Entry, Review, Verdict, checked_guid
from ingest.vendors.credas.webhook import Members, guid, members_of
from ingest.vendors.credas.words import VERIFICATION

_SENDINGS = 2


@dataclass(frozen=True, slots=True)
class Overridden:
    """What came of it. ``answer`` is ``None`` where it was lost, but the override was found to hold.

    ``document`` is what was read afterwards. ``seen`` are the results in it by the ids of what they are about, ``None``
    where it says none. ``holds`` says whether they are those that were asked for.
    """

    request: Request
    answer: bytes | None
    document: bytes
    seen: Mapping[str, int | None]
    holds: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    document: bytes
    results: Mapping[str, int | None]


_Look = Callable[[], Awaitable[_Seen]]


async def override_liveness(call: Call, entry: Entry, verdict: Verdict, reason: str) -> Overridden:
    """The liveness result of the entry was set and read back. Raises ``InvalidArgument`` before anything was sent,
    ``Unconfirmed`` where it is not known whether it holds, and the kinds of ``VendorError`` where it was not accepted;
    so do the other two.
    """
    request = overrides.liveness(entry, verdict, reason)
    return await _carried_out(
        call, request, partial(_liveness_seen, call, entry), {checked_guid("entry", entry.name): verdict}
    )


async def override_id_document(call: Call, entry: Entry, document: str, verdict: Verdict, reason: str) -> Overridden:
    request = overrides.id_document(entry, document, verdict, reason)
    name = checked_guid("document", document)
    return await _carried_out(call, request, partial(_id_document_seen, call, entry, name), {name: verdict})


async def review_supporting_documents(
    call: Call, entry: Entry, reviews: Sequence[Review], path: str = PATHS[0], listed: str = VERIFICATION
) -> Overridden:
    """Where Credas answers 404, no other spelling of the path is tried: ``NotThere``.

    ``listed`` is the list of section 6 in which the account's summary writes what holds (section 6.3).
    """
    request = overrides.supporting_documents(entry, reviews, path)
    wanted = {checked_guid("document", review.document): review.verdict.listed(listed) for review in reviews}
    return await _carried_out(call, request, partial(_supporting_seen, call, entry, list(wanted)), wanted)


async def _carried_out(call: Call, request: Request, look: _Look, wanted: Mapping[str, int]) -> Overridden:
    troubles: list[str] = []
    for _ in range(_SENDINGS):
        try:
            answer = await call(request)
        except VendorError as error:
            if not troubles and not _may_have_arrived(error):
                raise
            troubles.append(str(error))
            seen = await _looked(look, str(error))
            if seen.results == wanted:
                return Overridden(request, None, seen.document, seen.results, holds=True)
        else:
            seen = await _looked(look, "it was accepted", answer.body)
            return Overridden(request, answer.body, seen.document, seen.results, seen.results == wanted)
    raise Unconfirmed(f"{'; sent again: '.join(troubles)}; it did not hold when it was looked for")


def _may_have_arrived(error: VendorError) -> bool:
    return isinstance(error, VendorUnavailable) and error.was_sent


async def _looked(look: _Look, before: str, answer: bytes | None = None) -> _Seen:
    try:
        return await look()
    except VendorError as error:
        raise Unconfirmed(f"{before}; then the entry could not be read: {error}", answer) from error


async def _liveness_seen(call: Call, entry: Entry) -> _Seen:
    answer, members = await _entry(call, entry)
    return _Seen(answer.body, {checked_guid("entry", entry.name): _result(members, "livenessverificationresult")})


async def _id_document_seen(call: Call, entry: Entry, document: str) -> _Seen:
    answer, members = await _entry(call, entry)
    found = _named(members.get("iddocuments"), "id", document)
    return _Seen(answer.body, {document: _result(found, "verificationresult")})


async def _entry(call: Call, entry: Entry) -> tuple[Answer, Members]:
    return await resources.entry(call, checked_guid("entity", entry.entity), checked_guid("entry", entry.name))


async def _supporting_seen(call: Call, entry: Entry, documents: Sequence[str]) -> _Seen:
    """Section 5.1: an entry does not list them, the entity's summary does."""
    found = await resources.summary(call, checked_guid("entity", entry.entity))
    listed = found.supporting(checked_guid("entry", entry.name))
    results = {each: _result(_named(listed, "supportingdocumentid", each), "overallresult") for each in documents}
    return _Seen(found.body, results)


def _named(listed: object, member: str, name: str) -> Members:
    found = (members_of(each) for each in resources.listed(listed))
    return next((each for each in found if guid(each.get(member)) == name), {})


def _result(members: Members, name: str) -> int | None:
    value = members.get(name)
    return value if type(value) is int else None
