"""The oracle itself: it is silent about a world in order, and names whatever is taken from it, added, or changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.history import Answer, Attempt, Event, Place, Pointer, Seen, Status, Stored
from tests.chaos.oracle import CALLBACKS, Problem, problems
from tests.chaos.story import APPROVED, DENIED, TO_REVIEW, Clock, Decision

_REVIEW, _DENIED, _APPROVED = [
    Decision("scan-1", number, verdict, Clock.LATER) for number, verdict in enumerate((TO_REVIEW, DENIED, APPROVED))
]


def attempt(number: int, decision: Decision | None, body: str, answer: Answer = Answer.ACKNOWLEDGED) -> Attempt:
    return Attempt(str(number), decision, body, answer)


ATTEMPTS = (
    attempt(1, _REVIEW, "review", Answer.REFUSED),
    attempt(2, _REVIEW, "review", Answer.UNKNOWN),
    attempt(3, _REVIEW, "review"),
    attempt(4, _DENIED, "denied", Answer.UNKNOWN),
    attempt(5, _DENIED, "denied"),
    attempt(6, _DENIED, "denied, its link signed anew"),
    attempt(7, _APPROVED, "approved", Answer.UNKNOWN),
    attempt(8, None, "nonsense"),
)
"""The second was stored after all and so was the seventh; the fourth was not."""


def stored(offset: int, number: int, body: str) -> Stored:
    about = f"callback-{offset}" if body == "nonsense" else "scan-1"
    return Stored(Place(0, offset), str(number), about, f"callback-{offset}", body)


def event(offset: int, decision: Decision, source: Stored) -> Event:
    verdict = decision.verdict
    raw = Pointer(CALLBACKS, source.place, source.callback_id, source.sha256)
    event_id = f"event-{decision.number}"
    return Event(Place(4, offset), event_id, "scan-1", verdict.outcome, verdict.final, verdict.reopens, raw)


_STORED = (
    stored(0, 2, "review"),
    stored(1, 3, "review"),
    stored(3, 8, "nonsense"),
    stored(4, 5, "denied"),
    stored(5, 6, "denied, its link signed anew"),
    stored(6, 7, "approved"),
)
_EVENTS = (event(0, _REVIEW, _STORED[0]), event(2, _DENIED, _STORED[3]), event(4, _APPROVED, _STORED[5]))

IN_ORDER = Seen(
    callbacks=_STORED,
    events=_EVENTS,
    dead_letters=(Place(0, 3),),
    statuses={"scan-1": Status("VERIFIED", True, "event-2", 3)},
    timelines={"scan-1": ("event-0", "event-1", "event-2")},
)


def with_event(index: int, **changes: object) -> Seen:
    events = [*_EVENTS]
    events[index] = replace(events[index], **changes)  # type: ignore[arg-type]
    return replace(IN_ORDER, events=events)


def with_callback(index: int, **changes: object) -> Seen:
    callbacks = [*_STORED]
    callbacks[index] = replace(callbacks[index], **changes)  # type: ignore[arg-type]
    return replace(IN_ORDER, callbacks=callbacks)


def test_a_world_in_order_has_no_problems() -> None:
    """Retries, a stored callback without an answer, links signed anew and nonsense among it."""
    assert [] == problems(ATTEMPTS, IN_ORDER)


def test_what_nobody_can_tell_may_be_there_or_not() -> None:
    """The last decision was never acknowledged: without its callback there must be no event of it either."""
    seen = replace(
        IN_ORDER,
        callbacks=_STORED[:-1],
        events=_EVENTS[:-1],
        statuses={"scan-1": Status("REJECTED", True, "event-1", 2)},
        timelines={"scan-1": ("event-0", "event-1")},
    )
    assert [] == problems(ATTEMPTS, seen)


DISORDERS: dict[str, tuple[Seen, tuple[str, str]]] = {
    "a 200 is not on the topic": (replace(IN_ORDER, callbacks=[_STORED[0], *_STORED[2:]]), ("lost", "callback")),
    "a byte of it changed": (with_callback(1, sha256="reviex"), ("lost", "callback")),
    "a callback is filed under another verification": (
        with_callback(1, verification_id="scan-2"),
        ("unexpected", "callback"),
    ),
    "a callback was appended twice": (
        replace(IN_ORDER, callbacks=[*_STORED, stored(9, 6, "denied, its link signed anew")]),
        ("duplicated", "callback"),
    ),
    "a refused callback is on the topic": (
        replace(IN_ORDER, callbacks=[*_STORED, stored(9, 1, "review")]),
        ("unexpected", "callback"),
    ),
    "a callback that nobody sent is on the topic": (
        replace(IN_ORDER, callbacks=[*_STORED, stored(9, 99, "forged")]),
        ("unexpected", "callback"),
    ),
    "a decision has no event": (replace(IN_ORDER, events=[_EVENTS[0], _EVENTS[2]]), ("lost", "event")),
    "a decision has two events": (
        replace(IN_ORDER, events=[*_EVENTS, replace(_EVENTS[1], event_id="event-9", place=Place(4, 9))]),
        ("duplicated", "event"),
    ),
    "an event is there twice": (
        replace(IN_ORDER, events=[*_EVENTS, replace(_EVENTS[1], place=Place(4, 9))]),
        ("duplicated", "event id"),
    ),
    "an event comes of a callback that nobody sent": (
        with_event(1, raw=replace(_EVENTS[1].raw, sha256="forged")),
        ("unexpected", "event"),
    ),
    "an event says something else": (with_event(1, outcome="VERIFIED"), ("unexpected", "event")),
    "an event is of another verification": (with_event(1, verification_id="scan-2"), ("unexpected", "event")),
    "events are in another order": (with_event(1, place=Place(4, 9)), ("reordered", "events")),
    "a verification's events are in two partitions": (with_event(1, place=Place(5, 2)), ("reordered", "events")),
    "callbacks are in another order": (with_callback(5, place=Place(0, 2)), ("reordered", "callbacks")),
    "an event points to a retry": (
        with_event(0, raw=replace(_EVENTS[0].raw, place=Place(0, 1), callback_id="callback-1")),
        ("wrong", "pointer"),
    ),
    "an event points to another topic": (with_event(0, raw=replace(_EVENTS[0].raw, topic="t")), ("wrong", "pointer")),
    "a dead letter is missing": (replace(IN_ORDER, dead_letters=[]), ("lost", "dead letter")),
    "a dead letter is there twice": (
        replace(IN_ORDER, dead_letters=[Place(0, 3), Place(0, 3)]),
        ("duplicated", "dead letter"),
    ),
    "a document became a dead letter": (
        replace(IN_ORDER, dead_letters=[Place(0, 3), Place(0, 4)]),
        ("unexpected", "dead letter"),
    ),
    "a status is an older one": (
        replace(IN_ORDER, statuses={"scan-1": Status("REJECTED", True, "event-1", 3)}),
        ("unexpected", "status"),
    ),
    "a status is missing": (replace(IN_ORDER, statuses={}), ("lost", "status")),
    "a status is nobody's": (
        replace(IN_ORDER, statuses={**IN_ORDER.statuses, "scan-2": Status("VERIFIED", True, "event-9", 1)}),
        ("unexpected", "status"),
    ),
    "a timeline lacks an event": (
        replace(IN_ORDER, timelines={"scan-1": ("event-0", "event-2")}),
        ("lost", "timeline"),
    ),
    "a timeline is in another order": (
        replace(IN_ORDER, timelines={"scan-1": ("event-1", "event-0", "event-2")}),
        ("lost", "timeline"),
    ),
}


@pytest.mark.parametrize("name", DISORDERS)
def test_whatever_is_out_of_order_is_named(name: str) -> None:
    seen, (word, what) = DISORDERS[name]
    assert Problem(word, what, None) in problems(ATTEMPTS, seen)


def test_a_decision_whose_every_callback_is_gone_is_lost_and_what_came_of_it_unexpected() -> None:
    seen = replace(IN_ORDER, callbacks=[*_STORED[:3], _STORED[5]])
    found = {(problem.word, problem.what) for problem in problems(ATTEMPTS, seen)}
    assert {("lost", "callback"), ("unexpected", "event"), ("wrong", "pointer"), ("lost", "timeline")} <= found
