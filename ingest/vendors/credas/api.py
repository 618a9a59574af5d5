"""Credas' API as far as it is read: facts, sections 2 (webhooks are hints), 4 (when to ask), 5 (calls), 7 (errors)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from ingest.api import Budget, Call, Credentials, Fetched, NotThere, Open, Target, Unfetchable, VendorApi, segment
from ingest.vendors.credas import resources
from ingest.vendors.credas.resources import CHECKS, NOT_PERFORMED, Entity
from ingest.vendors.credas.webhook import GUID, Kind, Members, guid, members_of, webhook_of
from schemas.callback import Callback

PROCESS, ENTITY, ENTRIES = "process", "entity", "idv-entries"

_WITHOUT_RESULTS = (0, 1, 3, 6, 7)
"""Section 6.2: not started, in progress, deleted, expired, archived. Of any other status the results tell more."""


def targets(callback: Callback) -> Sequence[Target]:
    """What the webhook gives to read: section 2.

    That of a process, in any status, the process; a status update all processes of its entity. The delivery of an
    invitation says nothing about identity, and of a legacy registration no call is known (section 9).
    """
    webhook = webhook_of(callback.body)
    if webhook.kind in {Kind.ACTOR, Kind.REGISTRATION}:
        return ()
    if webhook.process is not None:
        return (Target(PROCESS, webhook.process, webhook.entity),)
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
    name = target.verification_id
    answer, members = await resources.process(call, name)
    if members.get("status") in _WITHOUT_RESULTS:
        return Fetched((answer.body,))
    owners = await _owners(call, target, members)
    found = [await resources.summary(call, owner) for owner in owners]
    owner = owners[0] if len(owners) == 1 else None
    return Fetched(
        (answer.body, *(each.body for each in found)),
        settled=all(_has_result(each, name) for each in found),
        more=tuple(Target(kind, name, owner) for kind in _more(found, name)),
    )


def _has_result(owner: Entity, process: str) -> bool:
    return any(result.get("overallresult", "") not in (NOT_PERFORMED, None) for _, result in owner.of(process))


def _more(found: Sequence[Entity], process: str) -> Sequence[str]:
    """Targets of their own: what cannot be read of them does not keep back the summary."""
    kinds = [kind for each in found for kind in resources.check_kinds(each, process)]
    submitted = any(array == "identityverifications" for each in found for array, _ in each.of(process))
    return list(dict.fromkeys([ENTRIES, *kinds] if submitted else kinds))


async def _owners(call: Call, target: Target, members: Members | None = None) -> Sequence[str]:
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
    named = named or resources.entities_in(await resources.details(call, target.verification_id))
    if not named:
        raise Unfetchable("neither the process nor its details name an entity")
    return named


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
    owners = await _owners(call, target)
    return Fetched(tuple([(await resources.entries(call, owner)).body for owner in owners]))


async def _checks(call: Call, target: Target) -> Fetched:
    bodies: list[bytes] = []
    for owner in await _owners(call, target):
        found = await resources.summary(call, owner)
        answers = await resources.checks(call, found, target.kind, target.verification_id)
        bodies += [answer.body for answer in answers]
    return Fetched(tuple(bodies))


_READERS: Mapping[str, Callable[[Call, Target], Awaitable[Fetched]]] = {
    PROCESS: _process,
    ENTITY: _entity,
    ENTRIES: _entries,
    **{kind: _checks for kind, _ in CHECKS.values()},
}


def authorization(credentials: Credentials) -> str:
    """Section 5: the key as it was given, without a scheme. It belongs into the header ``X-API-KEY``."""
    return credentials.secret.value.decode()


def is_error(document: object) -> bool:
    """Section 7: no error's form is published, so whatever has an error's members and nothing's id."""
    members = members_of(document)
    return not members.keys() & {"id", "entityid"} and any(members.get(name) for name in ("error", "errors"))


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
    is_error=is_error,
    # Section 5: an analysis takes seconds to minutes; the last time is that of the first poll.
    again=(0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0),
    missing_for=900.0,
    # Section 7: no limit is published; this is what the fetching of one account needs.
    after_limit=60.0,
    budget=Budget(per_second=5.0, parallel=4),
)
