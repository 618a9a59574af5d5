"""The occasions on which a verification was asked about though nobody had called: each counts once.

Whoever reconciles may name an occasion again, after a restart or beside another process; only a later one is followed.
"""

from __future__ import annotations

import orjson

from ingest.calling.spending import STRETCH
from ingest.fetch.queue import SPENT
from runtime.eventlog import EventLog, Record
from runtime.memory import Memory
from schemas import topics
from schemas.fetching import FetchRequest

_PREFIX = "asked/"
_FORGET_AT_ONCE = 100
_FORGET_AFTER = 30 * 86_400_000_000
"""Microseconds: no vendor is asked about a verification for so long after its last event."""
_COUNTS_FOR = 3 * 86_400_000_000
"""Microseconds: a day's budget slides, and clocks differ."""


def is_new(memory: Memory, request: FetchRequest, record: Record) -> bool:
    """Whether the request is to be worked off; its occasion is remembered from now on.

    The very request that was followed, appended again out of a dead letter, is followed again: another process that
    names the same occasion writes a request of another time.
    """
    if request.tick is None:
        return True
    key = f"{_PREFIX}{request.source}/{request.kind}/{request.verification_id}"
    known = orjson.loads(memory.get(key) or b'{"tick":-1}')
    asked_at = request.asked_at.isoformat()
    if known["tick"] > request.tick or (known["tick"] == request.tick and known.get("asked_at") != asked_at):
        return False
    memory.put(key, orjson.dumps({"tick": request.tick, "at": record.appended_at, "asked_at": asked_at}))
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


def forget_old(memory: Memory, now: int, epoch: int) -> None:
    """Old occasions, and what earlier owners than this ``epoch``'s spent days ago. ``now`` is the log's time, in
    microseconds.
    """
    for key, value in memory.oldest(_FORGET_AT_ONCE):
        if key.startswith(SPENT):
            if not key.endswith(f"/{epoch}") and _spent_until(value) < now - _COUNTS_FOR:
                memory.put(key, None)
        elif orjson.loads(value)["at"] >= now - _FORGET_AFTER:
            break
        else:
            memory.put(key, None)


def _spent_until(value: bytes) -> float:
    return max((int(stretch) * STRETCH * 1e6 for stretch in orjson.loads(value)), default=0.0)
