from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession

from runtime.eventlog import Batch, Emit, EventLog, open_log
from runtime.memory import Memory
from runtime.observability import serve_operations
from runtime.settings import ObservabilitySettings
from runtime.stage import Handled, Health, Stage, run_stage
from schemas.message import Message
from tests.waiting import until


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=lambda topic: topic.startswith("memory."))
    yield opened
    await opened.close()


def message(key: str, value: bytes = b"value") -> Message:
    return Message(key, key, (), value)


class DatabaseDown(Exception):
    """A trouble of the stage's own dependency."""


class Copier:
    """Emits what it reads, and remembers how often it saw each key; ``faults`` are raised first, one a batch."""

    def __init__(self, log: EventLog, faults: Sequence[Exception] = ()) -> None:
        self.memory = Memory(log, "memory.copier")
        self.faults = list(faults)
        self.finished = 0

    async def handle(self, batch: Batch) -> Handled:
        await self.memory.follow(batch)
        emits: list[Emit] = []
        for record in batch.records:
            seen = int(self.memory.get(record.key) or b"0") + 1
            self.memory.put(record.key, str(seen).encode())
            emits.append(("out", message(record.key, str(seen).encode())))
        if self.faults:
            raise self.faults.pop(0)
        return Handled(emits + self.memory.emits(), self.count)

    def count(self) -> None:
        self.finished += 1

    def stage(self) -> Stage:
        return Stage("copier", ("in",), self.handle, retriable=(DatabaseDown,))


async def run_to_the_end(log: EventLog, stage: Stage) -> Health:
    """Runs the stage until it has finished what there is."""
    stop, health = asyncio.Event(), Health(stage.name)
    running = asyncio.create_task(run_stage(stage, log, stop, health))

    async def done() -> bool:
        return running.done() or await log.lag("in", stage.name) == 0

    await until(done)
    stop.set()
    await running
    return health


async def values(log: EventLog, topic: str) -> list[tuple[str, bytes | None]]:
    return [(record.key, record.value) async for record in log.scan(topic)]


async def test_a_stage_finishes_what_is_there_and_stops_when_told(log: EventLog) -> None:
    """Each record is handled once, and memory holds the newest of each key."""
    for key in ("a", "b", "a"):
        await log.append("in", message(key))
    copier = Copier(log)
    health = await run_to_the_end(log, copier.stage())
    assert [("a", b"1"), ("b", b"1"), ("a", b"2")] == await values(log, "out")
    assert {("a", b"2"), ("b", b"1")} == set(await values(log, "memory.copier"))
    assert (health.trouble, copier.finished) == (None, 1)


async def test_a_trouble_that_passes_is_waited_out_and_leaves_no_trace(log: EventLog) -> None:
    """What was put into memory for a batch that failed is forgotten with it, and nothing is counted twice."""
    await log.append("in", message("a"))
    copier = Copier(log, [DatabaseDown("the database is away"), DatabaseDown("still away")])
    await run_to_the_end(log, copier.stage())
    assert [("a", b"1")] == await values(log, "out")
    assert copier.finished == 1


async def test_a_fault_of_the_program_leaves_the_loop(log: EventLog) -> None:
    """It is not waited out: whoever runs the stage must see it."""
    await log.append("in", message("a"))
    copier = Copier(log, [ZeroDivisionError()])
    with pytest.raises(ZeroDivisionError):
        await run_stage(copier.stage(), log, asyncio.Event(), Health("copier"))
    assert [] == await values(log, "out")


async def test_memory_is_read_back_by_the_next_owner(log: EventLog) -> None:
    """A second process goes on counting where the first one stopped."""
    for _ in range(3):
        await log.append("in", message("a"))
        await run_to_the_end(log, Copier(log).stage())
    assert [("a", b"1"), ("a", b"2"), ("a", b"3")] == await values(log, "out")


async def test_memory_that_is_forgotten_is_a_tombstone(log: EventLog) -> None:
    """``None`` takes the key away, for this owner and for the next."""
    await log.append("in", message("a"))
    await run_to_the_end(log, Copier(log).stage())
    await log.append("in", message("b"))
    memory = Memory(log, "memory.copier")
    async with log.read(["in"], "copier") as reader:
        batch = await reader.next_batch(5)
        assert batch is not None
        await memory.follow(batch)
        assert [("a", b"1")] == memory.oldest(10)
        memory.put("a", None)
        assert memory.get("a") is None
        await log.finish(batch, memory.emits())
    assert [("a", None)] == await values(log, "memory.copier")


async def test_readiness_says_what_a_stage_waits_for(log: EventLog) -> None:
    """503 with the trouble in words, then 200; /live and /metrics answer all the while."""
    health = Health("project", "database app.db: cannot be reached")
    async with serve_operations(ObservabilitySettings(), log, [health]) as url, ClientSession() as client:
        async with client.get(f"{url}/ready") as answer:
            trouble = {"project": "database app.db: cannot be reached"}
            assert (503, {"ready": False, "troubles": trouble}) == (answer.status, await answer.json())
        health.trouble = None
        async with client.get(f"{url}/ready") as answer:
            assert (200, {"ready": True, "troubles": {}}) == (answer.status, await answer.json())
        async with client.get(f"{url}/live") as answer:
            assert answer.status == 200
        async with client.get(f"{url}/metrics") as answer:
            assert "hookline_receiver_answers_total" in await answer.text()
        await log.close()
        async with client.get(f"{url}/ready") as answer:
            assert (503, ["log"]) == (answer.status, list((await answer.json())["troubles"]))
