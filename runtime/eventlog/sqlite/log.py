"""The embedded log's whole interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Self

from runtime.eventlog.api import DEFAULT_BATCH, Batch, Emit, IsCompacted, Message, Position, Record, Start, start_of
from runtime.eventlog.sqlite.changes import Changes
from runtime.eventlog.sqlite.file import prepare
from runtime.eventlog.sqlite.operations import Found, Move, Operation
from runtime.eventlog.sqlite.pool import Pool
from runtime.eventlog.sqlite.queries import FOR_EVER, count_unfinished, end_of, page, search
from runtime.eventlog.sqlite.reader import GroupReader, Parts
from runtime.eventlog.sqlite.rows import Row, encode
from runtime.eventlog.sqlite.submissions import Submissions

_FOLLOW_SECONDS = 1.0


class SqliteLog:
    """An ``EventLog`` in one SQLite file. Made by ``open``; to be used on the event loop that opened it."""

    def __init__(self, path: Path, is_compacted: IsCompacted, deadline: float, max_record_bytes: int) -> None:
        self._max_record_bytes = max_record_bytes
        self._pool = Pool(path, deadline)
        self._changes = Changes(path)
        self._submissions = Submissions(path, is_compacted, deadline, self._changes.committed)
        self._parts = Parts(path, self._pool, self._submissions, self._changes)
        self._readers: list[GroupReader] = []

    @classmethod
    async def open(cls, path: str, *, is_compacted: IsCompacted, deadline: float, max_record_bytes: int) -> Self:
        """An open log; the file is created when it is missing or empty.

        Whether a topic is compacted is settled with its first record and written into the file.
        Raises ``LogRefused`` or ``LogUnavailable``, saying which file and what to do.
        """
        place = await asyncio.to_thread(prepare, path, deadline)
        return cls(place, is_compacted, deadline, max_record_bytes)

    async def append(self, topic: str, message: Message) -> Position:
        """See ``EventLog``. Records take their places in the order of the calls.

        Only a tombstone first looks for what it erases, and takes its place after that: await it before appending anew.
        """
        row = encode(topic, message, self._max_record_bytes)
        operation = Operation(self._submissions.future(), (row,))
        if row.value is None:
            operation.found = await self._search((row,))
        return Position(topic, 0, await self._submissions.submit(operation))

    def read(self, topics: Sequence[str], group: str, *, max_records: int = DEFAULT_BATCH) -> GroupReader:
        self._pool.check_open()
        reader = GroupReader(self._parts, topics, group, max_records)
        self._readers = [other for other in self._readers if not other.closed] + [reader]
        return reader

    async def finish(self, batch: Batch, emits: Sequence[Emit]) -> None:
        rows = [encode(topic, message, self._max_record_bytes) for topic, message in emits]
        move = Move(batch.group, batch.topic, batch.epoch, batch.start, batch.next_offset)
        self._parts.finishing.add(batch.epoch)
        try:
            found = await self._search(row for row in rows if row.value is None)
            await self._submissions.submit(Operation(self._submissions.future(), rows, move, found=found))
        finally:
            self._parts.finishing.discard(batch.epoch)
            self._changes.committed({batch.topic})

    async def scan(
        self, topic: str, *, partition: int | None = None, start: Start = 0, follow: bool = False
    ) -> AsyncIterator[Record]:
        """See ``EventLog``. Between two pages nothing is held open, so a slow scan holds up nobody."""
        self._pool.check_open()
        if partition not in {None, 0}:
            return
        at = start_of(start, 0)
        end = FOR_EVER if follow else await self._pool.run(end_of, topic)
        with self._changes.subscribe((topic,)) as changed:
            while at < end:
                changed.clear()
                records = await self._pool.run(page, topic, at, end, DEFAULT_BATCH)
                for record in records:
                    yield record
                if records:
                    at = records[-1].offset + 1
                elif follow:
                    await changed.wait(_FOLLOW_SECONDS)
                else:
                    return

    async def lag(self, topic: str, group: str) -> int:
        return await self._pool.run(count_unfinished, topic, group)

    async def ends(self, topic: str) -> dict[int, int]:
        return {0: await self._pool.run(end_of, topic)}

    async def check(self) -> None:
        """A row was written and read just now, each within the deadline."""
        await self._submissions.submit(Operation(self._submissions.future(), probe=True))
        await self._pool.run(lambda connection: connection.execute("SELECT at FROM probe").fetchone())

    async def close(self) -> None:
        for reader in self._readers:
            await reader.close()
        try:
            await self._submissions.close()
        finally:
            self._pool.close()
            await self._changes.close()

    async def _search(self, tombstones: Iterable[Row]) -> dict[tuple[str, str], Found]:
        """Where earlier records of these keys may be: looked for beside the writer, so that it need not stop for it."""
        return {(row.topic, row.key): await self._search_one(row) for row in tombstones}

    async def _search_one(self, row: Row) -> Found:
        found = Found()
        while (more := await self._pool.run(search, row.topic, row.crc, found)) is not None:
            found = more
        return found
