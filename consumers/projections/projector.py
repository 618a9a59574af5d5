"""The projecting stage: verification events in, rows of the read model out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from consumers.errors import ProjectionUnavailable
from consumers.events import Decoded, decode
from consumers.projections import writing
from consumers.projections.store import Store
from runtime import metrics
from runtime.eventlog import Batch, EventLog, Record, Start
from runtime.stage import Handled, Stage
from schemas.deadletter import DeadLetterReason
from schemas.registry import RegistryError
from schemas.topics import VERIFICATION_EVENTS

NAME = "project"
_PAGE = 500
_DEAD_LETTERS = metrics.DEAD_LETTERS.labels(NAME, DeadLetterReason.UNDECODABLE_RECORD)


class Projector:
    """Keeps the read model level with the log. ``handle`` may be repeated: rows are keyed by event and folded anew.

    The read model stores its own position with its rows. Where that lies behind the group's (an older copy of the
    database was put back, or it was deleted) what is missing is read from the log first.
    """

    def __init__(self, store: Store, log: EventLog) -> None:
        self._store = store
        self._log = log

    async def begin(self) -> None:
        """The read model is level with the log's end: an empty or older database is filled before anything new comes.

        Raises ``ProjectionUnavailable``, and the log's and the registry's errors.
        """
        positions = await writing.positions(self._store, VERIFICATION_EVENTS)
        async for page in self._pages(None, positions, None):
            await self._write_page(page)

    async def handle(self, batch: Batch) -> Handled:
        """The rows hold the batch's events and all before them; emitted are dead letters of the records that are none.

        Raises ``ProjectionUnavailable``, and the log's and the registry's errors.
        """
        await self._catch_up(batch)
        decoded = await decode(batch.records, NAME)
        await self._write(batch.partition, decoded, batch.next_offset)
        return Handled(decoded.dead_letters, partial(_DEAD_LETTERS.inc, len(decoded.dead_letters)))

    async def _catch_up(self, batch: Batch) -> None:
        """Writes what lies between the read model's position and the batch; its dead letters were emitted long ago."""
        position = await writing.position(self._store, batch.topic, batch.partition)
        if position < batch.start:
            async for page in self._pages(batch.partition, position, batch.start):
                await self._write_page(page)

    async def _pages(self, partition: int | None, start: Start, end: int | None) -> AsyncIterator[list[Record]]:
        """The records from ``start`` on, before ``end``; each page of one partition."""
        page: list[Record] = []
        async for record in self._log.scan(VERIFICATION_EVENTS, partition=partition, start=start):
            if end is not None and record.offset >= end:
                break
            if page and (len(page) == _PAGE or record.partition != page[0].partition):
                yield page
                page = []
            page.append(record)
        if page:
            yield page

    async def _write_page(self, page: Sequence[Record]) -> None:
        await self._write(page[-1].partition, await decode(page, NAME), page[-1].offset + 1)

    async def _write(self, partition: int, decoded: Decoded, next_offset: int) -> None:
        async with self._store.writing() as connection:
            await writing.move(connection, VERIFICATION_EVENTS, partition, next_offset)
            await writing.erase(connection, decoded.erased)
            await writing.add(connection, decoded.events)


def stage(store: Store, log: EventLog) -> Stage:
    """The stage as the loop runs it; it waits while its database, or a registry that it must ask, is unavailable."""
    projector = Projector(store, log)
    return Stage(
        NAME,
        (VERIFICATION_EVENTS,),
        projector.handle,
        begin=projector.begin,
        retriable=(ProjectionUnavailable, RegistryError),
    )
