"""From whatever reference somebody has in hand to the verification that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.queries.paging import is_storable
from consumers.projections.queries.statuses import StatusRow, status_of
from consumers.projections.store import Store
from consumers.projections.tables import ALERTS, STATUS, SUBJECTS, TIMELINE
from schemas.event import EventKind

MIN_PREFIX = 4
"""Characters from which on the beginning of an id or of a reference is enough."""

MAX_TEXT = 512
"""Characters of the longest text that is looked for."""

_LAST = "\U0010ffff"
"""Sorts after every character."""

_KINDS = len(EventKind)


class FoundBy(StrEnum):
    """What the text was: the verification's id, a customer's reference, or the id of an event, callback or alert."""

    VERIFICATION = "verification"
    SUBJECT = "subject"
    EVENT = "event"
    CALLBACK = "callback"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Found:
    """``status`` is the verification's own, or where only other kinds of events spoke of it, one of theirs."""

    status: StatusRow
    by: FoundBy


_EXACT = (FoundBy.VERIFICATION, FoundBy.SUBJECT, FoundBy.EVENT, FoundBy.CALLBACK, FoundBy.ALERT)
_PREFIX = (FoundBy.VERIFICATION, FoundBy.SUBJECT)
_RANKS = (*_EXACT, *_PREFIX)
"""What comes first where several find something: the whole of an id before the beginning of one."""

_Key = tuple[str, str]


async def find(store: Store, text: str, *, limit: int = 20) -> tuple[Found, ...]:
    """The verifications that this text is a reference of, each once: exact ones first, in each rank the newest first.

    ``<provider>:<verification_id>`` is understood too. Raises ``ProjectionUnavailable``.
    """
    wanted = text.strip()
    if not 0 < len(wanted) <= MAX_TEXT or not is_storable(wanted):
        return ()
    async with store.reading() as connection:
        ranks = await _ranked(connection, wanted, limit)
        statuses = await _statuses(connection, ranks)
    found = [(rank, statuses[key]) for key, rank in ranks.items() if key in statuses]
    found.sort(key=lambda each: (each[0], -each[1].received_at.timestamp(), each[1].verification_id))
    return tuple(Found(row, _RANKS[rank]) for rank, row in found)


async def _ranked(connection: AsyncConnection, wanted: str, limit: int) -> Mapping[_Key, int]:
    """By verification, the first rank that found it; all in one statement, each part of it a look into one index."""
    parts = [*_exact(wanted, limit), *(_beginning(wanted, limit) if len(wanted) >= MIN_PREFIX else [])]
    rows = [tuple(row) for row in await connection.execute(union_all(*(select(part.subquery()) for part in parts)))]
    ranks: dict[_Key, int] = {}
    for provider, verification_id, rank, _ in sorted(rows, key=lambda row: row[2:]):
        ranks.setdefault((provider, verification_id), rank)
    return dict(islice(ranks.items(), limit))


def _exact(wanted: str, limit: int) -> Iterable[Select[Any]]:
    provider, _, verification_id = wanted.partition(":")
    named = _keys(SUBJECTS.c, 1).where(SUBJECTS.c.subject_ref == wanted)
    yield _keys(STATUS.c, 0).where(STATUS.c.verification_id == wanted).limit(limit * _KINDS)
    yield _keys(STATUS.c, 0).where(STATUS.c.provider == provider, STATUS.c.verification_id == verification_id)
    yield named.order_by(SUBJECTS.c.last_named_at.desc()).limit(limit)
    yield _keys(TIMELINE.c, 2).where(TIMELINE.c.event_id == wanted)
    yield _keys(TIMELINE.c, 3).where(TIMELINE.c.raw_callback_id == wanted).limit(limit * _KINDS)
    yield _keys(ALERTS.c, 4).where(ALERTS.c.alert_id == wanted)


def _beginning(wanted: str, limit: int) -> Iterable[Select[Any]]:
    """Of one verification there is a status for each kind."""
    for rank, column, columns, most in (
        (5, STATUS.c.verification_id, STATUS.c, limit * _KINDS),
        (6, SUBJECTS.c.subject_ref, SUBJECTS.c, limit),
    ):
        within = column > wanted, column < wanted + _LAST
        yield _keys(columns, rank, column).where(*within).order_by(column).limit(most)


def _keys(columns: Any, rank: int, matched: ColumnElement[str] | None = None) -> Select[Any]:  # noqa: ANN401 - SQLAlchemy's collection of a table's columns
    """``matched`` is what those of one rank are in the order of, where not all of them are the same."""
    said = literal("") if matched is None else matched
    return select(columns.provider, columns.verification_id, literal(rank).label("rank"), said.label("matched"))


async def _statuses(connection: AsyncConnection, keys: Iterable[_Key]) -> Mapping[_Key, StatusRow]:
    by_provider: dict[str, list[str]] = {}
    for provider, verification_id in keys:
        by_provider.setdefault(provider, []).append(verification_id)
    if not by_provider:
        return {}
    # Vendor by vendor: SQLite reads the whole table for a list of pairs.
    wanted = or_(*(_of(provider, ids) for provider, ids in sorted(by_provider.items())))
    rows = [status_of(row) for row in (await connection.execute(select(STATUS).where(wanted))).mappings()]
    rows.sort(key=lambda row: (row.kind is EventKind.VERIFICATION, row.kind is not EventKind.ACTION, row.kind))
    return {(row.provider, row.verification_id): row for row in rows}


def _of(provider: str, verification_ids: list[str]) -> ColumnElement[bool]:
    return (STATUS.c.provider == provider) & STATUS.c.verification_id.in_(verification_ids)
