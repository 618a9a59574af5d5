"""Waiting until everything was worked off, and then looking at all of it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import ClientSession
from sqlalchemy import select

from consumers.projections import queries
from consumers.projections.store import Store, open_store
from consumers.projections.tables import STATUS, TIMELINE
from runtime.eventlog import EventLog, open_log
from runtime.settings import KafkaSettings
from tests.chaos import reading
from tests.chaos.fleet import PREFIX, Fleet, Hookline
from tests.chaos.history import Seen, Status
from tests.waiting import until

_PROVIDER = "idenfy"


async def settled(fleet: Fleet, seconds: float) -> None:
    """Everybody runs and is ready; the normalizers have nothing left to do, and then the projectors."""
    assert [] == fleet.ended(), "nobody ends by itself"
    async with ClientSession() as client:
        for member in fleet.members.values():
            await until(lambda member=member: _is_ready(client, member), seconds)  # type: ignore[misc]
    log = await open_log(fleet.url, kafka=KafkaSettings())
    try:
        await until(lambda: _is_level(log, "callbacks.idenfy", "normalize.idenfy"), seconds)
        await until(lambda: _is_level(log, "verification-events", "project"), seconds)
    finally:
        await log.close()


async def _is_ready(client: ClientSession, member: Hookline) -> bool:
    async with client.get(f"{member.operations}/ready") as answer:
        return answer.status == HTTPStatus.OK


async def _is_level(log: EventLog, topic: str, group: str) -> bool:
    return await log.lag(topic, group) == 0


async def seen(fleet: Fleet, database: str) -> Seen:
    callbacks, events, dead_letters = [
        await asyncio.to_thread(reading.records, fleet.broker.bootstrap, f"{PREFIX}.{topic}")
        for topic in ("callbacks.idenfy", "verification-events", "dead-letters")
    ]
    async with open_store(database) as store:
        ids = await _verifications(store)
        return Seen(
            callbacks=[reading.stored(each) for each in callbacks],
            events=[reading.event(each) for each in events],
            dead_letters=[reading.dead_letter(each) for each in dead_letters],
            statuses={each: await _status(store, each) for each in ids},
            timelines={each: await _timeline(store, each) for each in ids},
        )


async def _verifications(store: Store) -> list[str]:
    """All that either table has anything of."""
    found: set[str] = set()
    async with store.reading() as connection:
        for table in (STATUS, TIMELINE):
            found |= set(await connection.scalars(select(table.c.verification_id).distinct()))
    return sorted(found)


async def _status(store: Store, verification_id: str) -> Status:
    (row,) = await queries.status(store, _PROVIDER, verification_id)
    return Status(row.outcome, row.final, row.event_id, row.events)


async def _timeline(store: Store, verification_id: str) -> list[str]:
    return [event.event_id for event in await queries.timeline(store, _PROVIDER, verification_id)]
