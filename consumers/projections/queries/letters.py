"""Dead letters that wait for somebody: what each says, and where it lies; never a body."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select

from consumers.projections.queries.paging import Order, Page, equal, page_of, question_of
from consumers.projections.store import Store
from consumers.projections.tables import DEAD_LETTERS
from schemas.deadletter import DeadLetterReason

_BY_TIME = Order((DEAD_LETTERS.c.at, DEAD_LETTERS.c.letter_key), newest_first=True)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """``partition`` and ``offset`` are its own on the topic of dead letters, ``of_topic``, ``of_partition`` and
    ``of_offset`` its original's. ``bytes`` is the length of its body.
    """

    letter_key: str
    partition: int
    offset: int
    at: datetime
    stage: str
    reason: DeadLetterReason
    detail: str
    provider: str
    source: str
    callback_id: str
    of_topic: str
    of_partition: int
    of_offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """What is ``None`` does not matter."""

    stage: str | None = None
    reason: str | None = None
    provider: str | None = None
    source: str | None = None


async def dead_letters(
    store: Store, wanted: LetterFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[LetterRow]:
    """The newest first. Raises ``InvalidCursor``, ``ProjectionUnavailable``."""
    values = ((name, getattr(wanted, name)) for name in ("stage", "reason", "provider", "source"))
    conditions = [equal(DEAD_LETTERS.c[name], value) for name, value in values if value is not None]
    rows = select(DEAD_LETTERS).where(*conditions)
    question = question_of("dead-letters", wanted)
    return await page_of(store, rows, _BY_TIME, _letter, question=question, cursor=cursor, limit=limit)


async def dead_letter(store: Store, letter_key: str) -> LetterRow | None:
    """``None`` for one that was redriven or erased, or never was."""
    wanted = select(DEAD_LETTERS).where(equal(DEAD_LETTERS.c.letter_key, letter_key))
    async with store.reading() as connection:
        row = (await connection.execute(wanted)).mappings().one_or_none()
    return None if row is None else _letter(row)


def _letter(row: RowMapping) -> LetterRow:
    return LetterRow(**dict(row) | {"reason": DeadLetterReason(row["reason"])})
