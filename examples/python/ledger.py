"""The service's own database: what it made of the events, and which of them it has seen. SQLite stands for yours.

Both change in one transaction, and positions are committed to Kafka afterwards. So a crash at any moment loses nothing,
and a record that comes again, after a crash, a rebalance or a redrive, changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from events import Decision, Event, Order, Schemas, Unreadable, decision_of, decode, key_of, standing

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (event_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS decisions (
    event_id TEXT PRIMARY KEY, verification TEXT NOT NULL, micros INTEGER NOT NULL, partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL, outcome TEXT NOT NULL, final INTEGER NOT NULL, reopens INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_by_verification ON decisions (verification);
CREATE TABLE IF NOT EXISTS standing (verification TEXT PRIMARY KEY, outcome TEXT NOT NULL, final INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS unreadable (
    partition INTEGER, "offset" INTEGER, why TEXT NOT NULL, PRIMARY KEY (partition, "offset")
);
"""

Line = dict[str, Any]
"""What is printed of an event."""


class Record(NamedTuple):
    partition: int
    offset: int
    key: str
    value: bytes | None


class Ledger:
    def __init__(self, path: Path, schemas: Schemas, *, include_test: bool) -> None:
        self._schemas = schemas
        self._include_test = include_test
        self._database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLES)

    def close(self) -> None:
        self._database.close()

    def take(self, records: Sequence[Record]) -> list[Line]:
        """The records' work is done, all of it or none; given is a line for each that was new."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            lines = [line for record in records if (line := self._take(record)) is not None]
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        return lines

    def _take(self, record: Record) -> Line | None:
        if record.value is None:
            self._forget(record.key)
            return {"forgotten": record.key}
        try:
            event = decode(record.value, self._schemas)
        except Unreadable as error:  # kept for somebody to look at: what follows it must not wait
            row = record.partition, record.offset, str(error)
            self._database.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)", row)
            return None
        if event["test"] and not self._include_test:
            return None
        if not self._is_new(event):
            return None
        return self._work(event)

    def _is_new(self, event: Event) -> bool:
        return self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (event["event_id"],)).rowcount == 1

    def _work(self, event: Event) -> Line:
        """Here begins what your service is for."""
        key = key_of(event)
        if event["kind"] == "ERASED":
            self._forget(key)
        decision = decision_of(event)
        if decision is not None:
            row = (event["event_id"], key, *decision.order[:3], decision.outcome, decision.final, decision.reopens)
            self._database.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            self._stand(key)
        names = "event_id", "provider", "verification_id", "kind", "outcome", "final", "test"
        return {name: event[name] for name in names}

    def _stand(self, key: str) -> None:
        columns = 'micros, partition, "offset", event_id, outcome, final, reopens'
        query = f"SELECT {columns} FROM decisions WHERE verification = ?"  # noqa: S608 - nothing of anybody's
        found = self._database.execute(query, (key,)).fetchall()
        current = standing([Decision(Order(*row[:4]), row[4], bool(row[5]), bool(row[6])) for row in found])
        if current is not None:
            row = key, current.outcome, current.final
            self._database.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", row)

    def _forget(self, key: str) -> None:
        """The vendor deleted the person, or an operator erased it: nothing about this verification stays.

        The ids of its events do: they name nobody, and keep what comes again from coming back.
        """
        for table in ("decisions", "standing"):
            self._database.execute(f"DELETE FROM {table} WHERE verification = ?", (key,))  # noqa: S608 - the two above
