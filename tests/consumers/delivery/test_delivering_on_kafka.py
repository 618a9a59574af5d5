"""The same stages on Kafka: several processes, partitions that change hands, one that falls silent."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from runtime.eventlog import open_log
from schemas import handling, topics
from schemas.handling import Acknowledgement, Silence
from tests.consumers.delivery.alerts import alert, channel
from tests.consumers.delivery.conftest import KAFKA, Desk
from tests.consumers.delivery.receivers import Receiver, says
from tests.waiting import until


def ids(*numbers: int) -> list[str]:
    return [alert(number).alert_id for number in numbers]


async def test_several_members_share_the_alerts_and_one_speaks_to_a_channel(
    on_kafka: Desk, heard: Receiver, other: Receiver
) -> None:
    """Three members, a partition each: every alert comes once, and never more attempts at once than a channel allows.

    While a partition changes hands both owners may bring the same alert, so this begins once they have settled.
    """
    channels = channel("ops", heard.url, parallel=2, timeout=10), channel("chat", other.url, timeout=10)
    async with on_kafka.running(*channels), on_kafka.running(*channels), on_kafka.running(*channels):
        await until(lambda: [1, 1, 1] == [len(member._rounds) for member in on_kafka.members], deadline=60)
        await on_kafka.raise_(*(alert(number) for number in range(30)))
        await until(lambda: len(heard.heard) >= 30 and len(other.heard) >= 30, deadline=60)
        await on_kafka.done()
    assert Counter(ids(*range(30))) == Counter(heard.ids) == Counter(other.ids)
    assert heard.most_at_once <= 2


async def test_what_people_did_is_followed_there_too(on_kafka: Desk, heard: Receiver) -> None:
    now = datetime.now(UTC)
    quiet = Silence("s1", "ada", now, now + timedelta(hours=1), verification_id="scan-1")
    async with on_kafka.running(channel("ops", heard.url, timeout=10)):
        await on_kafka.log.append(topics.alert_handling(), handling.to_message(quiet))
        await on_kafka.log.append(topics.alert_handling(), handling.to_message(Acknowledgement(ids(2)[0], "ada", now)))
        await on_kafka.raise_(alert(1), alert(2), alert(3))
        await until(lambda: len(heard.heard) >= 1, deadline=60)
        await on_kafka.routed()
        await on_kafka.log.append(topics.alert_handling(), handling.end_of_silence("s1"))
        await on_kafka.raise_(alert(4, verification_id="scan-1"))
        await until(lambda: len(heard.heard) >= 2, deadline=60)
        await on_kafka.done()
    assert ids(3, 4) == heard.ids


async def test_an_owner_that_falls_silent_is_replaced_and_nothing_is_lost(on_kafka: Desk, heard: Receiver) -> None:
    """Its log is closed under it, as if its process were gone; another member brings what it left."""
    gone = await open_log(on_kafka.place, is_compacted=topics.is_compacted, kafka=KAFKA)
    heard.mood = says(500)
    made = channel("ops", heard.url, timeout=10)
    async with on_kafka.running(made, on=gone) as first:
        await on_kafka.raise_(*(alert(number) for number in range(3)))
        await until(lambda: len(heard.heard) >= 3, deadline=60)
        for task in first:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await gone.close()
        heard.mood = says(200)
        before = len(heard.heard)
        async with on_kafka.running(made):
            await until(lambda: len(set(heard.ids[before:])) == 3, deadline=60)
            await on_kafka.done()
    assert Counter(ids(*range(3))) == Counter(heard.ids[before:])
