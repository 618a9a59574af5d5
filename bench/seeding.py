"""A read model of many verifications, made up with one seed, so that everybody's is the same.

Vendors, ids and customers' references are spread as they are in life: three in five at one vendor, one customer in
three with more than one verification, one in a hundred with an alert.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from sqlalchemy import JSON, Table

from consumers.projections.tables import ALERTS, STATUS, SUBJECTS, TIMELINE

_SEED = 20_260_301
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_BATCH = 20_000
_VENDORS = ("idenfy", "idenfy", "idenfy", "idverse", "solaris")
_OUTCOMES = (
    *(("VERIFIED", True, None) for _ in range(14)),
    *(("REJECTED", True, None) for _ in range(3)),
    ("EXPIRED", True, None),
    ("NEEDS_REVIEW", False, "REVIEWER"),
    ("PENDING", False, "CUSTOMER"),
)
_FRAUD = [{"class": "FRAUD", "code": "FAKE_FACE"}]
_CHECKS = [
    {"kind": "FACE", "name": "manualFace", "result": "PASS", "vendor_value": "FACE_MATCH"},
    {"kind": "DOCUMENT", "name": "manualDocument", "result": "PASS", "vendor_value": "DOC_VALIDATED"},
]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """References of one verification that is there. ``chance`` are bytes that decide the rest."""

    vendor: str
    verification_id: str
    subject_ref: str
    event_id: str
    callback_id: str
    chance: bytes


def known(count: int, number: int) -> Known:
    """The ``number``-th of ``count``."""
    drawn = blake2b(f"{_SEED}/{number}".encode()).digest()
    vendor = _VENDORS[drawn[0] % len(_VENDORS)]
    verification_id = drawn[16:32].hex() if vendor == "idenfy" else str(UUID(bytes=drawn[16:32]))
    customer = int.from_bytes(drawn[1:8]) % (count * 7 // 10)
    event_id, callback_id = str(UUID(bytes=drawn[32:48])), str(UUID(bytes=drawn[48:]))
    return Known(vendor, verification_id, f"cust-{customer:08d}", event_id, callback_id, drawn[8:16])


async def fill(url: str, count: int) -> None:
    """The tables, which must be empty, hold ``count`` verifications; says on stderr how far it is."""
    if url.startswith("sqlite"):
        _fill_sqlite(url.removeprefix("sqlite:///"), count)
    else:
        await _fill_postgresql(url, count)


def _batches(count: int) -> Iterator[dict[Table, list[Row]]]:
    began = monotonic()
    for start in range(0, count, _BATCH):
        rows: dict[Table, list[Row]] = {STATUS: [], TIMELINE: [], SUBJECTS: [], ALERTS: []}
        for number in range(start, min(start + _BATCH, count)):
            _add(rows, count, number)
        yield rows
        done = min(start + _BATCH, count)
        sys.stderr.write(f"\rseeded {done:,} of {count:,} in {monotonic() - began:.0f} s")
    sys.stderr.write("\n")


def _add(rows: dict[Table, list[Row]], count: int, number: int) -> None:
    own = known(count, number)
    vendor, chance = own.vendor, own.chance
    outcome, final, waits_for = _OUTCOMES[chance[0] % len(_OUTCOMES)]
    at = _FIRST + timedelta(seconds=number * 60, microseconds=int.from_bytes(chance[1:4]) % 1_000_000)
    told: Row = {
        "provider": vendor,
        "verification_id": own.verification_id,
        "kind": "VERIFICATION",
        "source": f"{vendor}-{('eu', 'uk')[chance[4] % 2]}",
        "subject_ref": own.subject_ref,
        "subject_kind": "PERSON",
        "outcome": outcome,
        "final": final,
        "decided_by": ("AUTOMATIC", "HUMAN")[chance[5] % 2],
        "vendor_event": "IDENTIFICATION_AUTO_FINISHED",
        "vendor_status": outcome,
        "event_id": own.event_id,
        "occurred_at": at,
        "received_at": at,
        "test": False,
        "reasons": _FRAUD if outcome == "REJECTED" else [],
    }
    waiting = {"waits_for": waits_for, "waits_since": at if waits_for else None}
    rows[STATUS].append(told | waiting | {"first_received_at": at, "events": 1})
    rows[TIMELINE].append(told | _of_event(own, number, at))
    names = ("subject_ref", "provider", "verification_id", "source", "subject_kind", "test")
    rows[SUBJECTS].append({name: told[name] for name in names} | {"first_named_at": at, "last_named_at": at})
    if number % 100 == 0:
        rows[ALERTS].append(_alert(told, at))


def _of_event(own: Known, number: int, at: datetime) -> Row:
    return {
        "reopens": False,
        "checks": _CHECKS,
        "provenance": "CALLBACK",
        "raw_topic": f"callbacks.{own.vendor}",
        "raw_partition": number % 12,
        "raw_offset": number,
        "raw_callback_id": own.callback_id,
        "raw_sha256": "ab" * 32,
        "mapping_version": 1,
        "unmapped": [],
        "order_micros": (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
    }


def _alert(told: Row, at: datetime) -> Row:
    names = ("provider", "source", "verification_id", "outcome", "test")
    return {name: told[name] for name in names} | {
        "alert_id": str(UUID(told["event_id"][::-1].replace("-", ""))),
        "rule": "rejected-for-fraud",
        "severity": "WARNING",
        "scope": "VERIFICATION",
        "event_ids": [told["event_id"]],
        "message": "rejected for fraud",
        "count": 1,
        "raised_at": at,
    }


def _values(table: Table, rows: Sequence[Row], *, as_text: bool) -> list[tuple[Any, ...]]:
    """In the order of the table's columns, JSON as text; with ``as_text`` moments too, as SQLAlchemy writes them."""
    known_columns = [column for column in table.columns if column.name in rows[0]]

    def plain(value: Any, *, is_json: bool) -> Any:  # noqa: ANN401 - any column's
        if is_json:
            return json.dumps(value)
        if as_text and isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S.%f}"
        return value

    return [
        tuple(plain(row[column.name], is_json=isinstance(column.type, JSON)) for column in known_columns)
        for row in rows
    ]


def _names(table: Table, row: Row) -> list[str]:
    return [column.name for column in table.columns if column.name in row]


async def _fill_postgresql(url: str, count: int) -> None:
    parts = urlsplit(url)
    connection = await asyncpg.connect(parts.geturl())
    try:
        for batch in _batches(count):
            for table, rows in batch.items():
                if rows:
                    values = _values(table, rows, as_text=False)
                    await connection.copy_records_to_table(
                        table.name, records=values, columns=_names(table, rows[0]), schema_name=table.schema
                    )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _fill_sqlite(path: str, count: int) -> None:
    """Without waiting for the disk: whoever loses power in the middle begins again."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -1000000")
        for batch in _batches(count):
            with connection:
                for table, rows in batch.items():
                    if rows:
                        names = _names(table, rows[0])
                        quoted = ", ".join(f'"{name}"' for name in names)
                        marks = ", ".join("?" * len(names))
                        statement = f"INSERT INTO {table.name} ({quoted}) VALUES ({marks})"  # noqa: S608 - names of ours
                        connection.executemany(statement, _values(table, rows, as_text=True))
    finally:
        connection.close()
