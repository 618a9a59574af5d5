"""What the receiver tells of its own work, from real deliveries to the topic of observations."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable

from ingest.receive.observing import Doors
from runtime import metrics
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Message, Position
from schemas import observation, topics
from schemas.observation import Observation
from tests.ingest.conftest import KEY, Door, OpenDoor

BODY = b'{"scanRef":"scan-1","final":true,"status":{"overall":"APPROVED"}}'
GOOD = {"Idenfy-Signature": hmac.digest(KEY.encode(), BODY, "sha256").hex()}
VENDORS = {"idenfy": "idenfy"}


def doors(log: EventLog) -> Doors:
    return Doors(log, metrics.RECEIVER, VENDORS)


async def told(log: EventLog) -> list[Observation]:
    return [observation.from_record(record) async for record in log.scan(topics.OBSERVATIONS)]


async def post(door: Door, headers: dict[str, str], path: str = "/callbacks/idenfy") -> int:
    async with door.client.post(door.url + path, data=BODY, headers=headers) as answer:
        return answer.status


async def test_what_was_answered_since_the_last_time_is_told_by_account(open_door: OpenDoor) -> None:
    """Three stored, two refused, and what came to no account at all is told of none."""
    door = await open_door()
    collector = doors(door.log)
    answers = [await post(door, headers) for headers in (GOOD, GOOD, GOOD, {}, {"Idenfy-Signature": "no"})]
    assert ([200, 200, 200, 401, 401], 404) == (answers, await post(door, GOOD, "/callbacks/nobody"))
    await collector.tell()
    (only,) = await told(door.log)
    assert ("DOORS", "idenfy", "idenfy", {"stored": 3, "refused": 2}) == (
        only.kind,
        only.provider,
        only.source,
        only.numbers,
    )


async def test_nothing_is_told_when_nothing_happened(open_door: OpenDoor) -> None:
    """Neither at first, with what another receiver of this process counted before, nor twice."""
    door = await open_door()
    assert 200 == await post(door, GOOD)
    collector = doors(door.log)
    await collector.tell()
    assert [] == await told(door.log)
    assert 401 == await post(door, {})
    await collector.tell()
    await collector.tell()
    assert [{"refused": 1}] == [each.numbers for each in await told(door.log)]


async def test_what_is_over_the_limit_and_what_could_not_be_stored_is_told(open_door: OpenDoor) -> None:
    door = await open_door(max_per_second=1.0)
    collector = doors(door.log)
    assert (200, 429) == (await post(door, GOOD), await post(door, GOOD))
    door.receiver.settings = door.receiver.settings.model_copy(update={"max_in_flight": 0})
    assert 503 == await post(door, GOOD)
    await collector.tell()
    assert [{"stored": 1, "limited": 1, "failed": 1}] == [each.numbers for each in await told(door.log)]


class _Away:
    """The real log, but for its answers while it is ``away``; ``lands``: the record is there all the same."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.away = True
        self.lands = False
        self.scan: Callable[..., object] = log.scan

    async def append(self, topic: str, message: Message) -> Position:
        if not self.away or self.lands:
            position = await self._log.append(topic, message)
        if self.away:
            raise LogUnavailable("no answer")
        return position


async def test_while_the_log_is_away_counts_add_up_and_are_told_once(open_door: OpenDoor) -> None:
    """Every callback of the outage is in the one observation after it, and the receiver's work meets no error."""
    door = await open_door()
    log = _Away(door.log)
    collector = Doors(log, metrics.RECEIVER, VENDORS)  # type: ignore[arg-type]  # of a log, what is used
    for _ in range(3):
        assert 200 == await post(door, GOOD)
        await collector.tell()
    log.away = False
    await collector.tell()
    await collector.tell()
    assert [{"stored": 3}] == [each.numbers for each in await told(door.log)]


async def test_an_append_without_an_answer_is_told_again(open_door: OpenDoor) -> None:
    """Rather twice than never."""
    door = await open_door()
    log = _Away(door.log)
    log.lands = True
    collector = Doors(log, metrics.RECEIVER, VENDORS)  # type: ignore[arg-type]  # of a log, what is used
    assert 200 == await post(door, GOOD)
    await collector.tell()
    log.away = False
    await collector.tell()
    numbers = [Counter(each.numbers) for each in await told(door.log)]
    assert [Counter(stored=1), Counter(stored=1)] == numbers
