"""Who did what, and why: read from the log's own bytes, as no event says it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import orjson

from runtime.eventlog import EventLog, Record
from schemas.action import Action, InvalidAction, of_members
from schemas.event import DecidedBy, EventKind, Provenance, Raw, VerificationEvent

_AT_ONCE = 8


async def acts_behind(log: EventLog, events: Sequence[VerificationEvent]) -> Mapping[str, Action]:
    """By event id, the action that each event is a step of, or that it came of; none for what was erased since.

    ``events`` are those of one verification, in order. What was decided under an action came of the last one begun.
    """
    steps = {event.event_id: event.raw for event in events if _is_step(event)}
    begun = dict(zip(steps, await _actions_at(log, steps.values()), strict=True))
    found: dict[str, Action] = {}
    latest: Action | None = None
    for event in events:
        if event.event_id in begun:
            action = begun[event.event_id]
            if action is not None:
                found[event.event_id] = latest = action
        elif event.decided_by is DecidedBy.OPERATOR and latest is not None:
            found[event.event_id] = latest
    return found


def _is_step(event: VerificationEvent) -> bool:
    """A registration is of the kind that it makes known, and all of its event."""
    is_registration = event.provenance is Provenance.OPERATOR and event.vendor_status == "REGISTERED"
    return event.kind is EventKind.ACTION or is_registration


async def _actions_at(log: EventLog, places: Iterable[Raw]) -> Sequence[Action | None]:
    """In the same order. Several are read at once: on Kafka each is a connection of its own."""
    room = asyncio.Semaphore(_AT_ONCE)
    found = await asyncio.gather(*(_action_at(log, raw, room) for raw in places), return_exceptions=True)
    for trouble in found:
        if isinstance(trouble, BaseException):
            raise trouble
    return [each for each in found if not isinstance(each, BaseException)]


async def _action_at(log: EventLog, raw: Raw, room: asyncio.Semaphore) -> Action | None:
    async with room:
        return await _read(log, raw)


async def _read(log: EventLog, raw: Raw) -> Action | None:
    async for record in log.scan(raw.topic, partition=raw.partition, start=raw.offset):
        return _action_in(record) if record.offset == raw.offset else None
    return None


def _action_in(record: Record) -> Action | None:
    if record.value is None:
        return None
    try:
        return of_members(orjson.loads(record.value))
    except (InvalidAction, orjson.JSONDecodeError):
        return None


def act_as_json(act: Action) -> dict[str, object]:
    """Who, what and why, and how it ended: what those who may act are shown beside the event. Never its arguments."""
    names = ("id", "name", "state", "operator", "confirmed_by", "reason", "code", "message", "milliseconds")
    return {name: getattr(act, name) for name in names}
