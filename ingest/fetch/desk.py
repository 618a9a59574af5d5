"""The desk of one account: works off what is due, within the budget, and leaves a vendor in trouble alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from time import time

import structlog

from ingest.api import (
    Answer,
    BudgetSpent,
    Call,
    Fetched,
    NotThere,
    Request,
    Unfetchable,
    VendorLimited,
    VendorRefused,
    VendorUnavailable,
)
from ingest.calling.account import Account
from ingest.calling.client import Client
from ingest.calling.spending import Spending
from ingest.fetch.asking import request_of
from ingest.fetch.letters import STAGE
from ingest.fetch.queue import Queue
from ingest.fetch.waiting import Errand, Waiting
from runtime import metrics
from runtime.errands.pauses import Breaker, Patience
from runtime.errors import HooklineError, RecordTooLarge
from schemas.deadletter import DeadLetterReason

_log = structlog.get_logger(__name__)

_LOOK_AGAIN = 60.0
_MISSING_AGAIN = 60.0
"""Seconds between two askings for what is not there (IDVerse, section 3.1: no id more often than once a minute)."""


@dataclass(slots=True)
class Desk:
    """``run`` works until it is told to ``close``, and then finishes what it has begun. Its log's troubles end it:
    whoever owns the partition then begins anew.
    """

    client: Client
    queue: Queue
    spending: Spending
    patience: Patience
    horizon: float
    clock: Callable[[], float] = time
    waiting: Waiting = field(default_factory=Waiting)
    closing: bool = False
    _breaker: Breaker = field(init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._breaker = Breaker(self.patience)

    @property
    def account(self) -> Account:
        return self.client.account

    def add(self, errand: Errand) -> None:
        """It is due by now, also where the clock of whoever asked is ahead of ours."""
        now = self.clock()
        errand.due_at, errand.asked_at = min(errand.due_at, now), min(errand.asked_at, now)
        self.waiting.add(errand)
        self._changed.set()

    def close(self) -> None:
        self.closing = True
        self._changed.set()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                while not self.closing:
                    await self._next(tasks)
        finally:  # whoever asks the vendor from now on tells of it
            self._show(0, 0)

    async def _next(self, tasks: asyncio.TaskGroup) -> None:
        """The next errand is under way, or it was waited for."""
        self._changed.clear()
        await self._settle_needless()
        wait = self._wait()
        self._show(len(self.waiting), self._breaker.wait(self.clock()) if wait else 0)
        if wait is None or wait > 0:
            await self._sleep(wait)
        elif (errand := self.waiting.take(self.clock())) is not None:
            tasks.create_task(self._work_off(errand), name=f"fetch {self.account.name}")

    async def _sleep(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN if seconds is None else min(seconds, _LOOK_AGAIN)):
                await self._changed.wait()

    def _wait(self) -> float | None:
        """Seconds until the next errand may be begun; ``None`` until something changes."""
        at_once = 1 if self._breaker.probing else self.account.budget.parallel
        if self.waiting.running >= at_once:
            return None
        due = self.waiting.wait(self.clock())
        if due is None:
            return None
        return max(due, self._breaker.wait(self.clock()), self.spending.wait(self.clock(), reconciling=False))

    def _show(self, waiting: int, paused: float) -> None:
        metrics.FETCH_WAITING.labels(self.account.name).set(waiting)
        metrics.FETCH_PAUSED.labels(self.account.name).set(paused)

    async def _settle_needless(self) -> None:
        while self.waiting.needless:
            await self.queue.settle(self.waiting.needless.pop())

    async def _work_off(self, errand: Errand) -> None:
        try:
            await self._judged(errand)
        finally:
            self._changed.set()

    async def _judged(self, errand: Errand) -> None:
        """Reads the target, and does what the outcome asks for."""
        call: Call = partial(self._call, errand)
        try:
            fetched = await self.account.api.fetch(call, errand.target)
        except BudgetSpent as error:
            self.waiting.back(errand, self.clock() + error.after)
        except VendorLimited as error:
            self._breaker.failed(self.clock(), max(error.after or 0, self.account.api.after_limit))
            await self._failed(errand, error)
        except VendorUnavailable as error:
            self._breaker.failed(self.clock(), error.after)
            await self._failed(errand, error)
        except NotThere as error:
            self._breaker.worked()
            await self._missed(errand, error)
        except (VendorRefused, Unfetchable) as error:
            self._breaker.worked()
            await self._give_up(errand, DeadLetterReason.REFUSED, str(error))
        except HooklineError:  # the log's: whoever owns the partition begins anew
            raise
        except Exception as error:  # a fault of ours in a vendor's file must not stop what else is to be read
            _log.exception("fetching failed", source=self.account.name)
            await self._give_up(errand, DeadLetterReason.PROGRAM_ERROR, type(error).__name__)
        else:
            self._breaker.worked()
            await self._kept(errand, fetched)

    async def _kept(self, errand: Errand, fetched: Fetched) -> None:
        try:
            await self._keep(errand, fetched)
        except RecordTooLarge as error:
            await self._give_up(errand, DeadLetterReason.NOT_FETCHED, str(error))

    async def _call(self, errand: Errand, request: Request) -> Answer:
        return await self.client.call(request, partial(self._spend, errand))

    async def _spend(self, errand: Errand, _request: Request) -> None:
        """The call is counted, durably, before it is made. Raises ``BudgetSpent`` where there is no room for it."""
        if not self.spending.is_bounded:
            return
        async with self._counting:
            wait = self.spending.wait(self.clock(), reconciling=errand.reconciles)
            if wait > 0:
                raise BudgetSpent(f"{self.account.name}: the budget of calls is spent", wait)
            self.spending.spend(self.clock(), reconciling=errand.reconciles)
            await self.queue.count(self.account.name, self.spending.own)

    async def _failed(self, errand: Errand, error: VendorUnavailable) -> None:
        """It waits, longer each time; past the horizon it is a dead letter."""
        errand.failures += 1
        now = self.clock()
        if now - errand.asked_at >= self.horizon:
            detail = f"{error}; not to be had for {self.horizon:g} s ({errand.failures} failures)"
            await self._give_up(errand, DeadLetterReason.NOT_FETCHED, detail)
            return
        pause = max(self.patience.pause(errand.failures), self._breaker.wait(now))
        _log.warning("fetch waits", source=self.account.name, error=str(error), seconds=round(pause, 1))
        self.waiting.back(errand, now + pause)

    async def _missed(self, errand: Errand, error: NotThere) -> None:
        missing_for = self.account.api.missing_for
        if self.clock() - errand.asked_at < missing_for:
            self.waiting.back(errand, self.clock() + min(_MISSING_AGAIN, missing_for))
        elif errand.target.kind in self.account.api.gone:
            await self.queue.store(self.account, errand, error.answer or b"", gone=True)
            await self._settled(errand)
        else:
            await self._give_up(errand, DeadLetterReason.NOT_THERE, f"{error} for {missing_for:g} s")

    async def _give_up(self, errand: Errand, reason: DeadLetterReason, detail: str) -> None:
        await self.queue.give_up(errand, self.account.name, reason, detail)
        self.waiting.done(errand)
        metrics.DEAD_LETTERS.labels(STAGE, reason).inc()
        _log.error("not fetched", source=self.account.name, reason=reason.value, error=detail)

    async def _keep(self, errand: Errand, fetched: Fetched) -> None:
        """Stored is what came, unless it is what was stored of it just before; then it is settled, or read again."""
        await self._store(errand, fetched.bodies)
        for target in fetched.more:
            now = datetime.now(UTC)
            tick = int(now.timestamp()) if errand.cause is None else None
            await self.queue.ask(request_of(target, self.account.name, errand.cause, now, tick))
        errand.failures = 0
        again = None if fetched.settled else self._again(errand)
        if again is not None:
            self.waiting.back(errand, again)
        else:
            await self._settled(errand)

    async def _settled(self, errand: Errand) -> None:
        await self.queue.settle(errand.record.key)
        self.waiting.done(errand)

    async def _store(self, errand: Errand, bodies: Sequence[bytes]) -> None:
        digests = [sha256(body).digest() for body in bodies]
        for digest, body in zip(digests, bodies, strict=True):
            if digest not in errand.told:
                await self.queue.store(self.account, errand, body)
                metrics.FETCHED.labels(self.account.name).inc()
        errand.told = frozenset(digests)

    def _again(self, errand: Errand) -> float | None:
        """When to look again by the vendor's own schedule; ``None`` after its end."""
        passed = self.clock() - errand.asked_at
        later = (after for after in self.account.again if after > passed)
        after = next(later, None)
        return None if after is None else errand.asked_at + after
