"""Processes of their own, for tests that kill them or let them share a file. Run as ``python -m tests.eventlog.child``.

What a child prints, a line at a time, has happened: a line is written only after the log acknowledged it.
"""

# ruff: noqa: ASYNC240 - small files in a test's own folder hold nobody up

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import sys
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path

from runtime.errors import LogUnavailable
from tests.eventlog.backends import message, open_at, stored


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def with_checksum(payload: bytes) -> bytes:
    return sha256(payload).digest() + payload


def is_whole(value: bytes) -> bool:
    """Whether it is what ``with_checksum`` made, to the last byte."""
    return sha256(value[32:]).digest() == value[:32]


async def append(url: str, prefix: str, limit: str) -> None:
    """Many callers append ``limit`` records in all (0: without end) and say each key once it is acknowledged."""
    log = await open_at(url)
    numbers = count() if limit == "0" else iter(range(int(limit)))

    async def caller() -> None:
        for number in numbers:
            key = f"{prefix}-{number}"
            await log.append("in", message(key, with_checksum(os.urandom(number % 9000))))
            say(key)

    await asyncio.gather(*(caller() for _ in range(16)))
    await log.close()


async def copy(url: str, prefix: str) -> None:
    """A member of the group ``copy`` emits every input's key and says so, for ever; then it is killed."""
    log = await open_at(url)
    async with log.read(["in"], "copy", max_records=20) as reader:
        while True:
            batch = await reader.next_batch(60.0)
            if batch is not None:
                await log.finish(batch, [("out", message(record.key, b"")) for record in batch.records])
                say(f"{prefix} {batch.next_offset}")


async def hold(url: str) -> None:
    """Holds the topic ``in`` for the group ``copy`` and does nothing with it."""
    log = await open_at(url)
    batch = await log.read(["in"], "copy").next_batch(60.0)
    assert batch is not None
    say(str(batch.epoch))
    await asyncio.Event().wait()


async def lock(path: str) -> None:
    """Holds the file's write lock until its standard input ends."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        say("locked")
        await asyncio.to_thread(sys.stdin.read)


async def fill_the_disk(url: str, path: str) -> None:
    """A file size limit plays the full disk: one append and then another, first under it, then with it lifted."""
    log = await open_at(url)
    await log.append("in", message("before", b"x" * 50_000))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max(Path(path).stat().st_size, Path(path + "-wal").stat().st_size) + 100_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    errors = [await _error(log.append("in", message(f"full-{number}", b"x" * 500_000))) for number in range(2)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await log.append("in", message("after", b"x" * 500_000))
    say(json.dumps({"errors": errors, "keys": [record.key for record in await stored(log, "in")]}))
    await log.close()


async def _error(appending: object) -> str:
    try:
        await appending  # type: ignore[misc]
    except LogUnavailable as error:
        return str(error)
    return ""


async def contains(path: str, *needles: str) -> None:
    """Says how often each needle (hex) stands in the file and in its write-ahead log.

    A process of its own has to look: closing the file again would drop the locks that SQLite holds in this one.
    """
    found = Path(path).read_bytes() + Path(path + "-wal").read_bytes()
    say(json.dumps([found.count(bytes.fromhex(needle)) for needle in needles]))


if __name__ == "__main__":
    tasks = {task.__name__: task for task in (append, copy, hold, lock, fill_the_disk, contains)}
    asyncio.run(tasks[sys.argv[1]](*sys.argv[2:]))
