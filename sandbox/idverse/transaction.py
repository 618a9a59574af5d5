"""One transaction as IDVerse knows it. Every change makes a new one, so that a stale answer can show the old one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.dice import dice
from sandbox.idverse import words
from sandbox.idverse.deliver import Receiver

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_LENGTH, _RANDOM_LENGTH = 10, 16


def ulid(moment: float, *seed: object) -> str:
    """A ULID of that Unix time; its random half follows from the seed alone."""
    milliseconds = int(moment * 1000)
    time = "".join(_CROCKFORD[milliseconds >> 5 * place & 31] for place in reversed(range(_TIME_LENGTH)))
    return time + "".join(dice("ulid", *seed).choices(_CROCKFORD, k=_RANDOM_LENGTH))


def timestamp(moment: float) -> str:
    """ISO 8601 in UTC with milliseconds (facts 5)."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Transaction:
    """An IDKit transaction. Times are Unix seconds; ``step`` is ``None`` until the link was opened."""

    seed: str
    transaction_id: str
    created_by: str
    created: float
    expires: float
    flow_type: str
    doc_only: bool
    data_check: bool
    said: Mapping[str, str]
    receivers: tuple[Receiver, ...]
    status: str = words.PENDING
    activated: float | None = None
    closed: float | None = None
    step: str | None = None
    results: Mapping[str, str] | None = None
    redacted: Mapping[str, float] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of ``results`` that this transaction's flow has (facts 6.2)."""
        absent = (words.FACE_PARTS if self.doc_only else frozenset()) | (frozenset() if self.data_check else {"data"})
        return tuple(part for part in words.PARTS if part not in absent)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this transaction's flow (facts 5.2)."""
        return tuple(step for step in words.STEPS if not (self.doc_only and step == words.FACE_STEP))

    def has_passed(self, step: str) -> bool:
        """Whether the user went beyond that step."""
        return self.step is not None and words.STEPS.index(self.step) > words.STEPS.index(step)

    def truth(self) -> dict[str, Any]:
        """What became of it, in IDKit's words and without personal data."""
        return {
            "transaction_id": self.transaction_id,
            "product": "idkit",
            "status": self.status,
            "results": None if self.results is None else dict(self.results),
            "closed_at": None if self.closed is None else timestamp(self.closed),
            "redacted_data": sorted(self.redacted),
        }


@dataclass(frozen=True, slots=True)
class EnterpriseTransaction:
    """A transaction of Enterprise 3.5. ``event`` is the last that arose."""

    transaction_id: str
    event_receiver: Receiver | None
    complete_receiver: Receiver | None
    event: str = words.ENTERPRISE_STEPS[0]

    @property
    def is_closed(self) -> bool:
        return self.event in words.ENTERPRISE_ENDS

    def truth(self) -> dict[str, Any]:
        return {"transaction_id": self.transaction_id, "product": "enterprise", "event": self.event}
