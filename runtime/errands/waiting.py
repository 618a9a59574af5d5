"""What an owner has to do, held in memory: in the order in which it falls due, never more than there is room for."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import Generic, Protocol, TypeVar

from runtime.eventlog import Record

MOST = 10_000
"""Things held in memory of one kind; the log holds the rest until there is room."""


class Due(Protocol):
    """Something to be done from ``due_at`` (Unix seconds) on, and the log's record that asks for it.

    ``about`` says what it is about: of equal ones only one at a time is being done.
    """

    due_at: float

    @property
    def record(self) -> Record: ...
    @property
    def about(self) -> Hashable: ...


D = TypeVar("D", bound=Due)


@dataclass(slots=True)
class Waiting(Generic[D]):
    """At most ``most`` things; ``left_out`` says that the log holds more. ``needless`` are the keys of requests that
    others stand for: whoever keeps the log is to settle them there.
    """

    most: int = field(default_factory=lambda: MOST)
    left_out: bool = False
    needless: list[str] = field(default_factory=list)
    _waiting: dict[Hashable, D] = field(default_factory=dict)
    _running: dict[Hashable, D] = field(default_factory=dict)
    _order: list[tuple[float, int, Hashable]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    @abstractmethod
    def merged(self, one: D, other: D) -> tuple[D, str]:
        """Both, which are about the same, as one; and the key of the request that it makes needless."""

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def has_room_again(self) -> bool:
        return self.left_out and len(self) <= self.most // 2

    def add(self, new: D) -> None:
        """Waits from now on, together with what is about the same; left out where there is no room.

        What is being done just now cannot stand for it: it may have been over before the new one was asked for.
        """
        waiting, running = self._waiting.get(new.about), self._running.get(new.about)
        if any(known is not None and known.record.key == new.record.key for known in (waiting, running)):
            return
        if waiting is not None:
            new, needless = self.merged(waiting, new)
            self.needless.append(needless)
        elif len(self) >= self.most:
            self.left_out = True
            return
        self._put(new)

    def take(self, now: float) -> D | None:
        """What has been due for the longest time; it is being done until it is ``done`` or put ``back``."""
        held_back: list[tuple[float, int, Hashable]] = []
        taken = None
        while taken is None and self._order and self._order[0][0] <= now:
            entry = heapq.heappop(self._order)
            first = self._waiting.get(entry[2])
            if first is None or first.due_at != entry[0]:
                continue
            if entry[2] in self._running:
                held_back.append(entry)
            else:
                taken = first
        for entry in held_back:
            heapq.heappush(self._order, entry)
        if taken is not None:
            del self._waiting[taken.about]
            self._running[taken.about] = taken
        return taken

    def begin(self, what: D) -> None:
        """What waits is being done from now on, due or not, until it is ``done`` or put ``back``."""
        del self._waiting[what.about]
        self._running[what.about] = what

    def wait(self, now: float) -> float | None:
        """Seconds until something is due; ``None`` while nothing waits that is not being done as well."""
        free = self._next_free()
        return None if free is None else max(0.0, free - now)

    def done(self, what: D) -> None:
        self._running.pop(what.about, None)

    def back(self, what: D, due_at: float) -> None:
        """It waits again, until then; what came about the same meanwhile joins it."""
        self._running.pop(what.about, None)
        what.due_at = due_at
        later = self._waiting.pop(what.about, None)
        if later is not None:
            what, needless = self.merged(what, later)
            self.needless.append(needless)
        self._put(what)

    def settled(self, about: Hashable, key: str, before: float = inf) -> None:
        """The log says that this request is of no more use, at the offset ``before``: what stands after that is due."""
        known = self._waiting.get(about)
        if known is not None and known.record.key == key and known.record.offset < before:
            del self._waiting[about]

    def idle(self) -> list[D]:
        """What waits and is not being done."""
        return list(self._waiting.values())

    def _put(self, what: D) -> None:
        """Its place in the order is taken once, however many join it meanwhile."""
        before = self._waiting.get(what.about)
        self._waiting[what.about] = what
        if before is None or before.due_at != what.due_at:
            heapq.heappush(self._order, (what.due_at, next(self._numbers), what.about))

    def _next_free(self) -> float | None:
        """When the first falls due whose like is not being done."""
        while self._order:
            due_at, _, about = self._order[0]
            first = self._waiting.get(about)
            if first is not None and first.due_at == due_at:
                break
            heapq.heappop(self._order)
        if self._order and self._order[0][2] not in self._running:
            return self._order[0][0]
        return min((each.due_at for about, each in self._waiting.items() if about not in self._running), default=None)
