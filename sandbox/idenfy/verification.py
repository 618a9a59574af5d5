"""One verification as iDenfy knows it: its token, what became of it, and which webhooks were sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sandbox.dice import dice
from sandbox.idenfy import words
from sandbox.idenfy.people import Person
from sandbox.idenfy.steps import Steps, applying

_WEBHOOKS_KEPT = 50


class Stage(Enum):
    OPEN = "open"
    """The token was not used yet."""
    SESSION_ENDED = "session ended"
    """All photos were taken, the session ran out, and the analysis still follows (facts 4.2, case b)."""
    DONE = "done"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Result:
    """What iDenfy says of a verification. ``step_result`` and ``step_match`` are about its additional steps."""

    overall: str = words.ACTIVE
    auto_face: str | None = None
    auto_document: str | None = None
    manual_face: str | None = None
    manual_document: str | None = None
    fraud_tags: tuple[str, ...] = ()
    mismatch_tags: tuple[str, ...] = ()
    step_result: str | None = None
    step_match: str = "MATCH"

    @property
    def readable(self) -> bool:
        """Whether the personal data could be read from the document."""
        return bool({self.auto_document, self.manual_document} & words.READABLE_DOCUMENTS)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook's exact bytes. ``url`` is the token's ``callbackUrl``; ``None`` means the notification's."""

    scan_ref: str
    event: str
    body: bytes
    url: str | None


@dataclass(slots=True)
class Verification:
    """Times are Unix seconds. ``person`` is ``None`` once the data were deleted."""

    seed: str
    scan_ref: str
    auth_token: str
    digit_string: str | None
    token: Mapping[str, Any]
    steps: Steps | None
    additional_data: dict[str, dict[str, str]] | None
    person: Person | None
    created: int
    dummy: bool = False
    stage: Stage = Stage.OPEN
    result: Result = field(default_factory=Result)
    final: bool = False
    started: int | None = None
    finished: int | None = None
    reviewed: int | None = None
    attempts: int = 0
    deleted: bool = False
    moves: int = 0
    links: int = 0
    last_event: str = words.AUTO_FINISHED
    sent: deque[Webhook] = field(default_factory=lambda: deque(maxlen=_WEBHOOKS_KEPT))

    @property
    def expires(self) -> int:
        return int(self.created + self.token["expiryTime"])

    @property
    def status(self) -> str:
        """What ``/api/v2/status`` says: the overall value, REVIEWING before people decided, or that data are gone."""
        if self.deleted:
            return "EXPIRED-DELETED" if self.stage is Stage.EXPIRED else "DELETED"
        reviewing = self.stage is Stage.DONE and not self.final
        return "REVIEWING" if reviewing else self.result.overall

    @property
    def participant(self) -> Person | None:
        """The person once they took part; ``None`` before, and after deletion."""
        return None if self.started is None else self.person

    @property
    def applied_steps(self) -> dict[str, dict[str, Any]]:
        """The additional steps that this person's document called for, by name."""
        if self.person is None:
            return {}
        return applying(self.steps, self.person.country, self.person.document_type)

    @property
    def latest(self) -> int:
        return max(self.created, *(moment or 0 for moment in (self.started, self.finished, self.reviewed)))

    def later(self, now: int, low: int, high: int) -> int:
        """A moment between ``low`` and ``high`` seconds after now and after all that happened to this verification."""
        self.moves += 1
        return max(now, self.latest) + dice(self.seed, "time", self.moves).randint(low, high)
