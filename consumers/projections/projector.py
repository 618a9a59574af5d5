"""The projecting stage: events, alerts, what was done about them, dead letters and observations in, rows out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from consumers.errors import ProjectionUnavailable, Unstorable
from consumers.projections import alerting, positions
from consumers.projections.positions import Overtaken
from consumers.projections.reading import NAME, NOTHING, TOPICS, Read, dead_letter
from consumers.projections.store import Store
from runtime import metrics
from runtime.eventlog import Batch, EventLog, Record, Start
from runtime.stage import Handled, Stage
from schemas.deadletter import DeadLetterReason
from schemas.registry import RegistryError
from schemas.topics import DEAD_LETTERS

_log = structlog.get_logger(__name__)

_PAGE = 500
_SETTLED = timedelta(hours=1)
"""What people did about an alert so long before a start was done about one that the log had then."""
_DEAD_LETTERS = metrics.DEAD_LETTERS.labels(NAME, DeadLetterReason.UNDECODABLE_RECORD)


Applied = Callable[[Sequence[Record]], None]
"""Told of the records that were applied, those of one partition."""


def _nobody(_records: Sequence[Record]) -> None:
    return None


class Projector:
    """Keeps the read model level with the log. ``handle`` may be repeated: what was applied is not applied again.

    The read model stores its own position of each partition with its rows. Where that lies behind the group's (an older
    copy of the database was put back, it was deleted, or rebuilt) what is missing is read from the log first.
    """

    def __init__(self, store: Store, log: EventLog, applied: Applied = _nobody, *, keeps_letters: bool = True) -> None:
        """``keeps_letters`` is for whoever reads the records for the first time."""
        self._store = store
        self._keeps_letters = keeps_letters
        self._log = log
        self._applied = applied
        self._positions: dict[tuple[str, int], int] = {}
        self._met: set[tuple[str, int]] = set()

    async def begin(self) -> None:
        """The read model is level with the log's end: an empty or older database is filled before anything new comes.

        Raises ``ProjectionUnavailable``, and the log's and the registry's errors.
        """
        began = datetime.now(UTC)
        self._positions.clear()
        self._met.clear()
        for topic in TOPICS:
            await self._fill(topic)
        await alerting.forget_handling_of_nothing(self._store, began - _SETTLED)

    async def _fill(self, topic: str) -> None:
        """All partitions in one scan, each from the record that was read last, to see whether it is the same."""
        ends = await self._log.ends(topic)
        if not any(ends.values()):
            return
        at = {partition: await self._position(topic, partition) for partition in ends}
        last_read = {partition: max(offset - 1, 0) for partition, offset in at.items()}
        async for page in self._pages(topic, None, last_read, None):
            first = page[0]
            if first.offset < at[first.partition] and await positions.is_another(self._store, first):
                await self._begin_anew(topic, first.partition)
                await self._catch_up(topic, first.partition, first.offset)
            await self._go_on(page)

    async def _go_on(self, page: Sequence[Record]) -> None:
        """The page is applied; whoever is overtaken meanwhile goes on behind the other projector."""
        topic, partition, end = page[-1].topic, page[-1].partition, page[-1].offset + 1
        if await self._position(topic, partition) < end:
            try:
                await self._apply(page)
            except Overtaken:
                await self._catch_up(topic, partition, end)

    async def handle(self, batch: Batch) -> Handled:
        """The rows hold the batch and all before it; emitted are dead letters of the records that are not what they
        should be.

        Raises ``ProjectionUnavailable``, and the log's and the registry's errors.
        """
        if (batch.topic, batch.partition) not in self._met:
            await self._meet(batch)
        await self._catch_up(batch.topic, batch.partition, batch.start)
        try:
            read = await self._apply(batch.records)
        except Overtaken:
            await self._catch_up(batch.topic, batch.partition, batch.next_offset)
            read = await TOPICS[batch.topic](batch.records)
        return Handled(read.dead_letters, partial(_DEAD_LETTERS.inc, read.bad))

    async def _meet(self, batch: Batch) -> None:
        """A read model that was level with another log is told all of this one."""
        at = await self._position(batch.topic, batch.partition)
        if at >= batch.next_offset and await self._is_another_log(batch.topic, batch.partition, at):
            await self._begin_anew(batch.topic, batch.partition)
        self._met.add((batch.topic, batch.partition))

    async def _is_another_log(self, topic: str, partition: int, at: int) -> bool:
        """It ends before what was read, or another record stands where the last one that was read stood."""
        if (await self._log.ends(topic)).get(partition, at) < at:
            return True
        async for record in self._log.scan(topic, partition=partition, start=at - 1):
            return await positions.is_another(self._store, record)
        return False

    async def _begin_anew(self, topic: str, partition: int) -> None:
        _log.warning("the log was replaced: read from its beginning", topic=topic, partition=partition)
        await positions.forget(self._store, topic, partition, await self._position(topic, partition))
        self._positions.pop((topic, partition), None)

    async def _catch_up(self, topic: str, partition: int, end: int) -> None:
        """Writes what lies between the read model's position and ``end``; its dead letters were emitted long ago.

        Where another projector reads the same just now, this one goes on behind it.
        """
        while (at := await self._position(topic, partition)) < end:
            try:
                async for page in self._pages(topic, partition, at, end):
                    await self._apply(page)
            except Overtaken:
                self._positions.pop((topic, partition), None)
            else:
                return

    async def _position(self, topic: str, partition: int) -> int:
        """As it was last known here: whoever relies on a wrong one is ``Overtaken``."""
        if (topic, partition) not in self._positions:
            self._positions[topic, partition] = await positions.position(self._store, topic, partition)
        return self._positions[topic, partition]

    async def _pages(
        self, topic: str, partition: int | None, start: Start, end: int | None
    ) -> AsyncIterator[list[Record]]:
        """The records from ``start`` on, before ``end``; each page of one partition."""
        page: list[Record] = []
        async for record in self._log.scan(topic, partition=partition, start=start):
            if end is not None and record.offset >= end:
                break
            if page and (len(page) == _PAGE or record.partition != page[0].partition):
                yield page
                page = []
            page.append(record)
        if page:
            yield page

    async def _apply(self, records: Sequence[Record]) -> Read:
        """What the records say, applied as far as it is new. Raises ``Overtaken``; nothing was written then."""
        topic, partition = records[-1].topic, records[-1].partition
        at = await self._position(topic, partition)
        read = await TOPICS[topic](records)
        new = [record for record in records if record.offset >= at]
        if not new:
            return read
        try:
            await self._write(new, at, read if len(new) == len(records) else await TOPICS[topic](new))
        except Unstorable as error:
            await self._apply_one_by_one(new, error)
        return read

    async def _write(self, records: Sequence[Record], at: int, changes: Read) -> None:
        last = records[-1]
        try:
            async with self._store.writing() as connection:
                await positions.move(connection, at, last)
                await changes.apply(connection)
        except ProjectionUnavailable:
            self._positions.pop((last.topic, last.partition), None)
            raise
        self._positions[last.topic, last.partition] = last.offset + 1
        self._applied(records)

    async def _apply_one_by_one(self, records: Sequence[Record], error: Unstorable) -> None:
        """Those that the database cannot hold are dead letters before it goes on behind them; others are applied."""
        if len(records) > 1:
            for record in records:
                await self._apply([record])
            return
        (record,) = records
        await self._set_apart(record, str(error))
        await self._write(records, await self._position(record.topic, record.partition), NOTHING)

    async def _set_apart(self, record: Record, detail: str) -> None:
        """Repeated, it is the same letter. One about a dead letter would be read here again: it is only told."""
        if self._keeps_letters and record.topic != DEAD_LETTERS:
            topic, letter = dead_letter(record, detail)
            await self._log.append(topic, letter)
        _DEAD_LETTERS.inc()
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        _log.error("a record that the database cannot hold", **place)


def stage(store: Store, log: EventLog) -> Stage:
    """The stage as the loop runs it; it waits while its database, or a registry that it must ask, is unavailable.

    It brings the tables to this program's form whenever it begins.
    """
    projector = Projector(store, log)

    async def begin() -> None:
        await store.migrate()
        await projector.begin()

    return Stage(
        NAME,
        tuple(TOPICS),
        projector.handle,
        begin=begin,
        retriable=(ProjectionUnavailable, RegistryError),
    )
