"""What the demonstration plays: each story is a verification at one of the vendors, told to its sandbox over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.event import EventKind, Outcome

REGISTER, OVERRIDE = "register", "override"
"""Plays of an operator's, who acts through Hookline; every other happens at the vendor."""

STEPS: Mapping[str, int] = {REGISTER: 1, OVERRIDE: 2}
"""How many records an operator's play leaves: what asks the vendor for something is written down before and after."""

Word = Outcome | EventKind


@dataclass(frozen=True, slots=True)
class Play:
    """One thing that happens to a story's verification; the vendor's teller knows how. ``body`` says more of it."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """``request`` goes into the request that creates the verification, then each play happens.

    ``events`` must be what comes of it: outcomes, and the kind of those that say something else.
    """

    vendor: str
    title: str
    plays: tuple[Play, ...]
    events: tuple[Word, ...]
    request: Mapping[str, Any] = field(default_factory=dict)


_FRAUD = {
    "outcome": "DENIED",
    "review": False,
    "face": "FAKE_FACE",
    "document": "DOC_FAKE",
    "fraudTags": ["FAKE_PHOTO"],
}
_STEP = {"additionalSteps": {"ALL": {"ALL": {"UTILITY_BILL": {"type": "COMPARE", "fields": ["address"]}}}}}

_IDENFY = (
    Story("idenfy", "approved by machine", (Play("finish", {"review": False}),), (Outcome.VERIFIED,)),
    Story("idenfy", "denied for fraud", (Play("finish", _FRAUD),), (Outcome.REJECTED,)),
    Story("idenfy", "never used, expired", (Play("expire"),), (Outcome.EXPIRED,)),
    Story("idenfy", "cancelled", (Play("cancel"),), (Outcome.CANCELLED,)),
    Story(
        "idenfy",
        "machine first, then a person",
        (Play("finish", {"review": True}), Play("review", {"outcome": "APPROVED"})),
        (Outcome.PENDING, Outcome.VERIFIED),
    ),
    Story(
        "idenfy",
        "suspected, for review",
        (Play("finish", {"outcome": "SUSPECTED", "review": False, "fraudTags": ["DUPLICATE_FACE"]}),),
        (Outcome.NEEDS_REVIEW,),
    ),
    Story(
        "idenfy",
        "with a utility bill",
        (Play("finish", {"review": False, "stepResult": "VALID", "stepMatch": "MATCH"}),),
        (Outcome.VERIFIED,),
        _STEP,
    ),
    Story("idenfy", "delivered twice", (Play("finish", {"review": False}), Play("redeliver")), (Outcome.VERIFIED,)),
    Story("idenfy", "then forged", (Play("finish", {"review": False}), Play("forge")), (Outcome.VERIFIED,)),
)

_IDVERSE = (
    Story("idverse", "passed", (Play("complete", {"overall": "PASSED"}),), (Outcome.VERIFIED,)),
    Story("idverse", "flagged, for review", (Play("complete", {"overall": "FLAGGED"}),), (Outcome.NEEDS_REVIEW,)),
    Story("idverse", "delivered twice", (Play("complete"), Play("redeliver")), (Outcome.VERIFIED,)),
    Story("idverse", "expired in silence", (Play(REGISTER), Play("expire")), (Outcome.PENDING, Outcome.EXPIRED)),
)

_DAY, _CALL, _REVIEW = 86_400, 60, 90
"""Seconds of the robot's: a long review, a call, a review."""


def _robot(scenario: str) -> Mapping[str, str]:
    return {"first_name": f"X-AUTOTEST-{scenario}"}


def _passing(seconds: int) -> Play:
    return Play("clock", {"advance": seconds})


_SOLARIS = (
    Story(
        "solaris",
        "reviewed for a day",
        (Play("request"), _passing(_CALL), _passing(_DAY)),
        (Outcome.PENDING, Outcome.PENDING, Outcome.NEEDS_REVIEW, Outcome.VERIFIED),
        _robot("LONGREVIEW"),
    ),
    Story(
        "solaris",
        "aborted, then successful",
        (Play("request"), _passing(_CALL), Play("call", {"scenario": "HAPPYPATH"}), _passing(_CALL)),
        # Told twice: the identification says that it was aborted, IDnow's attempts then say why.
        (
            *(Outcome.PENDING, Outcome.PENDING, Outcome.CANCELLED, Outcome.CANCELLED),
            *(Outcome.PENDING, Outcome.VERIFIED),
        ),
        _robot("ABORTIDENT"),
    ),
    Story(
        "solaris",
        "fraud",
        (Play("request"), _passing(_CALL), _passing(_REVIEW)),
        (Outcome.PENDING, Outcome.PENDING, Outcome.NEEDS_REVIEW, Outcome.REJECTED),
        _robot("FRAUDIDENT"),
    ),
    Story(
        "solaris",
        "person deleted",
        (Play("request"), _passing(_CALL), Play("delete")),
        (Outcome.PENDING, Outcome.PENDING, Outcome.VERIFIED, EventKind.ERASED),
        _robot("HAPPYPATH"),
    ),
)

# That a process is complete is said before what its results say.
_CREDAS = (
    Story("credas", "passed", (Play("complete"),), (EventKind.SIGNAL, Outcome.VERIFIED)),
    Story("credas", "delivered twice", (Play("complete"), Play("redeliver")), (EventKind.SIGNAL, Outcome.VERIFIED)),
    Story(
        "credas",
        "failed, then invited again",
        (Play("complete", {"liveness": 2}), Play("reinvite"), Play("complete")),
        (EventKind.SIGNAL, Outcome.REJECTED, Outcome.VERIFIED),
    ),
    Story(
        "credas",
        "referred, then reviewed",
        (Play("complete", {"outcome": "refer"}), Play("review", {"document": 4})),
        (EventKind.SIGNAL, Outcome.NEEDS_REVIEW, Outcome.VERIFIED),
    ),
    Story(
        "credas",
        "failed, then overridden",
        (Play("complete", {"liveness": 2}), Play(OVERRIDE, {"result": "verify"})),
        (EventKind.SIGNAL, Outcome.REJECTED, EventKind.ACTION, Outcome.VERIFIED, EventKind.ACTION),
    ),
)

STORIES = (*_IDENFY, *_IDVERSE, *_SOLARIS, *_CREDAS)
