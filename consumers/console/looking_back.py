"""The audit from its end backwards, page by page; the log itself gives records forwards only."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import merge
from typing import NamedTuple

from consumers.projections.queries import InvalidCursor, Page, seal, unseal
from runtime.eventlog import EventLog
from schemas import audit, topics
from schemas.audit import Look
from schemas.message import Undecodable

_QUESTION = "audit"
_MOST_OFFSET = 2**63 - 1


class _Placed(NamedTuple):
    look: Look
    partition: int
    offset: int


async def looks_before(log: EventLog, cursor: str | None, limit: int) -> Page[Look]:
    """At most ``limit`` looks, the newest first, that lie before the cursor's places.

    Raises ``InvalidCursor``, ``LogUnavailable``.
    """
    ends = await log.ends(topics.AUDIT) if cursor is None else _places(cursor)
    by_partition = [await _last(log, partition, end, limit + 1) for partition, end in ends.items()]
    # Only heads are compared: a clock that went back must not make a partition's newer look be passed over.
    found = list(merge(*by_partition, key=lambda placed: -placed.look.at.timestamp()))
    shown = found[:limit]
    left = dict(ends) | {placed.partition: placed.offset for placed in shown}
    following = seal([number for pair in left.items() for number in pair], _QUESTION) if len(found) > limit else None
    return Page(tuple(placed.look for placed in shown), following)


async def _last(log: EventLog, partition: int, end: int, count: int) -> list[_Placed]:
    """The last ``count`` before ``end``, the newest first. Where offsets have gaps the look reaches back further."""
    reach = count
    while True:
        start = max(0, end - reach)
        found = await _between(log, partition, start, end)
        if len(found) >= count or start == 0:
            return found[: -count - 1 : -1]
        reach *= 8


async def _between(log: EventLog, partition: int, start: int, end: int) -> list[_Placed]:
    found: list[_Placed] = []
    if start >= end:
        return found
    async for record in log.scan(topics.AUDIT, partition=partition, start=start):
        if record.offset >= end:
            break
        try:
            found.append(_Placed(audit.from_record(record), partition, record.offset))
        except Undecodable:
            continue
    return found


def _places(cursor: str) -> Mapping[int, int]:
    numbers = unseal(cursor, _QUESTION)
    if not numbers or len(numbers) % 2:
        raise InvalidCursor
    places: dict[int, int] = {}
    for partition, end in zip(numbers[::2], numbers[1::2], strict=True):
        if type(partition) is not int or type(end) is not int or not (partition >= 0 and 0 <= end <= _MOST_OFFSET):
            raise InvalidCursor
        places[partition] = end
    return places
