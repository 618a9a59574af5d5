"""Credas' API as far as it is read: facts, sections 2 (webhooks are hints), 4 (when to ask), 5 (calls), 7 (errors)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ingest.api import (
    Answer,
    Budget,
    Call,
    Credentials,
    Fetched,
    NotThere,
    Open,
    Target,
    Unfetchable,
    VendorApi,
    VendorUnavailable,
    segment,
)
from ingest.vendors.credas import resources
from ingest.vendors.credas.resources import CHECKS, NOT_PERFORMED, Entity
from ingest.vendors.credas.webhook import GUID, Kind, Members, guid, members_of, webhook_of
from schemas.callback import Callback

PROCESS, COMPLETION, ENTITY, ENTRIES = "process", "completion", "entity", "idv-entries"
"""Kinds of targets. A completion is a process of which a webhook just said that it has come to something."""

_WITHOUT_RESULTS = (0, 1, 3, 6, 7)
"""Section 6.2: not started, in progress, deleted, expired, archived. Of any other status the results tell more."""


def targets(callback: Callback) -> Sequence[Target]:
    """What the webhook gives to read: section 2.

    That of a process, in any status, the process; a status update all processes of its entity, or the one that it
    names. The delivery of an invitation says nothing about identity, and of a legacy registration no call is known
    (section 9).
    """
    webhook = webhook_of(callback.body)
    if webhook.kind in {Kind.ACTOR, Kind.REGISTRATION}:
        return ()
    if webhook.process is not None:
        kind = COMPLETION if webhook.kind is Kind.PROCESS else PROCESS
        return (Target(kind, webhook.process, webhook.entity),)
    if webhook.entity is not None:
        return (Target(ENTITY, webhook.entity),)
    raise Unfetchable(f"a webhook of type {webhook.kind} that names neither a process nor an entity")


def target_of(verification: Open) -> Target:
    """The process. Raises ``Unfetchable`` for any other id, and for a GUID that is not in lower case: its results
    would be another verification's.
    """
    segment(verification.verification_id, GUID)
    return Target(PROCESS, verification.verification_id)


async def fetch(call: Call, target: Target) -> Fetched:
    read = _READERS.get(target.kind)
    if read is None:
        raise Unfetchable(f"nothing of Credas' is called {target.kind}")
    return await read(call, target)


async def _process(call: Call, target: Target) -> Fetched:
    """The process; once its results tell more than its status, each entity's summary, and what else there is to read.

    Not settled while a result is missing: section 5.1, Credas is still analysing then.
    """
    fetched, _ = await _with_results(call, target)
    return fetched


async def _completion(call: Call, target: Target) -> Fetched:
    """The same right after the process' webhook. It comes with the same body after a new invitation (section 4), and
    the results of the one before are there already: not settled while there are none but old ones.

    What is not there is left to the process' own target, for which that is an answer.
    """
    try:
        fetched, found = await _with_results(call, target)
    except NotThere:
        return Fetched((), more=(Target(PROCESS, target.verification_id, target.subject_ref),))
    since = datetime.now(UTC) - _FRESH
    fresh = all(_has_result(each, target.verification_id, since) for each in found)
    return Fetched(fetched.bodies, fetched.settled and fresh, fetched.more)


async def _with_results(call: Call, target: Target) -> tuple[Fetched, Sequence[Entity]]:
    name = target.verification_id
    answer, members = await _read_process(call, name)
    if members.get("status") in _WITHOUT_RESULTS:
        return Fetched((answer.body,)), ()
    people = await owners(call, target, members)
    summaries = [await _summary(call, each) for each in people]
    found = [each for each in summaries if each is not None]
    owner = people[0] if len(people) == 1 else None
    fetched = Fetched(
        (answer.body, *(each.body for each in found)),
        settled=len(found) == len(people) and all(_has_result(each, name) for each in found),
        more=tuple(Target(kind, name, owner) for kind in _more(found, name)),
    )
    return fetched, found


async def _read_process(call: Call, name: str) -> tuple[Answer, Members]:
    """Raises ``NotThere`` only where Credas itself is: its absence is an answer, which a wrong base URL must not be."""
    try:
        return await resources.process(call, name)
    except NotThere:
        await _check_base(call)
        raise


async def _check_base(call: Call) -> None:
    """Section 5: every account has journeys to read."""
    try:
        await resources.journeys(call)
    except NotThere:
        raise VendorUnavailable("there are no journeys either; see base_url of its [source.api]") from None


async def _summary(call: Call, owner: str) -> Entity | None:
    """``None`` where there is none: the process is there, so its absence must not pass for the process' own."""
    try:
        return await resources.summary(call, owner)
    except NotThere:
        return None


