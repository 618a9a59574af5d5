"""What the desk of an account tells of its budget: how much of its hour and day is spent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time

import structlog

from ingest.api import DAY
from ingest.calling.account import Account
from ingest.calling.spending import HOUR, Spending
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from schemas.observation import DAY_MOST, DAY_SPENT, HOUR_MOST, HOUR_SPENT, Observation, ObservationKind, to_message
from schemas.topics import OBSERVATIONS

_log = structlog.get_logger(__name__)

EVERY = 30.0
"""Seconds between two looks at what is spent."""


@dataclass(slots=True)
class BudgetTeller:
    """Tells what is spent whenever that is another number than it told last; of an account without bounds, nothing.

    A number also changes when the hour slides on. While the log is away nothing is told: the newest number is what
    counts.
    """

    log: EventLog
    account: Account
    spending: Spending
    every: float = EVERY
    clock: Callable[[], float] = time
    _told: dict[str, int] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Tells now, again and again until ``stop`` is set, and once more then. The log's trouble never ends it."""
        while not stop.is_set():
            await self.tell()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.every):
                    await stop.wait()
        await self.tell()

    async def tell(self) -> None:
        numbers = self._numbers()
        if numbers == self._told:
            return
        at = datetime.fromtimestamp(self.clock(), UTC)
        observation = Observation(ObservationKind.BUDGET, at, self.account.vendor, self.account.name, numbers)
        try:
            await self.log.append(OBSERVATIONS, to_message(observation))
        except LogUnavailable as error:
            _log.warning("observation of a budget left out", source=self.account.name, error=str(error))
        else:
            self._told = numbers

    def _numbers(self) -> dict[str, int]:
        budget, now = self.account.budget, self.clock()
        bounds = (HOUR_SPENT, HOUR_MOST, budget.per_hour, HOUR), (DAY_SPENT, DAY_MOST, budget.per_day, DAY)
        numbers: dict[str, int] = {}
        for spent, allowed, most, span in bounds:
            if most is not None:
                numbers |= {spent: self.spending.spent(now, span), allowed: most}
        return numbers
