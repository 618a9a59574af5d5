"""Several processes on one file."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from runtime.eventlog import Record
from tests.eventlog.backends import Open, stored
from tests.eventlog.children import Child, child
from tests.waiting import until

WRITERS = 3
RECORDS = 200


def numbers(records: list[Record], writer: int) -> list[int]:
    return [int(record.key.split("-")[1]) for record in records if record.key.startswith(f"{writer}-")]


async def test_processes_that_write_and_read_one_file_do_each_record_once(
    opener: Open, place: str, tmp_path: Path
) -> None:
    """Three processes create the file at once and fill it, two share one group, and a third one follows."""
    with ExitStack() as children:

        def start(task: str, name: str, *words: str) -> Child:
            return children.enter_context(child(tmp_path / f"said-{name}", task, place, name, *words))

        writers = [start("append", str(number), str(RECORDS)) for number in range(WRITERS)]
        members = [start("copy", f"member-{number}") for number in range(2)]
        await until(lambda: all(writer.has_ended_well() for writer in writers), 60.0)
        log = await opener()
        copied = 0
        async for _ in log.scan("out", follow=True):
            copied += 1
            if copied == WRITERS * RECORDS:
                break
        assert [None, None] == [member.process.poll() for member in members]
    assert 0 == await log.lag("in", "copy")
    records = await stored(log, "in")
    assert [record.key for record in records] == [record.key for record in await stored(log, "out")]
    assert [list(range(RECORDS))] * WRITERS == [sorted(numbers(records, writer)) for writer in range(WRITERS)]


async def test_a_waiting_reader_hears_of_another_process(opener: Open, place: str, tmp_path: Path) -> None:
    log = await opener()
    async with log.read(["in"], "g") as reader:
        assert await reader.next_batch(0.0) is None
        with child(tmp_path / "said", "append", place, "other", "1") as writer:
            async with asyncio.timeout(20.0):
                batch = await reader.next_batch(600.0)
            await until(writer.has_ended_well)
    assert batch is not None
    assert ["other-0"] == [record.key for record in batch.records]