def _has_result(owner: Entity, process: str, since: datetime | None = None) -> bool:
    """Of an identity verification. Other checks may be done before it, and in journeys without one nothing is lost by
    reading again. Where it must be new, one without a time may be.
    """
    results = owner.of_identity(process)
    done = [result for result in results if result.get("overallresult", "") not in (NOT_PERFORMED, None)]
    times = [resources.completed(result) for result in done]
    return any(since is None or time is None or time >= since for time in times)


def _more(found: Sequence[Entity], process: str) -> Sequence[str]:
    """Targets of their own: what cannot be read of them does not keep back the summary."""
    kinds = [kind for each in found for kind in resources.check_kinds(each, process)]
    submitted = any(each.of_identity(process) for each in found)
    return list(dict.fromkeys([ENTRIES, *kinds] if submitted else kinds))


async def owners(call: Call, target: Target, members: Members | None = None) -> Sequence[str]:
    """The entities of the process: those that it names itself, else the one that is known, else those that its details
    name (section 5), of which nothing is kept. Raises ``Unfetchable`` where there are none.
    """
    known = guid(target.subject_ref)
    if members is None and known is not None:
        return (known,)
    if members is None:
        _, members = await resources.process(call, target.verification_id)
    named = resources.entities_in(dict(members))
    if not named and known is not None:
        return (known,)
    named = named or resources.entities_in(await _details(call, target.verification_id))
    if not named:
        raise Unfetchable("neither the process nor its details name an entity")
    return named


async def _details(call: Call, process: str) -> object:
    """Raises ``VendorUnavailable`` where there are none: the process is there, so they contradict it."""
    try:
        return await resources.details(call, process)
    except NotThere:
        raise VendorUnavailable("the process is there, its details are not") from None


async def _entity(call: Call, target: Target) -> Fetched:
    """Nothing to keep: what changed belongs to processes, and it is them that are read.

    Raises ``NotThere`` while neither the results nor the entity itself name one.
    """
    name = target.verification_id
    named = (await resources.summary(call, name)).processes
    if not named:
        actors = (await resources.entity(call, name)).get("processactors")
        listed = [guid(members_of(actor).get("processid")) for actor in actors] if isinstance(actors, list) else []
        named = [each for each in listed if each is not None]
    if not named:
        raise NotThere("the entity has no process")
    return Fetched((), more=tuple(Target(PROCESS, process, name) for process in named))


async def _entries(call: Call, target: Target) -> Fetched:
    people = await owners(call, target)
    return Fetched(tuple([(await resources.entries(call, each)).body for each in people]))


async def _checks(call: Call, target: Target) -> Fetched:
    bodies: list[bytes] = []
    for owner in await owners(call, target):
        found = await resources.summary(call, owner)
        answers = await resources.checks(call, found, target.kind, target.verification_id)
        bodies += [answer.body for answer in answers]
    return Fetched(tuple(bodies))


_READERS: Mapping[str, Callable[[Call, Target], Awaitable[Fetched]]] = {
    PROCESS: _process,
    COMPLETION: _completion,
    ENTITY: _entity,
    ENTRIES: _entries,
    **{kind: _checks for kind, _ in CHECKS.values()},
}


def authorization(credentials: Credentials) -> str:
    """Section 5: the key as it was given, without a scheme."""
    return credentials.secret.value.decode()


def is_error(document: object) -> bool:
    """Section 7: no error's form is published, so whatever has an error's members and nothing's id."""
    members = members_of(document)
    return not members.keys() & {"id", "entityid"} and any(members.get(name) for name in ("error", "errors"))


_FRESH = timedelta(minutes=15)
"""How old a result may be that a webhook just announced; a time without a zone may be an hour ahead (section 5.1)."""

_FIRST_DAY = [timedelta(minutes=15 * count) for count in range(1, 97)]
_HOURLY = [timedelta(hours=count) for count in range(25, 14 * 24 + 1)]
_DAILY = [timedelta(days=count) for count in range(15, 91)]

API = VendorApi(
    targets=targets,
    target_of=target_of,
    fetch=fetch,
    # Section 4: every 15 minutes on the first day, then hourly until the invitation expires; no page says when.
    ticks_since_first=(*_FIRST_DAY, *_HOURLY, *_DAILY),
    authorization=authorization,
    authorization_header="X-API-KEY",
    # Section 7: 403 says that the key is missing or invalid.
    unauthorized=frozenset({401, 403}),
    is_error=is_error,
    # Section 7: the form of an error's body is not published.
    bare_errors=True,
    # Section 5: an analysis takes seconds to minutes; the last time is that of the first poll.
    again=(0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0),
    missing_for=900.0,
    # Section 7: 404 says that a process was deleted.
    gone=frozenset({PROCESS}),
    # Section 7: no limit is published; this is what the fetching of one account needs.
    after_limit=60.0,
    budget=Budget(per_second=5.0, parallel=4),
)
