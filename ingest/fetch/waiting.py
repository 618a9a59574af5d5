"""What is to be read of one account: merged by what it is about, in the order in which it falls due."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from itertools import count

from ingest.api import Target
from runtime.eventlog import Record
from schemas.fetching import FetchRequest

MOST = 10_000
"""Things held in memory of one account; the log holds the rest until there is room."""

About = tuple[str, str]
"""A target's kind and verification id: equal ones that wait together are read once."""


@dataclass(slots=True)
class Errand:
    """One target, and the log's record that asks for it; those that it stands for too need no record of their own.

    ``cause`` is the newest callback that led to it, ``None`` if nobody had called. Times are Unix seconds: ``due_at``,
    and when it was last asked for. ``told`` are the digests of what was stored of it last.
    """

    target: Target
    record: Record
    cause: str | None
    due_at: float
    asked_at: float
    failures: int = 0
    told: frozenset[bytes] = frozenset()

    @property
    def about(self) -> About:
        return self.target.kind, self.target.verification_id

    @property
    def reconciles(self) -> bool:
        return self.cause is None


def errand_of(request: FetchRequest, record: Record) -> Errand:
    """Due at once. A request that was appended again counts as asked for then: it has its whole time before it."""
    asked_at = max(request.asked_at.timestamp(), record.appended_at / 1e6)
    target = Target(request.kind, request.verification_id, request.subject_ref)
    return Errand(target, record, request.cause, asked_at, asked_at)


def merged(one: Errand, other: Errand) -> tuple[Errand, str]:
    """Both as one, and the key of the request that it makes needless: one that a callback led to stays before others.

    While one of them backs off from failures, both do.
    """
    older, newer = sorted((one, other), key=lambda errand: (errand.cause is not None, errand.asked_at))
    backing_off = [errand.due_at for errand in (one, other) if errand.failures]
    both = replace(
        newer,
        target=replace(newer.target, subject_ref=newer.target.subject_ref or older.target.subject_ref),
        due_at=max(backing_off) if backing_off else min(older.due_at, newer.due_at),
        asked_at=max(older.asked_at, newer.asked_at),
        failures=max(older.failures, newer.failures),
        told=older.told or newer.told,
    )
    return both, older.record.key


@dataclass(slots=True)
class Waiting:
    """At most ``most`` errands; ``left_out`` says that the log holds more. ``needless`` are the keys of requests that
    others stand for: whoever keeps the log is to settle them there.
    """

    most: int = field(default_factory=lambda: MOST)
    left_out: bool = False
    needless: list[str] = field(default_factory=list)
    _waiting: dict[About, Errand] = field(default_factory=dict)
    _running: dict[About, Errand] = field(default_factory=dict)
    _order: list[tuple[float, int, About]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def has_room_again(self) -> bool:
        return self.left_out and len(self) <= self.most // 2

    def add(self, errand: Errand) -> None:
        """Waits from now on, together with what is about the same; left out where there is no room.

        What is being read just now cannot stand for it: the vendor may have answered before it was asked for.
        """
        waiting, running = self._waiting.get(errand.about), self._running.get(errand.about)
        if any(known is not None and known.record.key == errand.record.key for known in (waiting, running)):
            return
        if waiting is not None:
            errand, needless = merged(waiting, errand)
            self.needless.append(needless)
        elif len(self) >= self.most:
            self.left_out = True
            return
        self._put(errand)

    def take(self, now: float) -> Errand | None:
        """What has been due for the longest time; it is being read until it is ``done`` or put ``back``."""
        held_back: list[tuple[float, int, About]] = []
        taken = None
        while taken is None and self._order and self._order[0][0] <= now:
            entry = heapq.heappop(self._order)
            errand = self._waiting.get(entry[2])
            if errand is None or errand.due_at != entry[0]:
                continue
            if entry[2] in self._running:
                held_back.append(entry)
            else:
                taken = errand
        for entry in held_back:
            heapq.heappush(self._order, entry)
        if taken is not None:
            del self._waiting[taken.about]
            self._running[taken.about] = taken
        return taken

    def wait(self, now: float) -> float | None:
        """Seconds until something is due; ``None`` while nothing waits that is not being read as well."""
        free = self._next_free()
        return None if free is None else max(0.0, free - now)

    def done(self, errand: Errand) -> None:
        self._running.pop(errand.about, None)

    def back(self, errand: Errand, due_at: float) -> None:
        """It waits again, until then; what came about the same meanwhile joins it."""
        self._running.pop(errand.about, None)
        errand.due_at = due_at
        later = self._waiting.pop(errand.about, None)
        if later is not None:
            errand, needless = merged(errand, later)
            self.needless.append(needless)
        self._put(errand)

    def settled(self, about: About, key: str) -> None:
        """The log says that this request needs no reading any more."""
        errand = self._waiting.get(about)
        if errand is not None and errand.record.key == key:
            del self._waiting[about]

    def _put(self, errand: Errand) -> None:
        """Its place in the order is taken once, however many join it meanwhile."""
        before = self._waiting.get(errand.about)
        self._waiting[errand.about] = errand
        if before is None or before.due_at != errand.due_at:
            heapq.heappush(self._order, (errand.due_at, next(self._numbers), errand.about))

    def _next_free(self) -> float | None:
        """When the first errand falls due whose like is not being read."""
        while self._order:
            due_at, _, about = self._order[0]
            errand = self._waiting.get(about)
            if errand is not None and errand.due_at == due_at:
                break
            heapq.heappop(self._order)
        if self._order and self._order[0][2] not in self._running:
            return self._order[0][0]
        return min((each.due_at for about, each in self._waiting.items() if about not in self._running), default=None)
