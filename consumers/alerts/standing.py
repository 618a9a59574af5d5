"""Where a verification stands as far as the alerting stage has seen it, and its form on the log.

The same lattice as the read model's (``consumers.projections.fold``), so every order of arrival comes to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from consumers.projections.fold import Candidate, OrderKey, Status, join, of
from schemas.event import EventKind, Outcome, VerificationEvent, WaitsFor

Said = tuple[Outcome, bool, WaitsFor | None]
"""What an event says: its outcome, whether it is final, and whom it leaves waiting."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the verification itself (kind VERIFICATION); ``said`` is what its latest decisions say."""

    state: Status = field(default_factory=Status)
    said: tuple[tuple[OrderKey, Said], ...] = ()

    @property
    def _current(self) -> Said:
        current = self.state.current
        return next((said for order, said in self.said if order == current), (Outcome.UNKNOWN, False, None))

    @property
    def outcome(self) -> Outcome:
        """UNKNOWN before any event."""
        return self._current[0]

    @property
    def final(self) -> bool:
        return self._current[1]

    @property
    def waits_for(self) -> WaitsFor | None:
        return self._current[2]


def after(standing: Standing, event: VerificationEvent) -> Standing:
    """Where it stands once the event is counted in; an event about something else changes nothing."""
    if event.kind is not EventKind.VERIFICATION:
        return standing
    own = of(event)
    state = join(standing.state, own)
    orders = {each.order for each in (own.final, own.open) if each}
    said = {**dict(standing.said), **dict.fromkeys(orders, (event.outcome, event.final, event.waits_for))}
    kept = {each.order for each in (state.final, state.open) if each}
    return Standing(state, tuple(sorted((order, each) for order, each in said.items() if order in kept)))


def dump(standing: Standing) -> list[Any]:
    """JSON to be."""
    state = standing.state
    return [
        [*state.reopened] if state.reopened else None,
        [state.final.speaks, *state.final.order] if state.final else None,
        [state.open.speaks, *state.open.order] if state.open else None,
        [[*order, *said] for order, said in standing.said],
    ]


def load(rows: list[Any] | None) -> Standing:
    """What ``dump`` was given; the standing before any event for ``None``."""
    if rows is None:
        return Standing()
    reopened, final, still_open, said = rows
    state = Status(OrderKey(*reopened) if reopened else None, _candidate(final), _candidate(still_open))
    return Standing(state, tuple(_said(row) for row in said))


def _candidate(row: list[Any] | None) -> Candidate | None:
    return None if row is None else Candidate(row[0], OrderKey(*row[1:]))


def _said(row: list[Any]) -> tuple[OrderKey, Said]:
    *order, outcome, final, waits_for = row
    return OrderKey(*order), (Outcome(outcome), final, WaitsFor(waits_for) if waits_for else None)
