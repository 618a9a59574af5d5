"""What is to be read of one account: merged by what it is about, in the order in which it falls due."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.api import Target
from runtime.errands import waiting
from runtime.eventlog import Record
from schemas.fetching import FetchRequest

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


class Waiting(waiting.Waiting[Errand]):
    """The errands of one account."""

    def merged(self, one: Errand, other: Errand) -> tuple[Errand, str]:
        return merged(one, other)
