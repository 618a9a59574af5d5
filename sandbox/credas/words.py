"""Credas' own numbers, as its pages publish them (facts 2 and 6). The same number means another thing in each list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Verification(IntEnum):
    """Facts 6.1."""

    NOT_PERFORMED = 0
    AUTO_PASS = 1
    AUTO_FAIL = 2
    PENDING_MANUAL_CHECK = 3
    MANUAL_PASS = 4
    MANUAL_FAIL = 5
    MANUAL_REFER = 6
    REQUESTED = 7


class ProcessStatus(IntEnum):
    """Facts 6.2."""

    NOT_STARTED = 0
    IN_PROGRESS = 1
    COMPLETE = 2
    DELETED = 3
    PENDING_APPROVAL = 4
    REJECTED = 5
    EXPIRED = 6
    ARCHIVED = 7


PROCESS_TEXTS: Mapping[ProcessStatus, str] = {
    ProcessStatus.COMPLETE: "The process is complete",
    ProcessStatus.DELETED: "The process is deleted",
}
"""Only the first is published (facts 2.1)."""


class Check(IntEnum):
    """Facts 6.3."""

    NOT_PERFORMED = 0
    PASS = 1
    REFER = 2
    FAIL = 3
    ACTION_REQUIRED = 4


CHECK_OF: Mapping[Verification, Check] = {
    Verification.NOT_PERFORMED: Check.NOT_PERFORMED,
    Verification.AUTO_PASS: Check.PASS,
    Verification.AUTO_FAIL: Check.FAIL,
    Verification.PENDING_MANUAL_CHECK: Check.REFER,
    Verification.MANUAL_PASS: Check.PASS,
    Verification.MANUAL_FAIL: Check.FAIL,
    Verification.MANUAL_REFER: Check.REFER,
    Verification.REQUESTED: Check.ACTION_REQUIRED,
}
"""How the summary writes what the entries say in the other list. No page says so; the names allow no other."""

_GRAVITY = (
    *(Verification.AUTO_FAIL, Verification.MANUAL_FAIL, Verification.REQUESTED),
    *(Verification.MANUAL_REFER, Verification.PENDING_MANUAL_CHECK, Verification.NOT_PERFORMED),
    *(Verification.MANUAL_PASS, Verification.AUTO_PASS),
)


def worst(*results: Verification) -> Verification:
    """The gravest: a failure, then what is asked for, referred or missing; a pass by hand before one by itself."""
    return min(results, key=_GRAVITY.index)


class Update(IntEnum):
    """Facts 6.4."""

    NAME_CHECK = 1
    SHARE_CODE = 2
    LIVENESS = 3
    ID_DOCUMENT = 4
    SUPPORTING_DOCUMENT = 5
    DATA_CHECK = 6
    RIGHT_TO_RENT = 7
    RIGHT_TO_WORK = 8
    SAFE_HARBOUR = 9


class Message(IntEnum):
    """Facts 6.5. OPENED is an e-mail's alone."""

    NOT_SENT = 0
    SENT = 1
    DELIVERED = 2
    OPENED = 3
    BOUNCED = 5

    @property
    def text(self) -> str:
        return self.name.replace("_", " ").capitalize()


class EntityStatus(IntEnum):
    """Facts 6.6, as far as the sandbox gets there."""

    NOT_INVITED = 0
    INVITED = 1
    ACTIVE = 2
    DELETED = 5


OUTCOMES: Mapping[str, Verification] = {
    "pass": Verification.AUTO_PASS,
    "refer": Verification.PENDING_MANUAL_CHECK,
    "fail": Verification.AUTO_FAIL,
}
"""What becomes of the ID document, in the sandbox's own words."""

PASSPORT = 10
DOCUMENTS_PATH = "non-biometic-documents"
"""As published, without the "r" (facts 5.2)."""
MANUAL: Mapping[str, Verification] = {
    "verify": Verification.MANUAL_PASS,
    "reject": Verification.MANUAL_FAIL,
    "refer": Verification.MANUAL_REFER,
}


@dataclass(frozen=True, slots=True)
class DataCheckKind:
    """Where the summary lists checks of the kind, what tells of them, the member of their result and its values."""

    array: str
    update: Update
    member: str
    results: tuple[int, ...]


_VERIFICATION = tuple(int(each) for each in Verification)
DATA_CHECKS: Mapping[str, DataCheckKind] = {
    "sanctions-and-peps": DataCheckKind("internationalScreeningChecks", Update.DATA_CHECK, "status", (0, 1, 2, 3)),
    "bank-account": DataCheckKind("bankAccountChecks", Update.DATA_CHECK, "result", (1, 2, 3)),
    "land-registry": DataCheckKind("proofOfOwnershipChecks", Update.DATA_CHECK, "status", _VERIFICATION),
    "rtr": DataCheckKind("rightToRentChecks", Update.RIGHT_TO_RENT, "status", _VERIFICATION),
    "rtw": DataCheckKind("rightToWorkChecks", Update.RIGHT_TO_WORK, "status", _VERIFICATION),
    "safe-harbour": DataCheckKind("safeHarbourChecks", Update.SAFE_HARBOUR, "status", _VERIFICATION),
}
"""By their word in the path (facts 5, 5.1, 6.3 and 6.6). The arrays of screening and right to work are on no page."""
CHECK_ARRAYS = ("addressMortalityChecks", *(kind.array for kind in DATA_CHECKS.values()))
