"""All of the read model as plain rows, and what its derived tables must be by the rows that they derive from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select

from consumers.projections import tables
from consumers.projections.store import Store
from schemas.event import EventKind

Rows = list[dict[str, Any]]


async def rows(store: Store, table: Table) -> Rows:
    """In the order of their keys."""
    async with store.reading() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]


async def everything(store: Store) -> dict[str, Rows]:
    """Every table but the positions, and when it was built."""
    told = [table for table in tables.METADATA.sorted_tables if table not in {tables.POSITIONS, tables.REBUILDS}]
    return {table.name: await rows(store, table) for table in told}


def counted(statuses: Iterable[Mapping[str, Any]]) -> Counter[tuple[Any, ...]]:
    """The daily counts of these statuses."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for one in statuses:
        of = one["received_at"].date(), one["provider"], one["source"], one["kind"], one["outcome"], one["final"]
        for reason in {("", "")} | {(each["class"], each["code"]) for each in one["reasons"]}:
            counts[*of, *reason, one["test"]] += 1
    return counts


async def counts(store: Store) -> dict[tuple[Any, ...], int]:
    found = await rows(store, tables.COUNTS)
    return {tuple(row[name] for name in row if name != "verifications"): row["verifications"] for row in found}


def active(timeline: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Events, how many of them with the vendor's time, and their delay, by account and hour."""
    found: dict[tuple[Any, ...], tuple[int, int, int]] = {}
    for row in timeline:
        if row["kind"] == EventKind.ACTION:
            continue
        key = row["source"], row["received_at"].replace(minute=0, second=0, microsecond=0)
        events, timed, delay = found.get(key, (0, 0, 0))
        took = row["received_at"] - row["occurred_at"] if row["occurred_at"] else timedelta()
        late = max(took // timedelta(milliseconds=1), 0)
        found[key] = events + 1, timed + (row["occurred_at"] is not None), delay + late
    return found


async def activity(store: Store) -> dict[tuple[Any, ...], tuple[int, int, int]]:
    """Of accounts and hours with events."""
    found = await rows(store, tables.ACTIVITY)
    told = {(row["source"], row["hour"]): (row["events"], row["timed"], row["delay_ms"]) for row in found}
    return {key: numbers for key, numbers in told.items() if numbers != (0, 0, 0)}


def named(timeline: Iterable[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    return {(row["subject_ref"], row["provider"], row["verification_id"]) for row in timeline if row["subject_ref"]}


async def subjects(store: Store) -> set[tuple[str, str, str]]:
    return named(await rows(store, tables.SUBJECTS))
