"""What verification events change in the read model, in as few round trips as tables; all in the caller's transaction.

Every table is written in one fixed order, and its rows in the order of their keys: several projectors wait for each
other, and never in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import (
    Statement,
    Values,
    deleting,
    inserting,
    replacing,
    selecting,
    storable,
    together,
    updating,
)
from consumers.projections.counting import COUNTED, activity_changes, count_changes, last_seen, subjects_named
from consumers.projections.erasing import erase_alerts, erase_silences
from consumers.projections.rows import FOLDED, status_row, timeline_row
from consumers.projections.tables import (
    ACTIVITY,
    COUNTS,
    ERASURES,
    SOURCES,
    STATUS,
    SUBJECTS,
    TIMELINE,
)
from schemas.event import VerificationEvent

_VERIFICATION = "provider", "verification_id"
_KEY = (*_VERIFICATION, "kind")
_STANDING = (*_KEY, "source", "outcome", "final", "test", "received_at", "reasons")
_ACTIVE = "source", "provider", "kind", "received_at", "occurred_at"


def _sums(table: Table, *names: str) -> dict[str, str]:
    return {name: f"{table.name}.{name} + excluded.{name}" for name in names}


def _newer(table: Table, name: str, *, by: str) -> str:
    """What is given where it is the newer one ``by`` that column; either may be unknown."""
    is_newer = f"{table.name}.{by} IS NULL OR excluded.{by} > {table.name}.{by}"
    return f"CASE WHEN {is_newer} THEN excluded.{name} ELSE {table.name}.{name} END"


def _extreme(table: Table, sign: str, name: str) -> str:
    return f"CASE WHEN excluded.{name} {sign} {table.name}.{name} THEN excluded.{name} ELSE {table.name}.{name} END"


_IN_ORDER = ", ".join(f"{STATUS.name}.{name}" for name in _KEY)
_ADD_TIMELINE = inserting(TIMELINE, "DO NOTHING", ("event_id",))
_OLD_STATUS = selecting(STATUS, _KEY, _STANDING, f"ORDER BY {_IN_ORDER} {{locked}}")
_TOLD = selecting(TIMELINE, _KEY, FOLDED)
_PUT_STATUS = replacing(STATUS)
_NAME_SUBJECT = updating(
    SUBJECTS,
    {
        "source": _extreme(SUBJECTS, ">", "source"),
        "subject_kind": (
            "CASE WHEN excluded.subject_kind = 'UNKNOWN' THEN subject_verifications.subject_kind "
            "WHEN subject_verifications.subject_kind = 'UNKNOWN' THEN excluded.subject_kind "
            f"ELSE {_extreme(SUBJECTS, '>', 'subject_kind')} END"
        ),
        "first_named_at": _extreme(SUBJECTS, "<", "first_named_at"),
        "last_named_at": _extreme(SUBJECTS, ">", "last_named_at"),
        "test": "subject_verifications.test OR excluded.test",
    },
)
_ADD_COUNTS = updating(COUNTS, _sums(COUNTS, "verifications"))
_NO_COUNTS = Statement(f"{deleting(COUNTS, COUNTED).sql} AND verifications = 0", COUNTS, COUNTED)
ADD_ACTIVITY = updating(
    ACTIVITY, _sums(ACTIVITY, *(c.name for c in ACTIVITY.c if c.name not in {"source", "hour", "provider"}))
)
_BUDGET = "budget_at", "hour_spent", "hour_most", "day_spent", "day_most"
PUT_STATE = updating(
    SOURCES,
    {name: _newer(SOURCES, name, by=name) for name in ("last_callback_at", "last_event_at")}
    | {name: _newer(SOURCES, name, by="budget_at") for name in _BUDGET},
)

_ERASED_STATUS = deleting(STATUS, _VERIFICATION, _STANDING)
_ERASED_TIMELINE = deleting(TIMELINE, _VERIFICATION, _ACTIVE)
_ERASED_SUBJECTS = deleting(SUBJECTS, _VERIFICATION)
_ERASURE = updating(ERASURES, {"erased_at": _extreme(ERASURES, ">", "erased_at")})

Erased = Mapping[str, datetime]
"""Event keys (``<provider>:<verification_id>``) of what was erased, and when."""


@dataclass(slots=True)
class _Changes:
    """Status and timeline rows that go and come."""

    old: list[Mapping[str, Any]] = field(default_factory=list)
    new: list[Values] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)
    told: list[Values] = field(default_factory=list)


async def write(connection: AsyncConnection, events: Sequence[VerificationEvent], erased: Erased) -> None:
    """Nothing is left of what was erased, then the events are there, and all that follows from them is level."""
    changes = _Changes()
    if erased:
        await _erase(connection, erased, changes)
    await _add(connection, events, changes)
    await together(connection, (_PUT_STATUS, changes.new), (_NAME_SUBJECT, subjects_named(changes.told)))
    counts = count_changes(changes.old, changes.new)
    await together(
        connection,
        (_ADD_COUNTS, counts),
        (ADD_ACTIVITY, activity_changes(changes.taken, changes.told)),
        (PUT_STATE, last_seen(changes.told)),
    )
    await _NO_COUNTS.run(connection, [count for count in counts if count["verifications"] < 0])


async def _erase(connection: AsyncConnection, erased: Erased, changes: _Changes) -> None:
    """Whatever is about these verifications goes; what is left is that they were erased, and when."""
    rows = [_named(key) | {"erased_at": erased[key]} for key in sorted(erased)]
    changes.taken += await _ERASED_TIMELINE.run(connection, rows)
    changes.old += await _ERASED_STATUS.run(connection, rows)
    await _ERASED_SUBJECTS.run(connection, rows)
    await _ERASURE.run(connection, rows)
    await erase_alerts(connection, rows)
    await erase_silences(connection, rows)


def _event_id(row: Values) -> str:
    return str(row["event_id"])


def _named(key: str) -> Values:
    return dict(zip(_VERIFICATION, key.split(":", 1), strict=True))


async def _add(connection: AsyncConnection, events: Sequence[VerificationEvent], changes: _Changes) -> None:
    """The new among the events are in the timeline, and it is known to what their verifications' statuses fold."""
    first = {event.event_id: event for event in reversed(events)}
    rows = storable(sorted(map(timeline_row, first.values()), key=_event_id))
    written = {row["event_id"] for row in await _ADD_TIMELINE.run(connection, rows)}
    by_key: defaultdict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    changes.told += [row for row in rows if row["event_id"] in written]
    for row in changes.told:
        by_key[row["provider"], row["verification_id"], row["kind"]].append(row)
    keys = [dict(zip(_KEY, key, strict=True)) for key in sorted(by_key)]
    old = await _OLD_STATUS.run(connection, keys)
    await _tell_all(connection, [{name: status[name] for name in _KEY} for status in old], by_key)
    new = [status_row(by_key[key]) for key in sorted(by_key)]
    changes.old += old
    changes.new += new


async def _tell_all(
    connection: AsyncConnection, keys: Sequence[Values], by_key: dict[tuple[Any, ...], list[Mapping[str, Any]]]
) -> None:
    """Of these, which had a status before, ``by_key`` has all rows of the timeline; of others it had them already."""
    for key in keys:
        by_key[tuple(key.values())] = []
    for row in await _TOLD.run(connection, keys):
        by_key[row["provider"], row["verification_id"], row["kind"]].append(row)
