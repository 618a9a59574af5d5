"""What the read model knows of open work, for the rules about what takes long.

The read model's trouble stops nobody but these rules: they wait, and say so in the process's health.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime, timedelta

from consumers.alerts import rule as names
from consumers.alerts.cooling import micros
from consumers.alerts.finding import Finding
from consumers.alerts.rule import Rule
from consumers.alerts.waits import expires_soon, review_too_old
from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections import queries
from consumers.projections.positions import all_positions
from consumers.projections.queries import StatusRow, WorkFilter
from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog
from runtime.periodic import Periodic
from schemas.event import WaitsFor
from schemas.topics import VERIFICATION_EVENTS

DEADLINE = 20.0
"""Seconds that one look may take. What was found until then counts, and the rest is found by the next one."""

BEHIND = timedelta(minutes=5)
"""How old the first event may be that the read model has not seen."""

_PAGE = 500
Found = tuple[Rule, Finding]


class OpenWork:
    """Looks at the read model, which is opened when it is first needed and as often as it takes."""

    def __init__(self, url: str, rules: Sequence[Rule], log: EventLog, stack: AsyncExitStack) -> None:
        self._url = url
        self._log = log
        self._reviews = [rule for rule in rules if rule.when == names.REVIEW_TOO_OLD]
        self._expiries = [rule for rule in rules if rule.when == names.EXPIRES_SOON]
        self._stack = stack
        self._store: Store | None = None
        self._trouble: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether any rule looks at it."""
        return bool(self._reviews or self._expiries)

    async def findings(self, now: datetime, is_new: Callable[[Rule, Finding], bool], most: int) -> list[Found]:
        """What the rules find at that time and ``is_new`` lets through, at most so many.

        Never fails because of the read model: what could not be looked at is not there, and ``check`` says why.
        """
        found: list[Found] = []
        try:
            async with asyncio.timeout(DEADLINE):
                store = await self._opened()
                await self._check_level(store, now)
                async with aclosing(self._look(store, now)) as looked:
                    async for rule, finding in looked:
                        if is_new(rule, finding):
                            found.append((rule, finding))
                        if len(found) == most:
                            break
        except (ProjectionUnavailable, ProjectionRefused) as error:
            self._trouble = str(error)
        except TimeoutError:
            self._trouble = f"the read model: a look at the open work took longer than {DEADLINE:g} s"
        else:
            self._trouble = None
        return found

    async def check(self) -> None:
        """Raises ``ProjectionUnavailable`` where the last look did not succeed."""
        if self._trouble is not None:
            raise ProjectionUnavailable(f"rules about open work wait: {self._trouble}")

    async def _opened(self) -> Store:
        if self._store is None:
            # Its tables are the projector's: until it has made them, these rules wait.
            self._store = await self._stack.enter_async_context(open_store(self._url, migrates=False))
        return self._store

    async def _check_level(self, store: Store, now: datetime) -> None:
        """Raises ``ProjectionUnavailable`` where the read model is being filled: it shows what was long ago."""
        async with store.reading() as connection:
            read = await all_positions(connection)
        for partition in await self._log.ends(VERIFICATION_EVENTS):
            start = read.get((VERIFICATION_EVENTS, partition), 0)
            async for record in self._log.scan(VERIFICATION_EVENTS, partition=partition, start=start):
                if micros(now) - record.appended_at > BEHIND // timedelta(microseconds=1):
                    raise ProjectionUnavailable("the read model is behind the log; see `hookline project`")
                break

    async def _look(self, store: Store, now: datetime) -> AsyncGenerator[Found]:
        if self._reviews:
            async for row in _waiting(store, now - timedelta(hours=min(rule.hours for rule in self._reviews))):
                for rule in self._reviews:
                    finding = review_too_old(rule, row, now)
                    if finding is not None and _looks_at(rule, row):
                        yield rule, finding
        for rule in self._expiries:
            async for row in _living(store, rule, now):
                finding = expires_soon(rule, row, now)
                if finding is not None and _looks_at(rule, row):
                    yield rule, finding


def _looks_at(rule: Rule, row: StatusRow) -> bool:
    return rule.looks_at(row.provider, row.source, test=row.test)


async def _waiting(store: Store, before: datetime) -> AsyncIterator[StatusRow]:
    """What has waited for a reviewer since then or longer, the longest wait first."""
    cursor = None
    while True:
        wanted = WorkFilter(waits_for=WaitsFor.REVIEWER)
        page = await queries.open_work(store, wanted, cursor=cursor, limit=_PAGE)
        for row in page.items:
            if row.waits_since is None or row.waits_since > before:
                return
            yield row
        if page.next is None:
            return
        cursor = page.next


async def _living(store: Store, rule: Rule, now: datetime) -> AsyncIterator[StatusRow]:
    """Open verifications of the accounts whose lifetimes are known, unless they must have ended."""
    for account in await queries.sources(store):
        hours = rule.lifetimes.get(account.source, rule.lifetimes.get(account.provider))
        if hours is not None:
            since = now - timedelta(hours=hours)
            async for row in queries.open_verifications(store, account.provider, account.source, since):
                yield row


@asynccontextmanager
async def open_work(url: str, rules: Sequence[Rule], log: EventLog) -> AsyncIterator[OpenWork]:
    """Closed with the context."""
    async with AsyncExitStack() as stack:
        yield OpenWork(url, rules, log, stack)


def periodic(work: OpenWork, every: float) -> Periodic:
    """Says in the process's health, and again and again in its log, that these rules wait."""
    return Periodic("alert-open-work", every, work.check, retriable=(ProjectionUnavailable,))
