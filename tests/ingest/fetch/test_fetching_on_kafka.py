"""The same stage on Kafka: several processes, partitions that change hands, transactions between them."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress

from ingest.api import Budget
from runtime.eventlog import open_log
from runtime.settings import KafkaSettings
from schemas import topics
from tests.ingest.fetch.conftest import Bench
from tests.ingest.fetch.thin import account_at, json, says
from tests.waiting import until


async def test_a_thin_callback_brings_its_document(on_kafka: Bench) -> None:
    """With its cause, beside the callback."""
    async with on_kafka.start():
        await on_kafka.call_back("v1", "v2")
        await on_kafka.done()
    causes = {document.verification_id: document.cause for document in await on_kafka.documents()}
    assert {each.verification_id: each.id for each in await on_kafka.callbacks()} == causes


async def test_several_members_share_the_callbacks_and_one_asks_for_the_account(on_kafka: Bench) -> None:
    """Three members: no verification is asked about twice, and never more calls at once than one may make."""
    budget = Budget(parallel=2)
    async with on_kafka.start(budget=budget), on_kafka.start(budget=budget), on_kafka.start(budget=budget):
        await on_kafka.call_back(*[f"v{number}" for number in range(30)])
        await on_kafka.done()
    assert Counter({f"v{number}": 1 for number in range(30)}) == on_kafka.vendor.count()
    assert on_kafka.vendor.most_at_once <= 2


async def test_what_an_owner_leaves_undone_is_done_by_the_next_within_the_same_budget(on_kafka: Bench) -> None:
    """The first spends three of seven calls; its successor makes the other four, and the rest stays due."""
    budget = Budget(parallel=1, per_day=7)
    on_kafka.vendor.moods.extend([None, None, None])
    on_kafka.vendor.mood = says(503, "", "text/plain")
    await on_kafka.call_back(*[f"v{number}" for number in range(10)])
    async with on_kafka.start(budget=budget):
        await until(lambda: len(on_kafka.vendor.calls) >= 4)
    on_kafka.vendor.mood = None
    async with on_kafka.start(budget=budget):
        await until(lambda: len(on_kafka.vendor.calls) == 7)
    assert 7 == len(on_kafka.vendor.calls)
    assert 10 - len(await on_kafka.documents()) == len(await on_kafka.unsettled())


async def test_an_owner_that_falls_silent_is_replaced_and_nothing_is_lost(on_kafka: Bench) -> None:
    """Its log is closed under it, as if its process were gone; another member has the account after the session."""
    gone = await open_log(on_kafka.place, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6.0))
    on_kafka.vendor.mood = json({"error": "down"}, 500)
    async with on_kafka.start(account_at(on_kafka.vendor.url), on=gone) as first:
        await on_kafka.call_back("v1", "v2", "v3")
        await until(lambda: len(on_kafka.vendor.calls) >= 3)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        await gone.close()
        on_kafka.vendor.mood = None
        async with on_kafka.start():
            await on_kafka.done()
    assert {"v1", "v2", "v3"} == {document.verification_id for document in await on_kafka.documents()}
