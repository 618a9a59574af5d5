"""SIGKILL at any moment: what was acknowledged is there, and emits never part from their position."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from runtime.eventlog import EventLog
from tests.eventlog.backends import Open, message, stored
from tests.eventlog.child import is_whole
from tests.eventlog.children import child
from tests.waiting import until

ROUNDS = 12


async def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(opener: Open, place: str, tmp_path: Path) -> None:
    """Each round kills a process with sixteen callers in it; no key is missing, none twice, no byte torn."""
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        with child(tmp_path / "said", "append", place, str(number), "0") as writer:
            enough = random.randint(1, 500)  # noqa: S311 - any moment will do
            await until(lambda: writer.has_said(enough))  # noqa: B023 - awaited before the next turn
            writer.kill()
            acknowledged += writer.lines()
    records = await stored(await opener(), "in")
    times = Counter(record.key for record in records)
    assert set() == set(acknowledged) - set(times)
    assert {1} == set(times.values())
    assert [] == [record.key for record in records if not is_whole(record.value or b"")]


async def test_emits_stay_with_their_position_when_the_stage_is_killed(
    opener: Open, place: str, tmp_path: Path
) -> None:
    """Below the group's position every input was emitted once; above it, none."""
    log = await opener()
    for number in range(ROUNDS):
        await asyncio.gather(*(log.append("in", message(f"{number}-{key}")) for key in range(300)))
        with child(tmp_path / "said", "copy", place, str(number)) as stage:
            enough = random.randint(1, 15)  # noqa: S311 - any moment will do
            await until(lambda: stage.has_said(enough))  # noqa: B023 - awaited before the next turn
            stage.kill()
        finished = await _finished(log)
        assert finished == [record.key for record in await stored(log, "out")]
    assert len(finished) > ROUNDS


async def _finished(log: EventLog) -> list[str]:
    """The keys of the inputs below the position of the group ``copy``."""
    keys = [record.key for record in await stored(log, "in")]
    return keys[: len(keys) - await log.lag("in", "copy")]


async def test_another_member_takes_over_from_one_that_was_killed(opener: Open, place: str, tmp_path: Path) -> None:
    """The kernel gives its lock back, so nobody has to wait for a session to time out."""
    log = await opener()
    await log.append("in", message("k"))
    with child(tmp_path / "said", "hold", place) as member:
        await until(lambda: member.has_said(1))
        async with log.read(["in"], "copy") as reader:
            assert await reader.next_batch(0.0) is None
            member.kill()
            batch = await reader.next_batch(20.0)
            assert batch is not None
            assert (0, ["k"]) == (batch.start, [record.key for record in batch.records])
            assert [str(batch.epoch)] != member.lines()
