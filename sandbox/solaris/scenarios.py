"""The test scenarios of the video identification guide: which results IDnow's robot gives, and when.

The guide tells the stories; the sequences of results are derived from them (facts 9). FRAUDREVIEW and the spelling
CANCELLED come from IDnow's manual alone. The reasons of ABORTIDENT and CANCELED are ours to choose: the codes that fit
the guide's words "the video quality is not good enough" and "the picture quality is not good enough".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.solaris import words
from sandbox.solaris.account import Behaviour
from sandbox.solaris.models import Step

_DAY = 86_400
_CERTIFICATE_HELD = 600
_NAME = re.compile(r"X-(MANUALTEST|AUTOTEST)-([A-Z]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ending:
    """``first`` is the result right after the call, if any; ``last`` follows after ``delay`` s (None: a review)."""

    last: str
    first: str | None = None
    delay: int | None = None
    reason: str | None = None
    changes: bool = False


SCENARIOS: Mapping[str, Ending] = {
    "HAPPYPATH": Ending(words.SUCCESS),
    "CHANGEALL": Ending(words.CHANGED, changes=True),
    "CHANGEALLREVIEW": Ending(words.CHANGED, first=words.REVIEW_PENDING, changes=True),
    "ABORTIDENT": Ending(words.IDNOW_ABORTED, reason="TECH_VIDEO"),
    "FRAUDOK": Ending(words.SUCCESS, first=words.FRAUD_PENDING),
    "FRAUDIDENT": Ending(words.FRAUD_CONFIRMED, first=words.FRAUD_PENDING),
    "FRAUDREVIEW": Ending(words.FRAUD_CONFIRMED, first=words.REVIEW_PENDING),
    "CANCELED": Ending(words.IDNOW_CANCELED, first=words.REVIEW_PENDING, reason="TECH_PHOTO"),
    "CANCELLED": Ending(words.IDNOW_CANCELED, first=words.REVIEW_PENDING, reason="TECH_PHOTO"),
    "LONGREVIEW": Ending(words.SUCCESS, first=words.REVIEW_PENDING, delay=_DAY),
    "HOLDCERTIFICATE": Ending(words.SUCCESS, delay=_CERTIFICATE_HELD),
}


def scenario_of(person: Mapping[str, Any], *, esigning: bool) -> tuple[str | None, bool]:
    """The scenario that first or last name asks for, and whether the user is a robot too.

    None for any other name, and for a scenario that this kind of identification does not support.
    """
    for name in (person["first_name"], person["last_name"]):
        found = _NAME.match(name or "")
        if found and found[2] in SCENARIOS and _supported(found[2], esigning=esigning):
            return found[2], found[1] == "AUTOTEST"
    return None, False


def _supported(scenario: str, *, esigning: bool) -> bool:
    only_without = {"HOLDCERTIFICATE": False, "FRAUDIDENT": True}
    return only_without.get(scenario) is not esigning


def steps(scenario: str, now: int, behaviour: Behaviour) -> list[Step]:
    """What follows when the user's call starts now."""
    ending, end_of_call = SCENARIOS[scenario], now + behaviour.call
    review = behaviour.review if ending.delay is None else ending.delay
    first = [] if ending.first is None else [Step(end_of_call, ending.first, None, changes=False)]
    last = end_of_call + (review if first or ending.delay is not None else 0)
    return [*first, Step(last, ending.last, ending.reason, changes=ending.changes)]
