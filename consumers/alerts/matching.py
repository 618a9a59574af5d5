"""``event-matches``: what an event and its verification must be, as the settings spell it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from consumers.alerts.standing import Standing
from runtime.settings import EventMatch, StatusMatch
from schemas.event import (
    Check,
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    Reason,
    ReasonClass,
    SubjectKind,
    VerificationEvent,
    WaitsFor,
)

_EVENT_WORDS: dict[str, type[StrEnum]] = {
    "kind": EventKind,
    "outcome": Outcome,
    "decided_by": DecidedBy,
    "subject_kind": SubjectKind,
    "provenance": Provenance,
    "reason_class": ReasonClass,
    "check_kind": CheckKind,
    "check_result": CheckResult,
}
_STATUS_WORDS: dict[str, type[StrEnum]] = {"outcome": Outcome, "waits_for": WaitsFor}
"""Keys whose words are ours. The words of the other keys are vendors', and patterns."""


@dataclass(frozen=True, slots=True)
class EventPattern:
    """Whether an event is one that a rule is about."""

    wanted: EventMatch

    def fits(self, event: VerificationEvent) -> bool:
        wanted = self.wanted
        return (
            _is_one(wanted.kind, event.kind)
            and _is_one(wanted.outcome, event.outcome)
            and _is_one(wanted.decided_by, event.decided_by)
            and _is_one(wanted.subject_kind, event.subject_kind)
            and _is_one(wanted.provenance, event.provenance)
            and wanted.final in {None, event.final}
            and wanted.reopens in {None, event.reopens}
            and _is_like(wanted.vendor_event, event.vendor_event)
            and _is_like(wanted.vendor_status, event.vendor_status or "")
            and self._any_reason(event.reasons)
            and self._any_check(event.checks)
        )

    def _any_reason(self, reasons: Iterable[Reason]) -> bool:
        wanted = self.wanted
        return not (wanted.reason_class or wanted.reason_code) or any(
            _is_one(wanted.reason_class, reason.reason_class) and _is_like(wanted.reason_code, reason.code)
            for reason in reasons
        )

    def _any_check(self, checks: Iterable[Check]) -> bool:
        wanted = self.wanted
        return not (wanted.check_kind or wanted.check_name or wanted.check_result) or any(
            _is_one(wanted.check_kind, check.kind)
            and _is_like(wanted.check_name, check.name)
            and _is_one(wanted.check_result, check.result)
            for check in checks
        )


@dataclass(frozen=True, slots=True)
class StatusPattern:
    """Whether a verification stands where a rule wants it."""

    wanted: StatusMatch

    def fits(self, standing: Standing, contradictions: int) -> bool:
        wanted = self.wanted
        return (
            _is_one(wanted.outcome, standing.outcome)
            and _is_one(wanted.waits_for, standing.waits_for or "")
            and wanted.final in {None, standing.final}
            and contradictions >= (wanted.contradictions or 0)
        )


def mistakes_in(event: EventMatch | None, status: StatusMatch | None) -> list[str]:
    """Words that are none of ours, each with its key and those that there are."""
    return [*_unknown("event", event, _EVENT_WORDS), *_unknown("status", status, _STATUS_WORDS)]


def _unknown(table: str, match: EventMatch | StatusMatch | None, words: dict[str, type[StrEnum]]) -> list[str]:
    if match is None:
        return []
    return [
        f"{table}.{key}: {word} is no such word; write one of: {', '.join(known)}"
        for key, known in words.items()
        for word in getattr(match, key)
        if word not in set(known)
    ]


def _is_one(wanted: tuple[str, ...], word: str) -> bool:
    return not wanted or word in wanted


def _is_like(wanted: tuple[str, ...], word: str) -> bool:
    return not wanted or any(fnmatchcase(word, pattern) for pattern in wanted)
