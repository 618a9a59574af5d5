"""What the stages see of themselves, in the read model: what doors answered, and how much of a budget is spent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import Values, together
from consumers.projections.counting import door_changes, in_order, state_of
from consumers.projections.writing import ADD_ACTIVITY, PUT_STATE
from runtime.eventlog import Record
from schemas.observation import BUDGET, STORED, Observation, ObservationKind


async def write(connection: AsyncConnection, read: Sequence[tuple[Record, Observation | None]]) -> None:
    """Added to each account's activity, and its newest state."""
    seen = [each for _, each in read if each is not None]
    doors = [each for each in seen if each.kind is ObservationKind.DOORS]
    answers = door_changes((each.provider, each.source, each.at, each.numbers) for each in doors)
    await together(connection, (ADD_ACTIVITY, answers), (PUT_STATE, _states(seen)))


def _states(seen: Iterable[Observation]) -> list[Values]:
    states: dict[tuple[str], Values] = {}
    for each in seen:
        if each.kind not in {ObservationKind.DOORS, ObservationKind.BUDGET}:
            continue  # the others are the alerts' own, and some name no account
        state = states.setdefault((each.source,), state_of(each.provider, each.source))
        if each.kind is ObservationKind.BUDGET and (state["budget_at"] is None or each.at >= state["budget_at"]):
            state |= {"budget_at": each.at, **{name: each.numbers.get(name) for name in BUDGET}}
        if each.kind is ObservationKind.DOORS and each.numbers.get(STORED):
            state["last_callback_at"] = max(state["last_callback_at"] or each.at, each.at)
    return in_order(states)
