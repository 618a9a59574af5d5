"""What the alerting stage remembers of a verification, what an event adds to it, and its form on the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from consumers.alerts import standing
from consumers.alerts.contradictions import Seen, rivals, seen_of
from consumers.alerts.cooling import Cooling, found
from consumers.alerts.finding import alert_of
from consumers.alerts.rule import Rule
from consumers.alerts.rules import Known, findings_in
from consumers.alerts.standing import Standing
from consumers.projections.fold import OrderKey
from schemas.alert import Alert
from schemas.event import EventKind, Outcome, VerificationEvent

MOST_SEEN = 64
"""Events remembered of one verification; those that were seen first go first."""

_VERSION = 2
"""Of the form on the log. The first was a list: the time, and what was seen."""


@dataclass(frozen=True, slots=True)
class History:
    """``seen`` is in the order of arrival; ``touched_at`` is the log's time of its latest (microseconds since 1970).

    ``standing`` is kept only where a rule asks for it. ``contradictions`` counts the decisions that contradicted one
    before them. ``cooling`` has the rules with a cool-down that have raised an alert about this verification.
    """

    touched_at: int = 0
    seen: tuple[Seen, ...] = ()
    standing: Standing = field(default_factory=Standing)
    contradictions: int = 0
    cooling: Mapping[str, Cooling] = field(default_factory=dict)

    def knows(self, event: VerificationEvent) -> bool:
        return any(seen.order.event_id == event.event_id for seen in self.seen)


def observe(
    history: History, event: VerificationEvent, at: int, rules: Sequence[Rule]
) -> tuple[History, list[Alert], bool]:
    """The history after the event, the alerts that it raises, and whether it is new.

    A known event changes nothing. One that no rule asks for and that no alert came of is not remembered.
    """
    if history.knows(event):
        return history, [], False
    seen = seen_of(event)
    contradictions = history.contradictions + bool(rivals(event, history.seen))
    stands = standing.after(history.standing, event) if any(rule.status for rule in rules) else history.standing
    findings = findings_in(rules, event, Known(history.seen, stands, contradictions))
    if not findings and stands == history.standing and not _is_wanted(seen, event):
        return history, [], True
    after = History(at, (*history.seen, seen)[-MOST_SEEN:], stands, contradictions, history.cooling)
    alerts: list[Alert] = []
    for rule, finding in findings:
        count = 1
        if rule.cooldown:
            cooling, count = found(after.cooling.get(rule.name), finding.at, rule.cooldown)
            after = replace(after, cooling={**after.cooling, rule.name: cooling})
        alerts += [alert_of(rule, finding, count)] if count else []
    return after, alerts, True


def _is_wanted(seen: Seen, event: VerificationEvent) -> bool:
    """Whether a rule will ask for it, or it must not be told twice of what follows from it."""
    return seen.decision is not None or seen.reopens or event.kind is EventKind.ERASED or bool(event.unmapped)


def dump(history: History) -> bytes:
    value = {
        "version": _VERSION,
        "touched_at": history.touched_at,
        "seen": [[*seen.order, seen.decision, seen.reopens, seen.test] for seen in history.seen],
        "standing": standing.dump(history.standing) if history.standing.said else None,
        "contradictions": history.contradictions,
        "cooling": {name: [each.raised_at, each.held] for name, each in history.cooling.items()},
    }
    return orjson.dumps({name: each for name, each in value.items() if each})


def load(value: bytes | None) -> History:
    """The history that ``dump`` was given, whichever version of the program wrote it; the empty one for ``None``."""
    if value is None:
        return History()
    fields = orjson.loads(value)
    if isinstance(fields, list):
        fields = {"touched_at": fields[0], "seen": fields[1]}
    return History(
        touched_at=fields.get("touched_at", 0),
        seen=tuple(_seen(row) for row in fields.get("seen", ())),
        standing=standing.load(fields.get("standing")),
        contradictions=fields.get("contradictions", 0),
        cooling={name: Cooling(*row) for name, row in fields.get("cooling", {}).items()},
    )


def _seen(row: list[Any]) -> Seen:
    *order, decision, reopens, test = row
    return Seen(OrderKey(*order), Outcome(decision) if decision else None, reopens, test)
