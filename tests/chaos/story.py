"""What the vendor decides about each verification, and what whoever reads the events must see of it.

This is the reference model: written by hand from docs/vendors/idenfy.md, sections 2, 4.2 and 6.1, without the program.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random

_FINISHED_AT = 1_760_000_000
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """The vendor's words (``ends`` is the body's ``final``), and what they amount to."""

    event: str
    overall: str
    ends: bool | str
    outcome: str
    final: bool
    reopens: bool = False

    @property
    def meaning(self) -> tuple[str, str, bool, bool]:
        """Section 4.3: which event brought it is no part of a decision."""
        return self.overall, self.outcome, self.final, self.reopens


APPROVED_AT_ONCE = Verdict("IDENTIFICATION_AUTO_FINISHED", "APPROVED", True, "VERIFIED", final=True)
DENIED_AT_ONCE = Verdict("IDENTIFICATION_AUTO_FINISHED", "DENIED", True, "REJECTED", final=True)
TO_REVIEW = Verdict("IDENTIFICATION_AUTO_FINISHED", "SUSPECTED", False, "PENDING", final=False)
APPROVED = Verdict("IDENTIFICATION_MANUAL_FINISHED", "APPROVED", True, "VERIFIED", final=True)
DENIED = Verdict("IDENTIFICATION_MANUAL_FINISHED", "DENIED", True, "REJECTED", final=True)
SUSPECTED = Verdict("IDENTIFICATION_MANUAL_FINISHED", "SUSPECTED", True, "NEEDS_REVIEW", final=True)
AGAIN = Verdict("IDENTIFICATION_RESUBMITTED", "SUSPECTED", False, "PENDING", final=False, reopens=True)
EXPIRED = Verdict("IDENTIFICATION_EXPIRED", "EXPIRED", "-", "EXPIRED", final=True)
CANCELLED = Verdict("IDENTIFICATION_CANCELLED", "ACTIVE", "-", "CANCELLED", final=True)

REVERSED: Sequence[Sequence[Verdict]] = ((APPROVED, DENIED, APPROVED), (APPROVED_AT_ONCE, AGAIN, DENIED, APPROVED))
"""In each of these a decision is taken a second time."""

STORIES: Sequence[Sequence[Verdict]] = (
    (APPROVED_AT_ONCE,),
    (EXPIRED,),
    (CANCELLED,),
    (TO_REVIEW, DENIED),
    (TO_REVIEW, DENIED, APPROVED),
    (DENIED_AT_ONCE, APPROVED, SUSPECTED),
    (DENIED_AT_ONCE, AGAIN, APPROVED),
    (TO_REVIEW, SUSPECTED, APPROVED, DENIED),
    *REVERSED,
)


class Clock(Enum):
    """What the bodies of one verification say of the time: nothing, always the same, or each time a later one."""

    NONE = "none"
    SAME = "same"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Decision:
    """The ``number``-th decision about a verification, from 0."""

    verification_id: str
    number: int
    verdict: Verdict
    clock: Clock

    def body(self, link: str) -> bytes:
        """One delivery's body. ``link`` is what the vendor signs anew as it likes; it is no part of the decision."""
        document: dict[str, object] = {
            "scanRef": self.verification_id,
            "clientId": f"customer-of-{self.verification_id}",
            "final": self.verdict.ends,
            "status": {"overall": self.verdict.overall},
            "fileUrls": {"FACE": f"https://files.example/{link}"},
        }
        if self.clock is not Clock.NONE:
            minutes = self.number if self.clock is Clock.LATER else 0
            document["finishTime"] = _FINISHED_AT + minutes * _MINUTE
        return json.dumps(document).encode()

    def repeats(self, other: Decision) -> bool:
        """Whether the two say the same: then only the time between them tells a new decision from a late retry."""
        return self.clock is not Clock.LATER and self.verdict.meaning == other.verdict.meaning


def decided(verification_id: str, chance: Random, *, twice: bool) -> list[Decision]:
    """All that is decided about a verification; with ``twice``, one decision says the same as an earlier one."""
    story = chance.choice(REVERSED if twice else STORIES)
    clocks = (Clock.NONE, Clock.SAME) if twice else (Clock.LATER,) if story in REVERSED else tuple(Clock)
    clock = chance.choice(clocks)
    return [Decision(verification_id, number, verdict, clock) for number, verdict in enumerate(story)]


def standing(decisions: Sequence[Decision]) -> Decision:
    """Which of these, at least one, holds: what is not final undoes nothing final, unless it reopens."""
    current = decisions[0]
    for decision in decisions:
        if decision.verdict.final or decision.verdict.reopens or not current.verdict.final:
            current = decision
    return current
