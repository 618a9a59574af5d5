"""What is counted, as differences: pure. Adding them up in any order gives what counting all rows would give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from consumers.projections.bulk import Values
from schemas.event import EventKind, Provenance, SubjectKind
from schemas.observation import DOORS

COUNTED = ("day", "provider", "source", "kind", "outcome", "final", "reason_class", "reason_code", "test")
"""The daily counts' key."""

_MILLISECOND = timedelta(milliseconds=1)
_NOTHING = dict.fromkeys((*DOORS, "events", "timed", "delay_ms"), 0)

Row = Mapping[str, Any]


def count_changes(gone: Iterable[Row], come: Iterable[Row]) -> list[Values]:
    """Rows to add to the daily counts when these statuses go and those come, in the order of their keys."""
    changes: Counter[tuple[Any, ...]] = Counter()
    for status in come:
        changes.update(_keys(status))
    for status in gone:
        changes.subtract(_keys(status))
    return [
        dict(zip(COUNTED, key, strict=True)) | {"verifications": number}
        for key, number in sorted(changes.items())
        if number
    ]


def _keys(status: Row) -> list[tuple[Any, ...]]:
    """Where a status counts: once without a reason, and once for each reason that it has."""
    day = status["received_at"].astimezone(UTC).date()
    of = day, status["provider"], status["source"], status["kind"], status["outcome"], status["final"]
    if not status["reasons"]:
        return [(*of, "", "", status["test"])]
    reasons = {(reason["class"], reason["code"]) for reason in status["reasons"]}
    return [(*of, *reason, status["test"]) for reason in {("", ""), *reasons}]


def activity_changes(gone: Iterable[Row], come: Iterable[Row]) -> list[Values]:
    """Rows to add to the accounts' activity when these timeline rows go and those come, in the order of their keys.

    What operators did is no activity of a vendor's.
    """
    changes: dict[tuple[str, datetime], Values] = {}
    for sign, rows in ((-1, gone), (1, come)):
        for row in rows:
            if row["kind"] != EventKind.ACTION:
                change = _of(changes, row["source"], row["received_at"], row["provider"])
                change["events"] += sign
                if row["occurred_at"] is not None:
                    change["timed"] += sign
                    change["delay_ms"] += sign * _delay(row)
    return in_order(changes)


def door_changes(observed: Iterable[tuple[str, str, datetime, Mapping[str, int]]]) -> list[Values]:
    """The same for what doors answered: of an account (provider, source), until then, in these numbers."""
    changes: dict[tuple[str, datetime], Values] = {}
    for provider, source, at, numbers in observed:
        change = _of(changes, source, at, provider)
        for name in DOORS:
            change[name] += numbers.get(name, 0)
    return in_order(changes)


def in_order(changes: Mapping[tuple[Any, ...], Values]) -> list[Values]:
    return [change for _, change in sorted(changes.items(), key=lambda item: item[0])]


def _of(changes: dict[tuple[str, datetime], Values], source: str, at: datetime, provider: str) -> Values:
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if (source, hour) not in changes:
        changes[source, hour] = {"source": source, "hour": hour, "provider": provider, **_NOTHING}
    return changes[source, hour]


def _delay(row: Row) -> int:
    """Whole milliseconds; a vendor whose clock is ahead took none."""
    return int(max((row["received_at"] - row["occurred_at"]) // _MILLISECOND, 0))


def last_seen(come: Iterable[Row]) -> list[Values]:
    """Of each account that told something: when its last event came, and its last callback, by our clock."""
    seen: dict[tuple[str], Values] = {}
    for row in come:
        if row["kind"] == EventKind.ACTION:
            continue
        state = seen.setdefault((row["source"],), state_of(row["provider"], row["source"]))
        names = ["last_event_at"] + (["last_callback_at"] if row["provenance"] == Provenance.CALLBACK else [])
        for name in names:
            state[name] = max(state[name] or row["received_at"], row["received_at"])
    return in_order(seen)


def state_of(provider: str, source: str) -> Values:
    """An account of which nothing is known."""
    return {
        "source": source,
        "provider": provider,
        "last_callback_at": None,
        "last_event_at": None,
        "budget_at": None,
        "hour_spent": None,
        "hour_most": None,
        "day_spent": None,
        "day_most": None,
    }


def subjects_named(come: Iterable[Row]) -> list[Values]:
    """A row for each reference that these timeline rows name of a verification, in the order of their keys."""
    named: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in come:
        if row["subject_ref"]:
            named[row["subject_ref"], row["provider"], row["verification_id"]].append(row)
    return [
        {
            "subject_ref": subject_ref,
            "provider": provider,
            "verification_id": verification_id,
            "source": max(row["source"] for row in rows),
            "subject_kind": max((row["subject_kind"] for row in rows), key=_known_first),
            "first_named_at": min(row["received_at"] for row in rows),
            "last_named_at": max(row["received_at"] for row in rows),
            "test": any(row["test"] for row in rows),
        }
        for (subject_ref, provider, verification_id), rows in sorted(named.items())
    ]


def _known_first(kind: str) -> tuple[bool, str]:
    return kind != SubjectKind.UNKNOWN, kind
