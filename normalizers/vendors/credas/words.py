"""Credas' numbers (the facts, section 6). Each list is bound to its members by whoever reads them; none is shared.

All lists are open: a number that is missing here is noted, and is NEEDS_REVIEW, as in the last row of section 6.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.event import CheckResult, DecidedBy, Outcome, WaitsFor


@dataclass(frozen=True, slots=True)
class Word:
    """What a number of one list means: its name, as whose result it counts, and whom it says that one waits for."""

    name: str | None
    outcome: Outcome
    result: CheckResult
    decided_by: DecidedBy = DecidedBy.UNKNOWN
    waits_for: WaitsFor | None = None

    @property
    def is_final(self) -> bool:
        return self.outcome in (Outcome.VERIFIED, Outcome.REJECTED)


Words = Mapping[int, Word]

UNLISTED = Word(None, Outcome.NEEDS_REVIEW, CheckResult.UNKNOWN)


def _pending(name: str, waits_for: WaitsFor | None = None) -> Word:
    return Word(name, Outcome.PENDING, CheckResult.NOT_DONE, waits_for=waits_for)


def _passed(name: str, decided_by: DecidedBy = DecidedBy.UNKNOWN) -> Word:
    return Word(name, Outcome.VERIFIED, CheckResult.PASS, decided_by)


def _failed(name: str, decided_by: DecidedBy = DecidedBy.UNKNOWN) -> Word:
    return Word(name, Outcome.REJECTED, CheckResult.FAIL, decided_by)


def _referred(name: str, decided_by: DecidedBy = DecidedBy.UNKNOWN) -> Word:
    return Word(name, Outcome.NEEDS_REVIEW, CheckResult.REVIEW, decided_by)


VERIFICATION_RESULT: Words = {
    0: _pending("NotPerformed"),
    1: _passed("AutoPass", DecidedBy.AUTOMATIC),
    2: _failed("AutoFail", DecidedBy.AUTOMATIC),
    3: _referred("PendingManualCheck"),
    4: _passed("ManualPass", DecidedBy.HUMAN),
    5: _failed("ManualFail", DecidedBy.HUMAN),
    6: _referred("ManualRefer", DecidedBy.HUMAN),
    7: _pending("Requested"),
}
"""Section 6.1."""

CHECK_RESULT: Words = {
    0: _pending("NotPerformed"),
    1: _passed("Pass"),
    2: _referred("Refer"),
    3: _failed("Fail"),
    4: _referred("ActionRequired"),
}
"""Section 6.3."""

ACTION_REQUIRED = "ActionRequired"

BANK_RESULT: Words = {1: _passed("Pass"), 2: _referred("Refer"), 3: _failed("Fail")}
"""Section 6.6, the bank check."""

SCREENING: Words = {
    0: Word("Legacy", Outcome.UNKNOWN, CheckResult.UNKNOWN),
    1: _pending("Pending", WaitsFor.VENDOR),
    2: _passed("Complete"),
    3: _referred("ActionRequired"),
}
"""Section 6.6, international screening: complete means that nobody was found. Of a legacy one nothing is said. Credas
screens, whoever is screened has nothing to do.
"""

MATCH: Words = {
    0: _failed("None"),
    1: _passed("Match"),
    2: _referred("Partial"),
    3: _pending("NotChecked"),
}
"""Section 6.6, land registry."""

REGISTRATION: Words = {
    0: _referred("Unknown"),
    1: _pending("Submitted", WaitsFor.VENDOR),
    2: _passed("Approved"),
    3: _failed("Rejected"),
    4: _pending("Exported", WaitsFor.VENDOR),
    6: _pending("Invited", WaitsFor.CUSTOMER),
}
"""Section 9: legacy v1; whom one waits for, section 13.1."""

LISTS: Mapping[str, Words] = {"verification": VERIFICATION_RESULT, "check": CHECK_RESULT, "bank": BANK_RESULT}
"""What an account's options may bind to one of the summary's arrays (section 6.3: confirm with its own Swagger)."""

BOUNCED = 5
NOT_SENT = 0
"""Section 6.5."""

DELETED_ENTITY = 5
EXPIRED_ENTITY = 6
"""Section 6.6, the entity's ``status``."""
