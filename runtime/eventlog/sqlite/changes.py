"""Who waits for new records, and how they learn that there are some."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from runtime.errors import LogUnavailable
from runtime.eventlog.sqlite.file import Session, connect

POLL_SECONDS = 0.025


class Subscription:
    """Set whenever one of its topics may have new records. Clear it before looking, wait after."""

    def __init__(self, topics: Sequence[str]) -> None:
        self.topics = frozenset(topics)
        self._event = asyncio.Event()

    def clear(self) -> None:
        self._event.clear()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float | None) -> None:
        """Returns when it is set, at the latest after ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()


class Changes:
    """Wakes subscriptions: at once after commits of this process, within 25 ms after those of another.

    SQLite says cheaply whether another connection has committed (``PRAGMA data_version``); one thread asks for all
    subscriptions, from the first of them on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._subscriptions: set[Subscription] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def subscribe(self, topics: Sequence[str]) -> Iterator[Subscription]:
        subscription = self.add(topics)
        try:
            yield subscription
        finally:
            self.remove(subscription)

    def add(self, topics: Sequence[str]) -> Subscription:
        subscription = Subscription(topics)
        self._subscriptions.add(subscription)
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="eventlog-watcher", daemon=True)
            self._thread.start()
        return subscription

    def remove(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)

    def committed(self, topics: set[str]) -> None:
        """Wakes who waits for one of these topics."""
        for subscription in self._subscriptions:
            if not subscription.topics.isdisjoint(topics):
                subscription.set()

    def wake_all(self) -> None:
        for subscription in self._subscriptions:
            subscription.set()

    async def close(self) -> None:
        """Whoever waits is woken, and finds the log closed."""
        self._stop.set()
        self.wake_all()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 40 * POLL_SECONDS)

    def _watch(self) -> None:
        session: Session | None = None
        seen = 0
        while not self._stop.wait(POLL_SECONDS):
            before = seen
            session, seen = self._version(session)
            if (session is None or seen != before) and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self.wake_all)
        if session is not None:
            session.connection.close()

    def _version(self, session: Session | None) -> tuple[Session | None, int]:
        """A file in trouble wakes everybody at every look: they meet the trouble themselves and say what it is."""
        try:
            current = session or connect(self._path, writing=False)
            current.check_current(self._path)
            (version,) = current.connection.execute("PRAGMA data_version").fetchone()
        except (sqlite3.Error, LogUnavailable):
            if session is not None:
                session.connection.close()
            return None, 0
        return current, version
