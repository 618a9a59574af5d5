"""The occasions on which a verification was asked about though nobody had called: each counts once.

Whoever reconciles may name an occasion again, after a restart or beside another process; only a later one is followed.
"""

from __future__ import annotations

import orjson

from runtime.eventlog import EventLog, Record
from runtime.memory import Memory
from schemas import topics
from schemas.fetching import FetchRequest

_PREFIX = "asked/"
_FORGET_AT_ONCE = 100
_FORGET_AFTER = 30 * 86_400_000_000
"""Microseconds: no vendor is asked about a verification for so long after its last event."""


def is_new(memory: Memory, request: FetchRequest, record: Record) -> bool:
    """Whether the request is to be worked off; its occasion is remembered from now on."""
    if request.tick is None:
        return True
    key = f"{_PREFIX}{request.source}/{request.kind}/{request.verification_id}"
    known = memory.get(key)
    if known is not None and orjson.loads(known)["tick"] >= request.tick:
        return False
    memory.put(key, orjson.dumps({"tick": request.tick, "at": record.appended_at}))
    return True


async def asked(log: EventLog, vendor: str) -> dict[str, int]:
    """The latest occasion of each ``<source>/<kind>/<verification id>`` of the vendor, as the log has it."""
    found: dict[str, int] = {}
    async for record in log.scan(topics.fetch_memory(vendor)):
        about = record.key.removeprefix(_PREFIX)
        if about != record.key and record.value is not None:
            found[about] = orjson.loads(record.value)["tick"]
        elif about != record.key:
            found.pop(about, None)
    return found


def forget_old(memory: Memory, now: int) -> None:
    """``now`` is the log's time, in microseconds."""
    for key, value in memory.oldest(_FORGET_AT_ONCE):
        if not key.startswith(_PREFIX):
            continue
        if orjson.loads(value)["at"] >= now - _FORGET_AFTER:
            break
        memory.put(key, None)
