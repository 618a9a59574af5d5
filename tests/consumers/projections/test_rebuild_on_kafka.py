"""A rebuild on a real Kafka and a real PostgreSQL, with several partitions and two projectors that go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consumers.projections import tables
from consumers.projections.projector import Projector
from consumers.projections.reading import TOPICS
from consumers.projections.rebuilding import rebuild
from consumers.projections.store import open_store
from runtime.eventlog import open_log
from runtime.settings import KafkaSettings
from schemas.event import Outcome
from schemas.topics import VERIFICATION_EVENTS, is_compacted
from tests.consumers.making import append, told
from tests.consumers.migrated import migrated_file
from tests.consumers.projections.looking import counted, counts, everything, rows
from tests.consumers.projections.test_rebuild import corrupt, fill, projecting, unseen
from tests.eventlog.backends import kafka_place
from tests.servers.kafka import Kafka
from tests.waiting import until

SETTINGS = KafkaSettings(session_timeout=6.0)


@pytest.fixture
async def kafka_log(kafka: Kafka, tmp_path: Path) -> AsyncIterator[str]:
    async with kafka_place(tmp_path, kafka.url, 3, tuple(TOPICS)) as url:
        yield url


async def test_a_rebuild_from_several_partitions_while_two_projectors_go_on(
    kafka_log: str, own_database: str, tmp_path: Path
) -> None:
    """The read model equals a fresh one from the same log, and what comes afterwards is added to it."""
    one = await open_log(kafka_log, is_compacted=is_compacted, kafka=SETTINGS)
    two = await open_log(kafka_log, is_compacted=is_compacted, kafka=SETTINGS)
    try:
        await fill(one)
        async with (
            open_store(own_database) as store,
            open_store(own_database) as other,
            projecting(one, store) as first,
            projecting(two, other) as second,
        ):
            await until(lambda: first.trouble is None and second.trouble is None)
            await corrupt(store)
            rebuilding = asyncio.create_task(rebuild(own_database, one, unseen))
            for number in range(1000, 1030):
                await append(two, told(number, Outcome.PENDING, verification_id=f"w-{number}"))
            rebuilt = await rebuilding

            async def all_are_there() -> bool:
                return len(await rows(store, tables.TIMELINE)) == 70

            await until(all_are_there)
            assert counted(await rows(store, tables.STATUS)) == await counts(store)
            assert rebuilt.events >= 40
            assert len({row["partition"] for row in await rows(store, tables.POSITIONS)}) > 1
            async with open_store(migrated_file(tmp_path / "fresh.db")) as fresh:
                await Projector(fresh, one).begin()
                assert await everything(fresh) == await everything(store)
            ends = await one.ends(VERIFICATION_EVENTS)
            assert 3 == len(ends)
    finally:
        await one.close()
        await two.close()
