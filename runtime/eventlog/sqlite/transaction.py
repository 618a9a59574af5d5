"""What happens inside one transaction of the writer: positions are compared and moved, rows added, old rows removed.

A whole group of operations is written by a handful of statements. Python gives up its interpreter lock at every one,
and may wait milliseconds to have it back from a busy event loop; a statement a row would multiply that wait.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import orjson

from runtime.errors import Fenced
from runtime.eventlog.api import IsCompacted
from runtime.eventlog.sqlite.operations import Claim, Found, Move, Operation, Outcome
from runtime.eventlog.sqlite.rows import Row

T = TypeVar("T")

_AT_ONCE = 1000
"""Rows in one statement: SQLite binds 32,766 parameters at most ("Implementation Limits", item 9)."""

_MOVE = "UPDATE positions SET next = ? WHERE grp = ? AND topic = ? AND next = ? AND epoch = ?"
_CLAIM = (
    "INSERT INTO positions (grp, topic, next, epoch) VALUES (?, ?, 0, ?) "
    "ON CONFLICT (grp, topic) DO UPDATE SET epoch = excluded.epoch"
)
_PROBE = "INSERT OR REPLACE INTO probe (id, at) VALUES (1, ?)"
_INSERT = "INSERT INTO {table} (topic, crc, appended_at, key, headers, value) VALUES "
_SUPERSEDE = """
    WITH newer (topic, crc, key, offset) AS (VALUES {rows})
    DELETE FROM newest WHERE offset IN (
        SELECT old.offset FROM newer CROSS JOIN newest AS old ON old.topic = newer.topic AND old.crc = newer.crc
        WHERE old.key = newer.key AND old.offset < newer.offset)
"""
_ERASE = """
    UPDATE records SET topic = 0, crc = 0, appended_at = 0, key = '', headers = x'', value = NULL
    WHERE topic = :topic AND key = :key AND offset IN (
        SELECT value FROM json_each(:found)
        UNION ALL
        SELECT offset FROM records WHERE topic = :topic AND offset >= :end AND offset < :before AND crc = :crc)
"""


class Topic(NamedTuple):
    id: int
    compacted: bool


@dataclass(slots=True)
class Topics:
    """The file's topics by name; a new one is written into it. What was read or written stays known."""

    is_compacted: IsCompacted
    known: dict[str, Topic] = field(default_factory=dict)

    def get(self, connection: sqlite3.Connection, name: str) -> Topic:
        return self.known.get(name) or self._learn(connection, name)

    def _learn(self, connection: sqlite3.Connection, name: str) -> Topic:
        """Compacted or not is settled by a topic's first record; what the file says then outlives a setting."""
        connection.execute(
            "INSERT OR IGNORE INTO topics (name, compacted) VALUES (?, ?)", (name, int(self.is_compacted(name)))
        )
        number, compacted = connection.execute("SELECT id, compacted FROM topics WHERE name = ?", (name,)).fetchone()
        topic = self.known[name] = Topic(number, bool(compacted))
        return topic


@dataclass(slots=True)
class _Addition:
    """The rows that a transaction adds to one table, in order."""

    table: str
    rows: list[tuple[int, Row]] = field(default_factory=list)

    def write(self, connection: sqlite3.Connection, now: int) -> int:
        """The offset of the first row; the others follow without a gap, for nobody else writes meanwhile."""
        last = len(self.rows)
        for part in _parts(self.rows):
            parameters: list[Any] = []
            for number, row in part:
                parameters += (number, row.crc, now, row.key, row.headers, row.value)
            values = "(?,?,?,?,?,?)," * (len(part) - 1) + "(?,?,?,?,?,?)"
            last = connection.execute(_INSERT.format(table=self.table) + values, parameters).lastrowid or 0
        return last - len(self.rows) + 1


@dataclass(slots=True)
class _Plan:
    plain: _Addition = field(default_factory=lambda: _Addition("records"))
    compacted: _Addition = field(default_factory=lambda: _Addition("newest"))
    tombstones: list[tuple[int, int, Row, Found]] = field(default_factory=list)

    def add(self, topic: Topic, row: Row, operation: Operation) -> tuple[_Addition, int]:
        """Which table the row goes to, and its place among the rows that go there."""
        addition = self.compacted if topic.compacted else self.plain
        place = len(addition.rows)
        addition.rows.append((topic.id, row))
        if row.value is None and not topic.compacted:
            found = operation.found.get((row.topic, row.key), Found())
            self.tombstones.append((place, topic.id, row, found))
        return addition, place


def apply(connection: sqlite3.Connection, operations: Iterable[Operation], topics: Topics, now: int) -> list[Outcome]:
    """One outcome an operation, in order. ``now`` is in microseconds since 1970 (UTC)."""
    plan = _Plan()
    ends = [_plan(connection, operation, topics, plan, now) for operation in operations]
    first = {addition.table: addition.write(connection, now) for addition in (plan.plain, plan.compacted)}
    _erase(connection, plan.tombstones, first["records"])
    _supersede(connection, plan.compacted.rows, first["newest"])
    return [first[end[0].table] + end[1] if isinstance(end, tuple) else end for end in ends]


def _plan(
    connection: sqlite3.Connection, operation: Operation, topics: Topics, plan: _Plan, now: int
) -> tuple[_Addition, int] | Outcome:
    if operation.claim is not None:
        _claim(connection, operation.claim)
    if operation.probe:
        connection.execute(_PROBE, (now,))
    if operation.move is not None and not _moved(connection, operation.move):
        return _fenced(operation.move)
    end: tuple[_Addition, int] | Outcome = 0
    for row in operation.rows:
        end = plan.add(topics.get(connection, row.topic), row, operation)
    return end


def _claim(connection: sqlite3.Connection, claim: Claim) -> None:
    connection.execute(_CLAIM, (claim.group, claim.topic, claim.epoch))


def _moved(connection: sqlite3.Connection, move: Move) -> bool:
    cursor = connection.execute(_MOVE, (move.next, move.group, move.topic, move.start, move.epoch))
    return cursor.rowcount == 1


def _fenced(move: Move) -> Fenced:
    return Fenced(
        f"group {move.group}, topic {move.topic}: the batch from {move.start} on was finished already or belongs to "
        "another member now; drop it and what was remembered with it, and read on"
    )


def _erase(connection: sqlite3.Connection, tombstones: list[tuple[int, int, Row, Found]], first: int) -> None:
    for place, number, row, found in tombstones:
        parameters = {
            "topic": number,
            "key": row.key,
            "crc": row.crc,
            "found": orjson.dumps(found.offsets).decode(),
            "end": found.end,
            "before": first + place,
        }
        connection.execute(_ERASE, parameters)


def _supersede(connection: sqlite3.Connection, rows: list[tuple[int, Row]], first: int) -> None:
    newer = [(number, row.crc, row.key, first + place) for place, (number, row) in enumerate(rows)]
    for part in _parts(newer):
        statement = _SUPERSEDE.format(rows="(?,?,?,?)," * (len(part) - 1) + "(?,?,?,?)")
        connection.execute(statement, [parameter for row in part for parameter in row])


def _parts(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
