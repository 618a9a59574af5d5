"""Which of several submissions counts (the facts, section 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from normalizers.findings import Findings
from normalizers.vendors.credas.bodies import Members, moment, whole
from normalizers.vendors.credas.words import UNLISTED, Words
from schemas.event import Outcome

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_GRAVITY = (Outcome.VERIFIED, Outcome.PENDING, Outcome.NEEDS_REVIEW, Outcome.REJECTED)


def newest(findings: Findings, results: Sequence[Members], words: Words, zone: tzinfo) -> Members | None:
    """The one with the latest ``dateCompleted``; of several documents of one moment, the gravest result.

    Whatever their order: none is promised. One without a time that can be read is older than any with one.
    """
    for result in results:
        if result.get("dateCompleted") is not None and moment(result["dateCompleted"], zone) is None:
            findings.unknown("dateCompleted")
    return max(results, key=lambda result: _rank(result, words, zone), default=None)


def _rank(result: Members, words: Words, zone: tzinfo) -> tuple[datetime, int, str, str]:
    number = whole(result.get("overallResult"))
    outcome = Outcome.PENDING if number is None else words.get(number, UNLISTED).outcome
    completed = moment(result.get("dateCompleted"), zone) or _EPOCH
    return completed, _GRAVITY.index(outcome), str(result.get("entryId")), str(result.get("documentId"))
