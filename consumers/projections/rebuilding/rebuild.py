"""The read model anew from the log's first record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import func, insert, select

from consumers.projections.projector import Projector
from consumers.projections.reading import TOPICS
from consumers.projections.rebuilding.place import PATIENCE, Place
from consumers.projections.rebuilding.postgres import place_on_postgresql
from consumers.projections.rebuilding.sqlite import place_on_sqlite
from consumers.projections.store import Store, open_store
from consumers.projections.tables import ALERTS, DEAD_LETTERS, REBUILDS, STATUS, TIMELINE
from runtime.eventlog import EventLog, Record

Progress = Callable[[int, int], None]
"""Told how many offsets are behind it, of how many."""

_NEARLY_LEVEL = 2000
"""So few records to read are read while projectors stand still."""
_PASSES = 20


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``records`` were read, and this many rows are there."""

    records: int
    verifications: int
    events: int
    alerts: int
    dead_letters: int
    seconds: float


@dataclass(slots=True)
class _Tally:
    """``ends`` and ``at`` are by topic and partition."""

    told: Progress
    ends: dict[tuple[str, int], int]
    at: dict[tuple[str, int], int] = field(default_factory=dict)
    records: int = 0

    def add(self, records: Sequence[Record]) -> None:
        last = records[-1]
        self.records += len(records)
        self.at[last.topic, last.partition] = last.offset + 1
        self.told(sum(min(at, self.ends.get(key, 0)) for key, at in self.at.items()), sum(self.ends.values()))


async def rebuild(url: str, log: EventLog, progress: Progress) -> Rebuilt:
    """The read model at the URL holds what the log says, whatever it held; everybody went on meanwhile.

    Raises ``RebuildUnderWay``, ``ProjectionRefused``, ``ProjectionUnavailable``, and the log's and the registry's
    errors; nothing was changed then.
    """
    began = monotonic()
    async with open_store(url) as live, _place(live) as place:
        ends = {(topic, number): end for topic in TOPICS for number, end in (await log.ends(topic)).items()}
        tally = _Tally(progress, ends)
        projector = Projector(place.aside, log, tally.add, keeps_letters=False)
        await _fill(projector, tally)
        async with place.aside.writing() as connection:
            await connection.execute(insert(REBUILDS).values(built_at=datetime.now(UTC)))
        await place.switch(projector.begin)
        return await _rebuilt(live, tally.records, began)


async def _fill(projector: Projector, tally: _Tally) -> None:
    """All there is, and again what came meanwhile, until there is little of it."""
    for _ in range(_PASSES):
        before = tally.records
        await projector.begin()
        if tally.records - before <= _NEARLY_LEVEL:
            return


@asynccontextmanager
async def _place(live: Store) -> AsyncIterator[Place]:
    if live.file is not None:
        async with place_on_sqlite(live, live.file) as on_sqlite:
            yield on_sqlite
    else:
        async with place_on_postgresql(live) as on_postgresql:
            yield on_postgresql


async def _rebuilt(store: Store, records: int, began: float) -> Rebuilt:
    async with store.writing(PATIENCE) as connection:  # for its patience: many rows take long to count
        counts = [
            await connection.scalar(select(func.count()).select_from(table))
            for table in (STATUS, TIMELINE, ALERTS, DEAD_LETTERS)
        ]
    verifications, events, alerts, letters = (count or 0 for count in counts)
    return Rebuilt(records, verifications, events, alerts, letters, round(monotonic() - began, 1))
