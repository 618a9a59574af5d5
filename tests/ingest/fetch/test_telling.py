"""What a desk tells of its account's budget: real calls at a vendor, real observations on the log."""

from __future__ import annotations

import asyncio

from ingest.api import Budget
from ingest.calling.spending import Spending
from ingest.fetch.telling import BudgetTeller
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Message, Position
from schemas import observation, topics
from schemas.observation import Observation
from tests.ingest.fetch.conftest import Bench
from tests.ingest.fetch.thin import account_at
from tests.waiting import until

NOON = 1_763_000_000.0


async def told(log: EventLog) -> list[Observation]:
    return [observation.from_record(record) async for record in log.scan(topics.OBSERVATIONS)]


async def test_a_stage_that_ends_has_told_what_it_spent(bench: Bench) -> None:
    """At first what those before it spent, at last its own calls; token requests are not counted."""
    async with bench.start(budget=Budget(per_hour=50, per_day=100)):
        await bench.call_back("v1", "v2", "v3")
        await bench.done()
    observed = await told(bench.log)
    assert {("BUDGET", "thin", "thin")} == {(each.kind, each.provider, each.source) for each in observed}
    assert {"hour_spent": 3, "hour_most": 50, "day_spent": 3, "day_most": 100} == observed[-1].numbers
    async with bench.start(budget=Budget(per_day=100)):
        await bench.call_back("v4")
        await bench.done()
    assert {"day_spent": 4, "day_most": 100} == (await told(bench.log))[-1].numbers


async def test_an_account_without_bounds_tells_nothing(bench: Bench) -> None:
    async with bench.start():
        await bench.call_back("v1")
        await bench.done()
    assert (1, []) == (len(bench.vendor.calls), await told(bench.log))


async def test_a_number_is_told_when_it_changes_and_when_the_hour_slides_on(log: EventLog) -> None:
    """Two calls within one look are told together; an hour later none is spent, and that is told too."""
    now = NOON
    account = account_at("http://127.0.0.1:1", budget=Budget(per_hour=10))
    spending = Spending(account.budget)
    teller = BudgetTeller(log, account, spending, clock=lambda: now)
    for _ in range(2):
        spending.spend(now, reconciling=False)
    await teller.tell()
    await teller.tell()
    now += 2 * 3600
    await teller.tell()
    assert [2, 0] == [each.numbers["hour_spent"] for each in await told(log)]


async def test_a_log_that_is_away_ends_no_telling(log: EventLog) -> None:
    """The newest number is told when it is back."""

    class Away:
        away = True

        async def append(self, topic: str, message: Message) -> Position:
            if self.away:
                raise LogUnavailable("no answer")
            return await log.append(topic, message)

    account = account_at("http://127.0.0.1:1", budget=Budget(per_hour=10))
    spending, away, stop = Spending(account.budget), Away(), asyncio.Event()
    teller = BudgetTeller(away, account, spending, every=0.01)  # type: ignore[arg-type]  # of a log, what is used
    running = asyncio.create_task(teller.run(stop))
    spending.spend(teller.clock(), reconciling=False)
    away.away = False

    async def is_told() -> bool:
        return [each.numbers["hour_spent"] for each in await told(log)] == [1]

    await until(is_told)
    stop.set()
    await running
    assert 1 == len(await told(log))
