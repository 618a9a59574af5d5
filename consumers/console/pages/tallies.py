"""Open work in a few numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consumers.projections.queries import StatusRow, WorkSummary
from schemas.event import WaitsFor

URGENT = (WaitsFor.REVIEWER, WaitsFor.OPERATOR, WaitsFor.CUSTOMER, WaitsFor.VENDOR)
"""Whom is asked first: people of ours before anybody else."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many wait for one kind of somebody, tests apart. ``oldest_since`` is a test's only where all are tests."""

    waits_for: WaitsFor
    verifications: int
    tests: int
    oldest_since: datetime | None
    vendors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Those of a page that wait for the same kind of somebody, in the page's order."""

    waits_for: WaitsFor
    rows: tuple[StatusRow, ...]


def groups_of(rows: Iterable[StatusRow]) -> Sequence[Group]:
    """Those of ours first; nobody for whom nothing waits."""
    all_rows = list(rows)
    groups = [Group(each, tuple(row for row in all_rows if row.waits_for is each)) for each in URGENT]
    return [group for group in groups if group.rows]


def waiting_tallies(summary: Iterable[WorkSummary]) -> Sequence[Tally]:
    """One for each kind, those of ours first; also where nothing waits."""
    rows = list(summary)
    return [_tally(each, [row for row in rows if row.waits_for is each]) for each in URGENT]


def _tally(waits_for: WaitsFor, rows: Sequence[WorkSummary]) -> Tally:
    only_tests = all(row.test for row in rows)
    return Tally(
        waits_for,
        sum(row.verifications for row in rows if not row.test),
        sum(row.verifications for row in rows if row.test),
        min((row.oldest_since for row in rows if row.test is only_tests), default=None),
        tuple(sorted({row.provider for row in rows})),
    )
