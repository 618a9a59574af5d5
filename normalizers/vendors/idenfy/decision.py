"""What a result body decides: the table of the facts, section 6.1, first match wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from normalizers.reading import Previous
from schemas.event import DecidedBy, Outcome, WaitsFor

RESULT = "IDENTIFICATION"
AUTO_FINISHED = "IDENTIFICATION_AUTO_FINISHED"
MANUAL_FINISHED = "IDENTIFICATION_MANUAL_FINISHED"
RESUBMITTED = "IDENTIFICATION_RESUBMITTED"
EXPIRED = "IDENTIFICATION_EXPIRED"
CANCELLED = "IDENTIFICATION_CANCELLED"

EVENTS = frozenset({RESULT, AUTO_FINISHED, MANUAL_FINISHED, RESUBMITTED, EXPIRED, CANCELLED})
"""Section 2: the types that carry the result of a verification."""

ENDS_WITHOUT_RESULT: Mapping[str, Outcome] = {EXPIRED: Outcome.EXPIRED, CANCELLED: Outcome.CANCELLED}
"""Section 13, question 4: in these two ``status`` is likely null, and then the type alone says what happened."""

OVERALL: Mapping[str, Outcome | None] = {
    "APPROVED": Outcome.VERIFIED,
    "DENIED": Outcome.REJECTED,
    "SUSPECTED": Outcome.NEEDS_REVIEW,
    "REVIEWING": Outcome.PENDING,
    "ACTIVE": Outcome.PENDING,
    "EXPIRED": Outcome.EXPIRED,
    "EXPIRED-DELETED": Outcome.EXPIRED,
    "DELETED": None,
    "ARCHIVED": None,
}
"""Section 6.1, iDenfy's vocabulary page. ``None``: the outcome stays what it was."""

WAITS_FOR: Mapping[str, WaitsFor] = {
    "ACTIVE": WaitsFor.CUSTOMER,
    "REVIEWING": WaitsFor.VENDOR,
    "APPROVED": WaitsFor.VENDOR,
    "DENIED": WaitsFor.VENDOR,
    "SUSPECTED": WaitsFor.VENDOR,
}
"""Sections 6.1 and 15.1: of a result that is PENDING. A provisional one was handed in, and iDenfy has yet to decide."""

_KEEP = frozenset(word for word, outcome in OVERALL.items() if outcome is None)
_ANALYSED = frozenset({"APPROVED", "DENIED", "SUSPECTED"})


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    final: bool
    waits_for: WaitsFor | None = None


def decide(event: str, overall: str | None, *, final: bool | None, previous: Callable[[], Previous | None]) -> Decision:
    """The outcome of a result body; ``overall`` may be missing only with an event of ``ENDS_WITHOUT_RESULT``.

    ``final`` is ``None`` where the body says nothing about it. An outcome of PENDING is never final.
    """
    if event == CANCELLED:
        return Decision(Outcome.CANCELLED, final=True)
    if overall is None:
        return Decision(ENDS_WITHOUT_RESULT.get(event, Outcome.NEEDS_REVIEW), final=True)
    if OVERALL.get(overall) is Outcome.EXPIRED:
        return Decision(Outcome.EXPIRED, final=True)
    if final is False or (final is None and _more_will_follow(event, overall)):
        return _pending(overall)
    outcome = OVERALL.get(overall, Outcome.NEEDS_REVIEW)
    if outcome is None:
        kept = previous()
        return Decision(kept.outcome, kept.final) if kept is not None else Decision(Outcome.ERROR, final=True)
    return _pending(overall) if outcome is Outcome.PENDING else Decision(outcome, final=True)


def _pending(overall: str) -> Decision:
    return Decision(Outcome.PENDING, final=False, waits_for=WAITS_FOR.get(overall))


def _more_will_follow(event: str, overall: str) -> bool:
    """Rule 4: what a missing ``final`` means."""
    return event in (AUTO_FINISHED, RESUBMITTED) or (event == EXPIRED and overall in _ANALYSED)


def decided_by(event: str, overall: str | None, decision: Decision, *, manual_values: bool) -> DecidedBy:
    """Who decided, as far as the facts tell.

    Section 5.2: filled ``manual*`` values mean a human, but event and ``final`` win over them: a result that is not
    final has no human's word yet, and the development environment fills them by itself. A session runs out by itself.
    Section 2: a cancellation comes from the user or from the system, and the body does not say which; nor does that
    of a deletion say who took the decision that it keeps.
    """
    if decision.outcome is Outcome.CANCELLED or overall in _KEEP:
        return DecidedBy.UNKNOWN
    if decision.outcome is Outcome.EXPIRED:
        return DecidedBy.AUTOMATIC
    if event == MANUAL_FINISHED:
        return DecidedBy.HUMAN
    if event in (AUTO_FINISHED, RESUBMITTED) or not decision.final:
        return DecidedBy.AUTOMATIC
    return DecidedBy.HUMAN if manual_values else DecidedBy.AUTOMATIC
