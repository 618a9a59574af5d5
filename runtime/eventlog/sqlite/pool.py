"""The threads that read, and the connections that they read with."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from runtime.errors import LogUnavailable
from runtime.eventlog.sqlite.file import Session, connect
from runtime.eventlog.sqlite.trouble import as_unavailable

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 4


class Pool:
    """Runs queries on a few threads of its own. Connections are kept for the next query unless they failed."""

    def __init__(self, path: Path, deadline: float) -> None:
        self._path = path
        self._deadline = deadline
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="eventlog-reader")
        self._idle: list[Session] = []
        self._closed = False

    async def run(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``query`` returns. Raises ``LogUnavailable`` when it fails or takes longer than the deadline."""
        self.check_open()
        work = asyncio.get_running_loop().run_in_executor(self._threads, lambda: self._run(query, *args, **kwargs))
        try:
            async with asyncio.timeout(self._deadline):
                return await work
        except TimeoutError:
            raise LogUnavailable(
                f"log file {self._path}: no answer within {self._deadline} s; look at the disk, then try again"
            ) from None

    def check_open(self) -> None:
        """Raises ``LogUnavailable`` once closed."""
        if self._closed:
            raise LogUnavailable(f"log file {self._path}: closed; open it anew")

    def close(self) -> None:
        """No further query starts; connections are closed, those in use as soon as their query ends."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=False)
        self._close_idle()

    def _run(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.check_open()
        with as_unavailable(self._path):
            session = self._idle.pop() if self._idle else connect(self._path, writing=False)
            try:
                session.check_current(self._path)
                result = query(session.connection, *args, **kwargs)
            except BaseException:
                session.connection.close()
                raise
            self._idle.append(session)
        if self._closed:
            self._close_idle()
        return result

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().connection.close()
