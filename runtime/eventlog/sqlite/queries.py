"""What is read from the file: functions of a connection, run on reading threads, that leave no transaction open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from runtime.eventlog.api import Record
from runtime.eventlog.sqlite.operations import Found
from runtime.eventlog.sqlite.rows import decode

PAGE_BYTES = 8 * 1024 * 1024
_SEARCH_STEP = 500_000

_TOPIC = "SELECT id, compacted FROM topics WHERE name = ?"
_POSITION = "SELECT next, epoch FROM positions WHERE grp = ? AND topic = ?"
_PAGE = (
    "SELECT offset, key, headers, value, appended_at FROM {table} WHERE topic = ? AND offset >= ? AND offset < ? "
    "ORDER BY offset LIMIT ?"
)
_END = "SELECT max(offset) + 1 FROM {table} WHERE topic = ?"
_COUNT = "SELECT count(*) FROM {table} WHERE topic = ? AND offset >= ?"
_SEARCH = "SELECT offset FROM records WHERE topic = ? AND offset >= ? AND offset < ? AND crc = ?"

FOR_EVER = 2**63 - 1
"""An offset that no record has."""


@dataclass(frozen=True, slots=True)
class Held:
    """A partition that a group member holds, and under which epoch."""

    topic: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Page:
    """``start`` is the group's position; ``owned`` is false when another epoch owns it, and then nothing was read."""

    held: Held
    start: int
    owned: bool
    records: tuple[Record, ...] = ()


def first_unfinished(connection: sqlite3.Connection, group: str, partitions: list[Held], limit: int) -> Page | None:
    """The first of these partitions that has unfinished records or was lost; ``None`` when all is finished."""
    for held in partitions:
        position = connection.execute(_POSITION, (group, held.topic)).fetchone()
        if position is None or position[1] != held.epoch:
            return Page(held, 0, owned=False)
        records = page(connection, held.topic, position[0], FOR_EVER, limit)
        if records:
            return Page(held, position[0], owned=True, records=records)
    return None


def page(connection: sqlite3.Connection, topic: str, start: int, end: int, limit: int) -> tuple[Record, ...]:
    """The records from ``start`` to before ``end``: at most ``limit``, and fewer once they are over 8 MiB."""
    table, number = _find(connection, topic)
    if number is None:
        return ()
    records: list[Record] = []
    size = 0
    with closing(connection.execute(_PAGE.format(table=table), (number, start, end, limit))) as cursor:
        for stored in cursor:
            records.append(decode(topic, stored))
            size += len(stored[2]) + len(stored[3] or b"")
            if size >= PAGE_BYTES:
                break
    return tuple(records)


def end_of(connection: sqlite3.Connection, topic: str) -> int:
    """The offset after the topic's last record; 0 when it has none."""
    return _number(connection, _END, topic)


def count_unfinished(connection: sqlite3.Connection, topic: str, group: str) -> int:
    position = connection.execute(_POSITION, (group, topic)).fetchone()
    return _number(connection, _COUNT, topic, position[0] if position is not None else 0)


def search(connection: sqlite3.Connection, topic: str, crc: int, found: Found) -> Found | None:
    """``found`` and the next stretch of the topic; ``None`` when ``found`` is complete, or need not be made at all."""
    table, number = _find(connection, topic)
    end = end_of(connection, topic)
    if number is None or table == "newest" or found.end >= end:
        return None
    stop = min(found.end + _SEARCH_STEP, end)
    offsets = connection.execute(_SEARCH, (number, found.end, stop, crc)).fetchall()
    return Found(found.offsets + tuple(offset for (offset,) in offsets), stop)


def _find(connection: sqlite3.Connection, topic: str) -> tuple[str, int | None]:
    number, compacted = connection.execute(_TOPIC, (topic,)).fetchone() or (None, False)
    return ("newest" if compacted else "records"), number


def _number(connection: sqlite3.Connection, statement: str, topic: str, *parameters: int) -> int:
    table, number = _find(connection, topic)
    if number is None:
        return 0
    (result,) = connection.execute(statement.format(table=table), (number, *parameters)).fetchone()
    return int(result or 0)
