"""A read model that meets another log than the one it was read from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from consumers.projections import positions, tables
from consumers.projections.projector import Projector, stage
from consumers.projections.store import Store
from runtime.eventlog import EventLog, open_log
from schemas import observation
from schemas.event import Outcome
from schemas.observation import Observation, ObservationKind
from schemas.topics import OBSERVATIONS, VERIFICATION_EVENTS, is_compacted
from tests.consumers.making import append, told, work
from tests.consumers.projections.looking import rows
from tests.examples import NOON

OLD = [told(number, Outcome.PENDING, verification_id=f"old-{number}") for number in range(3)]
NEW = [told(10 + number, Outcome.PENDING, verification_id=f"new-{number}") for number in range(5)]
REPLACED = "the log was replaced: read from its beginning"


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/fresh.db", is_compacted=is_compacted)
    yield opened
    await opened.close()


async def names(store: Store) -> set[str]:
    return {row["verification_id"] for row in await rows(store, tables.TIMELINE)}


ALL = {event.verification_id for event in (*OLD, *NEW)}


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_all_of_a_new_log_is_read_whether_it_is_shorter_or_longer(
    log: EventLog, fresh: EventLog, store: Store, number: int
) -> None:
    """Its offsets begin anew, and what was there stays."""
    await append(log, *OLD)
    await work(log, stage(store, log))
    await append(fresh, *NEW[:number])
    begun = stage(store, fresh)
    await begun.begin()
    await work(fresh, begun)
    assert {event.verification_id for event in (*OLD, *NEW[:number])} == await names(store)


async def test_a_log_that_outgrew_the_old_one_before_its_first_batch_is_read_whole(
    log: EventLog, fresh: EventLog, store: Store
) -> None:
    """It was shorter when the stage began."""
    await append(log, *OLD)
    await work(log, stage(store, log))
    await append(fresh, NEW[0])
    begun = stage(store, fresh)
    await begun.begin()
    await append(fresh, *NEW[1:])
    await work(fresh, begun, at_once=2)
    assert ALL == await names(store)


@pytest.mark.parametrize("change", ["last_mark = NULL", "last_mark = '1/0123456789abcdef'"])
async def test_what_a_program_of_before_read_last_is_taken_for_this_logs(
    log: EventLog, store: Store, change: str
) -> None:
    """It keeps no mark, or leaves an older one where it is."""
    await append(log, *OLD)
    await work(log, stage(store, log))
    async with store.writing() as connection:
        await connection.execute(text(f"UPDATE read_positions SET {change}"))  # noqa: S608 - the test's own
    await append(log, *NEW)
    with structlog.testing.capture_logs() as told_of:
        await stage(store, log).begin()
    assert [] == [each["event"] for each in told_of if each["event"] == REPLACED]
    assert ALL == await names(store)


async def test_of_two_projectors_that_meet_another_log_one_begins_anew(
    log: EventLog, fresh: EventLog, store: Store
) -> None:
    """What the first one has added up the other one does not add again."""
    doors = Observation(ObservationKind.DOORS, NOON, "idenfy", "idenfy-eu", {"stored": 3})
    for _ in range(3):
        await log.append(OBSERVATIONS, observation.to_message(replace(doors, numbers={})))
    await work(log, stage(store, log))
    one, two = Projector(store, fresh), Projector(store, fresh)
    await one.begin()
    await two.begin()
    await fresh.append(OBSERVATIONS, observation.to_message(doors))
    async with fresh.read((OBSERVATIONS,), "project") as reader:
        batch = await reader.next_batch(0)
    assert batch is not None
    await one.handle(batch)
    await two.handle(batch)
    assert [3] == [row["stored"] for row in await rows(store, tables.ACTIVITY)]
    assert (await fresh.ends(OBSERVATIONS))[0] == await positions.position(store, OBSERVATIONS, 0)
    assert 0 == await positions.position(store, VERIFICATION_EVENTS, 0)
