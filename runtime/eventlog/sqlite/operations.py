"""What callers ask of the writer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runtime.errors import HooklineError
from runtime.eventlog.sqlite.rows import Row

Outcome = int | HooklineError
"""The offset of the operation's last row (0 when it has none), or why nothing of it was written."""


@dataclass(frozen=True, slots=True)
class Move:
    """A group's position goes from ``start`` to ``next``, if it stands there and ``epoch`` still owns it."""

    group: str
    topic: str
    epoch: int
    start: int
    next: int


@dataclass(frozen=True, slots=True)
class Claim:
    """``epoch`` owns the group's position from now on; whoever owned it before is fenced."""

    group: str
    topic: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search before the write found: a key's possible offsets, complete below ``end``."""

    offsets: tuple[int, ...] = ()
    end: int = 0


@dataclass(slots=True, eq=False)
class Operation:
    """All of it is written in one transaction, or nothing. ``found`` is by topic and key, for the tombstones in it."""

    future: asyncio.Future[int]
    rows: Sequence[Row] = ()
    move: Move | None = None
    claim: Claim | None = None
    probe: bool = False
    found: Mapping[tuple[str, str], Found] = field(default_factory=dict)
    size: int = 0
