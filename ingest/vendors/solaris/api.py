"""Solaris' API as far as it is read: facts, section 1 (why), 5 (which types), 7 (calls) and 8 (errors)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import orjson

from ingest.api import (
    Budget,
    Call,
    Credentials,
    Fetched,
    Open,
    Request,
    Target,
    TokenRequest,
    Unfetchable,
    VendorApi,
    segment,
)
from ingest.vendors.shared import basic, document_about, list_of
from ingest.vendors.solaris.door import EVENT_TYPE, members_of
from ingest.vendors.solaris.pages import entry_of
from schemas.callback import Callback

Members = Mapping[str, object]

ID = re.compile(r"[^\x00-\x20\x7f-\U0010ffff/\\?#%]{1,200}")
"""Section 1: opaque. Visible ASCII, without what means something in a URL."""

IDENTIFICATION, ATTEMPTS, PERSON = "identification", "attempts", "person"
_SESSION, _BUSINESS_IDENTIFICATION = "session", "business_identification"

_READ: Mapping[str, tuple[str, str | None]] = {
    "IDENTIFICATION": (IDENTIFICATION, "person_id"),
    "IDENTIFICATION_SESSION": (_SESSION, "person_id"),
    "BUSINESS_IDENTIFICATION": (_BUSINESS_IDENTIFICATION, "business_id"),
    "PERSON_CHANGED": (PERSON, None),
}
"""Section 5: what a type gives to read, and the member that tells whose it is. All others speak by themselves."""

ALL = "/v1/identifications"
"""Section 7: the list of everybody's, for when a person is not known."""

_WITH_REASON = ("aborted", "canceled")
"""Section 6.4: only of these IDnow gives a reason."""

_ORIGINATION = "bio"
"""Section 1: how ids of originations end; no call reads one."""


def targets(callback: Callback) -> Sequence[Target]:
    """What the callback's type gives to read (sections 1 and 5).

    A session without its person gives nothing, as no list has it; its identification has callbacks of its own.
    """
    event_type = (callback.http_header(EVENT_TYPE.lower()) or "").strip().upper()
    kind, member = _READ.get(event_type, (None, None))
    owner = _id(members_of(callback.body).get(member)) if member is not None else None
    if kind is None or (kind == _SESSION and owner is None):
        return ()
    if callback.verification_id == callback.id:
        raise Unfetchable(f"neither body nor headers of the {event_type} say what changed")
    segment(callback.verification_id, ID)
    return (Target(kind, callback.verification_id, owner),)


def target_of(verification: Open) -> Target:
    """The identification. Raises ``Unfetchable`` for an origination: of that only callbacks tell (section 7)."""
    segment(verification.verification_id, ID)
    if verification.verification_id.endswith(_ORIGINATION):
        raise Unfetchable("no call reads an identification origination")
    kind = _BUSINESS_IDENTIFICATION if verification.is_business else IDENTIFICATION
    return Target(kind, verification.verification_id, _id(verification.subject_ref))


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and ID.fullmatch(value) else None


async def fetch(call: Call, target: Target) -> Fetched:
    """The resource as it is now: always settled, since every further change has a callback of its own (section 5)."""
    read = _READERS.get(target.kind)
    if read is None:
        raise Unfetchable(f"nothing of Solaris' is called {target.kind}")
    return await read(call, target)


async def _identification(call: Call, target: Target) -> Fetched:
    """Section 7. Whose it is may have to be looked up first, in the list of all: of that list nothing is kept, unless
    it names no person either (section 7: its samples do not); then its entry is all that can be read.
    """
    name, person = target.verification_id, target.subject_ref
    if person is None:
        entry = await entry_of(call, ALL, name)
        person = _id(entry.get("person_id"))
        if person is None:
            return Fetched((orjson.dumps(entry),))
    answer = await call(Request("GET", path_of(person, name)))
    document = document_about(answer, "id", name)
    # A target of its own: attempts that cannot be read do not keep back what Solaris says of the identification.
    return Fetched((answer.body,), more=(Target(ATTEMPTS, name, person),) if _has_reason(document) else ())


def _has_reason(document: Members) -> bool:
    method = document.get("method")
    return document.get("status") in _WITH_REASON and (method is None or str(method).startswith("idnow"))


def person_request(name: str) -> Request:
    return Request("GET", f"/v1/persons/{segment(name, ID)}")


def path_of(person: str, identification: str) -> str:
    return f"/v1/persons/{segment(person, ID)}/identifications/{segment(identification, ID)}"


async def _attempts(call: Call, target: Target) -> Fetched:
    """Section 7: IDnow's attempts at one identification, as their list."""
    path = path_of(_owner(target), target.verification_id)
    answer = await call(Request("GET", f"{path}/idnow_attempts"))
    list_of(answer)
    return Fetched((answer.body,))


async def _person(call: Call, target: Target) -> Fetched:
    answer = await call(person_request(target.verification_id))
    document_about(answer, "id", target.verification_id)
    return Fetched((answer.body,))


async def _session(call: Call, target: Target) -> Fetched:
    person, name = segment(_owner(target), ID), segment(target.verification_id, ID)
    answer = await call(Request("GET", f"/v1/persons/{person}/identification_sessions/{name}"))
    document_about(answer, "id", target.verification_id)
    return Fetched((answer.body,))


async def _business_identification(call: Call, target: Target) -> Fetched:
    """Section 7 has lists alone, and they hold other people's data: of all their bytes this one's entry is kept."""
    business = target.subject_ref
    behind = "/v1/businesses/identifications"
    path = behind if business is None else f"/v1/businesses/{segment(business, ID)}/identifications"
    return Fetched((orjson.dumps(await entry_of(call, path, target.verification_id)),))


def _owner(target: Target) -> str:
    if target.subject_ref is None:
        raise Unfetchable(f"whose {target.kind} it is, is not known")
    return target.subject_ref


_READERS: Mapping[str, Callable[[Call, Target], Awaitable[Fetched]]] = {
    IDENTIFICATION: _identification,
    ATTEMPTS: _attempts,
    PERSON: _person,
    _SESSION: _session,
    _BUSINESS_IDENTIFICATION: _business_identification,
}


def token_request(credentials: Credentials) -> TokenRequest:
    """Section 7: client credentials by HTTP Basic, grant and scope as a form."""
    scope = credentials.scope or "partners"
    return TokenRequest(basic(credentials), form=(("grant_type", "client_credentials"), ("scope", scope)))


def is_error(document: object) -> bool:
    """Section 8: the envelope, whatever the status it came with."""
    return isinstance(document, dict) and isinstance(document.get("errors"), list)


API = VendorApi(
    targets=targets,
    target_of=target_of,
    fetch=fetch,
    # Section 4: Solaris itself tries a lost callback for 5 to 7 days, at ever longer intervals.
    ticks_since_last=(
        timedelta(minutes=15),
        *(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16)),
        *(timedelta(days=days) for days in range(1, 9)),
    ),
    needs_client_id=True,
    token_request=token_request,
    is_error=is_error,
    budget=Budget(parallel=100),
)
