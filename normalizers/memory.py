"""What the normalizer remembers of a verification: which decisions it has seen, how often, and the last of each kind.

An equal decision is a retry only if it equals the *last* one, or arrives within the vendor's retry horizon of the time
when it was first told: a result that goes APPROVED, DENIED, APPROVED is three decisions, though two of them are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from normalizers.reading import Previous
from schemas.event import EventKind, Outcome

MOST_DECISIONS = 256
"""Decisions remembered of one verification and kind; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a decision was taken, and when its latest occurrence was first told (microseconds since 1970)."""

    count: int
    told_at: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that is remembered of one kind of event of one verification. ``seen`` is in the order of telling."""

    last: str
    previous: Previous
    seen: dict[str, Seen]

    @property
    def at(self) -> datetime:
        """When the last one was told."""
        return datetime.fromtimestamp(self.seen[self.last].told_at / 1_000_000, UTC)


@dataclass(frozen=True, slots=True)
class Remembered:
    """All that is remembered of one verification.

    ``touched_at`` is the log's own time of the last decision (microseconds since 1970), for whoever clears up; what
    counts as a retry goes by the callbacks' times alone, so that a replay decides the same.
    """

    touched_at: int = 0
    kinds: dict[EventKind, Decisions] | None = None

    def of(self, kind: EventKind) -> Decisions | None:
        return self.kinds.get(kind) if self.kinds else None

    def since(self, moment: datetime) -> Remembered:
        """The same without the kinds of which nothing was told at that time or later."""
        if not self.kinds:
            return self
        first = _micros(moment)
        kept = {kind: known for kind, known in self.kinds.items() if known.seen[known.last].told_at >= first}
        return self if len(kept) == len(self.kinds) else Remembered(self.touched_at, kept)

    def occurrence(self, kind: EventKind, decision: str, told_at: datetime, retry_horizon: timedelta) -> int | None:
        """Which occurrence of the decision this is, counted from 1; ``None`` when it is a retry of an earlier one."""
        known = self.of(kind)
        seen = known.seen.get(decision) if known else None
        if known is None or seen is None:
            return 1
        if decision == known.last or _micros(told_at) - seen.told_at <= retry_horizon / timedelta(microseconds=1):
            return None
        return seen.count + 1

    def with_decision(
        self, kind: EventKind, decision: str, occurrence: int, told_at: datetime, previous: Previous
    ) -> Remembered:
        """The same memory after that decision was taken."""
        known = self.of(kind)
        seen = {key: value for key, value in known.seen.items() if key != decision} if known else {}
        seen[decision] = Seen(occurrence, _micros(told_at))
        if len(seen) > MOST_DECISIONS:
            del seen[next(iter(seen))]
        kinds = (self.kinds or {}) | {kind: Decisions(decision, previous, seen)}
        return Remembered(self.touched_at, kinds)


def dump(remembered: Remembered) -> bytes:
    kinds = remembered.kinds or {}
    return orjson.dumps(
        {
            "touched_at": remembered.touched_at,
            "kinds": {
                kind.value: {
                    "last": known.last,
                    "outcome": known.previous.outcome,
                    "final": known.previous.final,
                    "seen": {decision: [seen.count, seen.told_at] for decision, seen in known.seen.items()},
                }
                for kind, known in kinds.items()
            },
        }
    )


_NOTHING = Remembered()


def load(value: bytes | None) -> Remembered:
    if value is None:
        return _NOTHING
    content = orjson.loads(value)
    kinds = {EventKind(kind): _decisions(known) for kind, known in content["kinds"].items()}
    return Remembered(content["touched_at"], kinds)


def _decisions(known: dict[str, object]) -> Decisions:
    seen = known["seen"]
    assert isinstance(seen, dict)  # noqa: S101 - what dump wrote, said to the type checker
    previous = Previous(Outcome(str(known["outcome"])), bool(known["final"]))
    return Decisions(str(known["last"]), previous, {key: Seen(*value) for key, value in seen.items()})


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
