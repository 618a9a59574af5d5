"""The desks of one partition of requests: open while this process owns it, each filled from the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from ingest.calling.account import Account
from ingest.calling.client import Client
from ingest.calling.spending import Counts, Spending
from ingest.calling.transport import session
from ingest.fetch.desk import Desk
from ingest.fetch.queue import Queue
from ingest.fetch.telling import BudgetTeller
from ingest.fetch.waiting import Errand, errand_of
from runtime.errands.pauses import Patience
from runtime.errors import HooklineError
from runtime.settings import FetchSettings
from schemas.fetching import FetchRequest

_log = structlog.get_logger(__name__)

_DRAIN = 5.0
"""Seconds that readings under way have to end; a budget paid for their calls."""


@dataclass(slots=True)
class Office:
    """Requests before the offset ``known`` were found by reading the topic itself."""

    accounts: Mapping[str, Account]
    queue: Queue
    settings: FetchSettings
    known: int = 0
    _spent: Mapping[str, Counts] = field(default_factory=dict)
    _desks: dict[str, Desk] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _telling: list[asyncio.Task[None]] = field(default_factory=list)
    _worked_off: asyncio.Event = field(default_factory=asyncio.Event)
    _pools: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self) -> None:
        """What the log holds is waiting here, and worked off. Raises the log's errors."""
        self._spent = await self.queue.spent()
        await self.fill()

    async def fill(self) -> None:
        """As much of what nobody has settled is waiting as there is room for."""
        for desk in self._desks.values():
            desk.waiting.left_out = False
        async for record, request in self.queue.unsettled():
            self.known = max(self.known, record.offset + 1)
            if request.source in self.accounts:
                self.add(request, errand_of(request, record))

    def add(self, request: FetchRequest, errand: Errand) -> None:
        desk = self._desks.get(request.source) or self._open_desk(self.accounts[request.source])
        desk.add(errand)

    def settled(self, key: str) -> None:
        """The log has a tombstone of that request."""
        source, _, rest = key.partition("/")
        kind, _, named = rest.partition("/")
        if source in self._desks:
            self._desks[source].waiting.settled((kind, named.rpartition("/")[0]), key)

    async def look_after(self) -> None:
        """Raises what a desk ended with; fills desks that have room again."""
        for task in (*self._tasks, *self._telling):
            if task.done():
                _raise_failure(task)
        if any(desk.waiting.has_room_again for desk in self._desks.values()):
            await self.fill()

    async def close(self) -> None:
        """Nothing more is begun. Readings under way may end within a bound; what was not settled is still due."""
        for desk in self._desks.values():
            desk.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_DRAIN)
            for task in late:
                task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._worked_off.set()
        ended += await asyncio.gather(*self._telling, return_exceptions=True)
        await self._pools.aclose()
        for error in ended:
            if isinstance(error, Exception):  # what it was about is still due, so the next owner meets it again
                _log.warning("desk ended in trouble", partition=self.queue.partition, error=str(_leaf(error)))

    def _open_desk(self, account: Account) -> Desk:
        pool = session(account.budget.parallel)
        self._pools.push_async_callback(pool.close)
        spending = Spending(account.budget, others=dict(self._spent.get(account.name, {})))
        patience = Patience(self.settings.first_pause, self.settings.longest_pause)
        desk = Desk(Client(account, pool), self.queue, spending, patience, self.settings.horizon)
        self._desks[account.name] = desk
        self._tasks.append(asyncio.create_task(desk.run(), name=f"desk {account.name}"))
        teller = BudgetTeller(self.queue.log, account, spending)
        self._telling.append(asyncio.create_task(teller.run(self._worked_off), name=f"budget {account.name}"))
        return desk


def _raise_failure(task: asyncio.Task[None]) -> None:
    """A desk ends with a group of what its readings ended with; one of our own errors is raised as it is."""
    error = task.exception()
    if isinstance(error, BaseExceptionGroup):
        error = _leaf(error.split(HooklineError)[1] or error)
    if error is not None:
        raise error


def _leaf(error: BaseException) -> BaseException:
    return _leaf(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
