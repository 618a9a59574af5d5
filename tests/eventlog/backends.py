"""The backends that the promises are tested on, and in what each is allowed to differ."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runtime.eventlog import EventLog, Record, open_log
from schemas.message import Headers, Message

COMPACTED = "memory.test"
"""The one topic that every log opened here declares compacted."""

Open = Callable[..., Awaitable[EventLog]]


@dataclass(frozen=True, slots=True)
class Backend:
    """``place`` gives the URL of a log that does not exist yet, and takes whatever is there away afterwards.

    ``differences`` are tests by name that must fail on this backend, each with the reason.
    """

    name: str
    place: Callable[[Path], AbstractAsyncContextManager[str]]
    differences: Mapping[str, str] = field(default_factory=dict)


def is_compacted(topic: str) -> bool:
    return topic == COMPACTED


async def open_at(url: str, deadline: float = 5.0, max_record_bytes: int = 1_000_000) -> EventLog:
    """The log at ``url``; opening it again finds what was stored before."""
    return await open_log(url, is_compacted=is_compacted, deadline=deadline, max_record_bytes=max_record_bytes)


@asynccontextmanager
async def _sqlite_place(folder: Path) -> AsyncIterator[str]:
    yield f"sqlite:///{folder / 'log.db'}"


SQLITE = Backend("sqlite", _sqlite_place)
BACKENDS = (SQLITE,)


def message(key: str, value: bytes | None = b"", headers: Headers = ()) -> Message:
    """A message whose partition is always the same one."""
    return Message(key, "one", headers, value)


async def stored(log: EventLog, topic: str) -> list[Record]:
    return [record async for record in log.scan(topic)]


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]
