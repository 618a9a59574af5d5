"""Compares what was seen with what the vendor did: by sets, from both sides, in the words of Jepsen's checkers.

*Lost*: it must be there and is not. *Unexpected*: it is there and must not be. *Duplicated*: it is there twice or more.
*Recovered*, that is stored though its answer did not say so, is allowed, and from there on counts like the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.history import Answer, Attempt, Event, Place, Pointer, Seen, Status, Stored
from tests.chaos.story import Decision, standing

CALLBACKS = "callbacks.idenfy"


@dataclass(frozen=True, slots=True)
class Problem:
    """Two are equal when they say the same of the same kind of thing."""

    word: str
    what: str
    item: object = field(compare=False)


def problems(attempts: Sequence[Attempt], seen: Seen) -> list[Problem]:
    """Everything that is wrong; nothing when each promise was kept."""
    known = _known(attempts, seen.callbacks)
    return [
        *_of_callbacks(attempts, seen.callbacks),
        *_of_events(known, seen.events),
        *_of_order(known, seen.events),
        *_of_custody(known, seen.events),
        *compared("dead letter", known.unreadable, seen.dead_letters),
        *_of_projections(known, seen),
    ]


def compared(what: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> list[Problem]:
    """Whether the two sets are equal, and nothing was found twice."""
    wanted, counts = set(expected), Counter(found)
    return [
        *(Problem("lost", what, item) for item in wanted - counts.keys()),
        *(Problem("unexpected", what, item) for item in counts.keys() - wanted),
        *(Problem("duplicated", what, item) for item, count in counts.items() if count > 1),
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """``decisions`` says whose each body is. Of those that are on the topic: ``first`` is where each one's first
    delivery lies, ``told`` has them by verification, in the vendor's order. ``unreadable`` is where the others lie.
    """

    decisions: Mapping[str, Decision]
    first: Mapping[Decision, Stored]
    told: Mapping[str, Sequence[Decision]]
    unreadable: Sequence[Place]


def _known(attempts: Iterable[Attempt], callbacks: Iterable[Stored]) -> _Known:
    decisions = {attempt.sha256: attempt.decision for attempt in attempts if attempt.decision is not None}
    first: dict[Decision, Stored] = {}
    unreadable: list[Place] = []
    for stored in sorted(callbacks, key=lambda stored: stored.place):
        decision = decisions.get(stored.sha256)
        if decision is None:
            unreadable.append(stored.place)
        else:
            first.setdefault(decision, stored)
    told: dict[str, list[Decision]] = defaultdict(list)
    for decision in sorted(first, key=lambda decision: decision.number):
        told[decision.verification_id].append(decision)
    return _Known(decisions, first, told, unreadable)


def _of_callbacks(attempts: Iterable[Attempt], callbacks: Iterable[Stored]) -> list[Problem]:
    """Every 200 is on the topic, byte for byte and once; what was refused is not, and nothing is that nobody sent."""
    sent: dict[Answer, set[Hashable]] = defaultdict(set)
    for attempt in attempts:
        about = attempt.decision.verification_id if attempt.decision else None
        sent[attempt.answer].add((attempt.number, about, attempt.sha256))
    found = [(stored.attempt, stored.about, stored.sha256) for stored in callbacks]
    recovered = sent[Answer.UNKNOWN] & set(found)
    return compared("callback", sent[Answer.ACKNOWLEDGED] | recovered, found)


def _of_events(known: _Known, events: Iterable[Event]) -> list[Problem]:
    """Each decision that is on the topic is one event, saying what the vendor meant; and each event is one of them."""
    events = list(events)
    expected = [
        (decision.verification_id, decision.number, verdict.outcome, verdict.final, verdict.reopens)
        for decision in known.first
        for verdict in [decision.verdict]
    ]
    found = [
        (event.verification_id, _number(known, event), event.outcome, event.final, event.reopens) for event in events
    ]
    ids = Counter(event.event_id for event in events)
    twice = [Problem("duplicated", "event id", event_id) for event_id, count in ids.items() if count > 1]
    return compared("event", expected, found) + twice


def _number(known: _Known, event: Event) -> int | None:
    decision = known.decisions.get(event.raw.sha256)
    return decision.number if decision else None


def _of_order(known: _Known, events: Iterable[Event]) -> list[Problem]:
    """A verification's decisions lie in the vendor's order, and so do their events: each kind in one partition."""
    of_events: dict[str, list[tuple[int, Place]]] = defaultdict(list)
    for event in events:
        of_events[event.verification_id].append((_number(known, event) or 0, event.place))
    of_callbacks = {
        verification_id: [(decision.number, known.first[decision].place) for decision in decisions]
        for verification_id, decisions in known.told.items()
    }
    return [
        Problem("reordered", what, verification_id)
        for what, found in (("callbacks", of_callbacks), ("events", of_events))
        for verification_id, places in found.items()
        if not _is_ordered(places)
    ]


def _is_ordered(places: Sequence[tuple[int, Place]]) -> bool:
    by_place = [number for number, _ in sorted(places, key=lambda each: each[1])]
    return by_place == sorted(by_place) and len({place.partition for _, place in places}) == 1


def _of_custody(known: _Known, events: Iterable[Event]) -> list[Problem]:
    """An event leads to the bytes that it was read from: its decision's first delivery."""
    pointers = {Pointer(CALLBACKS, stored.place, stored.callback_id, stored.sha256) for stored in known.first.values()}
    return [Problem("wrong", "pointer", event) for event in events if event.raw not in pointers]


def _of_projections(known: _Known, seen: Seen) -> list[Problem]:
    """Each verification's timeline is its events in the vendor's order, its status where it stands after the last."""
    event_ids = {
        decision: event.event_id for event in seen.events if (decision := known.decisions.get(event.raw.sha256))
    }
    timelines = {
        verification_id: tuple(event_ids.get(decision, "") for decision in decisions)
        for verification_id, decisions in known.told.items()
    }
    statuses = {
        verification_id: _status(standing(decisions), event_ids, len(decisions))
        for verification_id, decisions in known.told.items()
    }
    found = {verification_id: tuple(timeline) for verification_id, timeline in seen.timelines.items()}
    return [
        *compared("timeline", timelines.items(), found.items()),
        *compared("status", statuses.items(), seen.statuses.items()),
    ]


def _status(decision: Decision, event_ids: Mapping[Decision, str], events: int) -> Status:
    verdict = decision.verdict
    return Status(verdict.outcome, verdict.final, event_ids.get(decision, ""), events)
