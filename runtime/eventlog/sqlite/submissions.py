"""The event loop's side of writing: what callers wait for, how much of it and for how long."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.errors import HooklineError, LogUnavailable
from runtime.eventlog.api import IsCompacted
from runtime.eventlog.sqlite.operations import Operation, Outcome
from runtime.eventlog.sqlite.writer import Writer

MAX_WAITING = 20_000
MAX_WAITING_BYTES = 64 * 1024 * 1024
_MARGIN = 1.0
_HAND_OVER_AT = 32
"""Operations of one turn that the writer may begin with while the loop goes on making more."""


class Submissions:
    """Hands operations to the writer and settles their futures. Everything here runs on the loop that made it.

    What is submitted in one turn of the loop is handed over as one list, and a group comes back in one call: threads
    wake each other twice a group, not twice a record. ``committed`` is told the topics that each group wrote to.
    """

    def __init__(
        self, path: Path, is_compacted: IsCompacted, deadline: float, committed: Callable[[set[str]], None]
    ) -> None:
        self._path = path
        self._deadline = deadline
        self._committed = committed
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._closed = False
        self._fresh: list[Operation] = []
        self._count = self._bytes = 0
        self._expiries: deque[tuple[float, asyncio.Future[int]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._writer = Writer(path, is_compacted, self._from_writer, self._writer_ended)
        self._writer.start()

    def future(self) -> asyncio.Future[int]:
        return self._loop.create_future()

    def submit(self, operation: Operation) -> asyncio.Future[int]:
        """The operation's outcome, to be awaited: it is there once its transaction is on the disk.

        Raises ``LogUnavailable`` at once when too much waits already or the log is closed; the outcome raises it after
        the deadline.
        """
        self._admit(operation)
        if not self._fresh:
            self._loop.call_soon(self._hand_over)
        self._fresh.append(operation)
        if len(self._fresh) == _HAND_OVER_AT:
            self._hand_over()
        self._expiries.append((self._loop.time() + self._deadline, operation.future))
        if self._timer is None:
            self._timer = self._loop.call_later(self._deadline, self._expire)
        return operation.future

    async def close(self) -> None:
        """What was submitted is settled within the deadline, and the writer's thread is gone or about to."""
        if not self._closed:
            self._closed = True
            self._hand_over()
            self._writer.inbox.put(None)
        try:
            async with asyncio.timeout(self._deadline + _MARGIN):
                await self._ended.wait()
        except TimeoutError:
            raise LogUnavailable(
                f"log file {self._path}: the writer did not end within {self._deadline + _MARGIN} s; "
                "the disk does not answer: look at it, then end the process"
            ) from None
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _admit(self, operation: Operation) -> None:
        if self._closed:
            raise LogUnavailable(f"log file {self._path}: closed; open it anew")
        size = operation.size = sum([row.size for row in operation.rows])
        if self._count and (self._count >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES):
            raise LogUnavailable(
                f"log file {self._path}: not written, {self._count} writes ({self._bytes} bytes) wait already"
                f"{self._because()}; send less, or try again later"
            )
        self._count += 1
        self._bytes += size

    def _because(self) -> str:
        return f" ({self._writer.trouble})" if self._writer.trouble else ""

    def _hand_over(self) -> None:
        if self._fresh:
            self._writer.inbox.put(self._fresh)
            self._fresh = []

    def _from_writer(self, group: Sequence[Operation], outcomes: Sequence[Outcome]) -> None:
        self._call(self._settle, group, outcomes)

    def _writer_ended(self) -> None:
        self._call(self._ended.set)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """On the writer's thread. A loop that was closed without closing the log has nobody left to tell."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *arguments)

    def _settle(self, group: Sequence[Operation], outcomes: Sequence[Outcome]) -> None:
        self._count -= len(group)
        self._bytes -= sum([operation.size for operation in group])
        topics = {row.topic for operation in group for row in operation.rows}
        for operation, outcome in zip(group, outcomes, strict=True):
            _resolve(operation.future, outcome)
        while self._expiries and self._expiries[0][1].done():
            self._expiries.popleft()
        self._committed(topics)

    def _expire(self) -> None:
        now = self._loop.time()
        while self._expiries and (self._expiries[0][0] <= now or self._expiries[0][1].done()):
            _resolve(self._expiries.popleft()[1], self._too_late())
        self._timer = self._loop.call_at(self._expiries[0][0], self._expire) if self._expiries else None

    def _too_late(self) -> LogUnavailable:
        return LogUnavailable(
            f"log file {self._path}: not written within {self._deadline} s{self._because()}; unknown whether it will "
            "be: look at the disk and at who else uses the file, then try again"
        )


def _resolve(future: asyncio.Future[int], outcome: Outcome) -> None:
    if future.done():
        return
    if isinstance(outcome, HooklineError):
        future.set_exception(type(outcome)(*outcome.args))
    else:
        future.set_result(outcome)
