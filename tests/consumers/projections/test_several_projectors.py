"""Projectors beside each other: what one of them has written another one neither writes again nor undoes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from consumers.projections import positions, tables
from consumers.projections.projector import Projector, stage
from consumers.projections.store import Store, open_store
from runtime.eventlog import Batch, EventLog, Record
from runtime.stage import Health, run_stage
from schemas.codec import event_to_message
from schemas.event import Outcome, VerificationEvent
from schemas.message import Message
from schemas.topics import VERIFICATION_EVENTS
from tests.consumers.making import append, next_batch, told, work
from tests.consumers.projections.looking import active, activity, counted, counts, rows
from tests.servers.local_postgres import LocalPostgres
from tests.waiting import until

PARTITIONS, BATCHES, EACH = 6, 10, 20


def batch(partition: int, start: int, events: Sequence[VerificationEvent]) -> Batch:
    messages = map(event_to_message, events)
    records = [
        Record(VERIFICATION_EVENTS, partition, start + number, each.key, each.headers, each.value, 0)
        for number, each in enumerate(messages)
    ]
    return Batch(VERIFICATION_EVENTS, partition, "project", 1, start, tuple(records))


def batches(partition: int) -> list[Batch]:
    """Verifications that are pending, then decided, half of each batch: counts go up and down."""
    made = []
    for number in range(BATCHES):
        first = (partition * BATCHES + number) * EACH
        events = [
            told(
                first + each, (Outcome.PENDING, Outcome.VERIFIED)[each % 2], verification_id=f"v-{(first + each) // 2}"
            )
            for each in range(EACH)
        ]
        made.append(batch(partition, number * EACH, events))
    return made


async def test_projectors_of_interleaved_partitions_wait_for_each_other_and_never_in_a_circle(
    log: EventLog, own_database: str
) -> None:
    """Several at once, all of which count the same accounts, hours and outcomes: every sum is exact."""

    async def project(store: Store, partitions: Sequence[int]) -> None:
        projector = Projector(store, log)
        for some in zip(*(batches(partition) for partition in partitions), strict=True):
            for each in some:
                await projector.handle(each)

    async with (
        open_store(own_database) as one,
        open_store(own_database) as two,
        open_store(own_database) as three,
    ):
        work = (project(store, share) for store, share in ((one, (0, 3)), (two, (4, 1)), (three, (2, 5))))
        await asyncio.gather(*work)
        statuses, timeline = await rows(one, tables.STATUS), await rows(one, tables.TIMELINE)
        assert PARTITIONS * BATCHES * EACH == len(timeline) == 2 * len(statuses)
        assert counted(statuses) == await counts(one)
        assert active(timeline) == await activity(one)


async def test_a_projector_that_was_overtaken_undoes_nothing(log: EventLog, store: Store) -> None:
    """It stood still with its batch while another one went on, past the end of the verification: it stays ended."""
    event = told(1, Outcome.PENDING)
    await append(log, event)
    slow = Projector(store, log)
    await slow.begin()
    await append(log, told(2, Outcome.VERIFIED))
    async with next_batch(log, stage(store, log)) as its:
        pass
    await append(log, Message(event.key, event.key, (), None))
    await work(log, stage(store, log))
    await slow.handle(its)
    assert [] == await rows(store, tables.TIMELINE)


async def test_a_projector_that_falls_behind_goes_on_behind_the_other(log: EventLog, store: Store) -> None:
    """What it wanted to write is there already; it reads on from where the other one stands."""
    one, two = Projector(store, log), Projector(store, log)
    await asyncio.gather(one.begin(), two.begin())
    await append(log, *(told(number, Outcome.PENDING, verification_id=f"v-{number}") for number in range(5)))
    await asyncio.gather(one.begin(), two.begin())
    await append(log, told(9, Outcome.VERIFIED, verification_id="v-1"))
    await work(log, stage(store, log))
    assert counted(await rows(store, tables.STATUS)) == await counts(store)
    assert (await log.ends(VERIFICATION_EVENTS))[0] == await positions.position(store, VERIFICATION_EVENTS, 0)


async def test_while_its_database_is_down_the_stage_waits_says_so_and_loses_nothing(
    log: EventLog, own_postgres: LocalPostgres
) -> None:
    """A PostgreSQL that is away when it starts, is stopped in the middle of the work, and comes back each time."""
    stop, health = asyncio.Event(), Health("project")
    own_postgres.stop()
    async with open_store(own_postgres.url, deadline=2, migrates=False) as store, asyncio.TaskGroup() as tasks:
        tasks.create_task(run_stage(stage(store, log), log, stop, health))
        await until(lambda: health.trouble is not None and "not reached" in health.trouble)
        own_postgres.start()
        await until(lambda: health.trouble is None)
        for number in range(40):
            await append(log, told(number, Outcome.PENDING, verification_id=f"v-{number}"))
            if number == 20:
                own_postgres.stop()
        await until(lambda: health.trouble is not None and own_postgres.url.rpartition("/")[2] in health.trouble)
        own_postgres.start()
        await until(lambda: health.trouble is None)

        async def all_are_there() -> bool:
            return len(await rows(store, tables.TIMELINE)) == 40

        await until(all_are_there)
        assert counted(await rows(store, tables.STATUS)) == await counts(store)
        stop.set()
