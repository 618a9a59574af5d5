"""Looks at what is open, and requests what to read about it: the fetching stage asks, within the same budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time

import structlog

from ingest.api import Open, Unfetchable
from ingest.calling.account import Account
from ingest.fetch.asking import request_of
from ingest.fetch.occasions import asked
from ingest.reconcile.occasions import latest, reach
from runtime import metrics
from runtime.eventlog import EventLog
from runtime.periodic import Periodic
from schemas import fetching, topics
from schemas.fetching import FetchRequest

_log = structlog.get_logger(__name__)

NAME = "reconcile"

OpenSince = Callable[[str, str, timedelta], AsyncIterator[Open]]
"""The open verifications of a vendor's source that had an event within that time."""


@dataclass(slots=True)
class Reconciler:
    """Each occasion is requested once by this process; whether another one has done so is the fetching stage's to see.

    ``open_since`` comes from the projections.
    """

    accounts: Mapping[str, Account]
    log: EventLog
    open_since: OpenSince
    clock: Callable[[], float] = time
    _requested: dict[str, int] = field(default_factory=dict)

    async def look(self) -> None:
        """Whatever has come due was requested. Raises the errors of the log and of the projections."""
        still: dict[str, int] = {}
        async for account, request in self._due():
            about = _about(request)
            assert request.tick is not None  # noqa: S101 - what ``_due`` gives
            still[about] = request.tick
            if self._requested.get(about) != request.tick:
                await self.log.append(topics.fetch_requests(account.vendor), fetching.to_message(request))
                metrics.RECONCILED.labels(account.name).inc()
        if still.keys() - self._requested.keys():
            _log.info("asks about open verifications", number=len(still.keys() - self._requested.keys()))
        self._requested = still

    async def would_ask(self) -> Sequence[FetchRequest]:
        """What ``look`` would have asked now, without what was asked on that occasion before."""
        vendors = {account.vendor for account in self.accounts.values()}
        known = {key: tick for vendor in vendors for key, tick in (await asked(self.log, vendor)).items()}
        return [request async for _, request in self._due() if (request.tick or 0) > known.get(_about(request), 0)]

    async def _due(self) -> AsyncIterator[tuple[Account, FetchRequest]]:
        for account in self.accounts.values():
            if not account.since_last and not account.since_first:
                continue
            async for verification in self.open_since(account.vendor, account.name, reach(account)):
                tick = latest(verification, account, self.clock())
                request = None if tick is None else _request(verification, account, tick)
                if request is not None:
                    yield account, request


def _request(verification: Open, account: Account, tick: int) -> FetchRequest | None:
    try:
        target = account.api.target_of(verification)
    except Unfetchable:
        return None  # the vendor has no call that would tell
    return request_of(target, account.name, None, datetime.now(UTC), tick)


def _about(request: FetchRequest) -> str:
    return f"{request.source}/{request.kind}/{request.verification_id}"


def periodic(reconciler: Reconciler, every: float, retriable: tuple[type[Exception], ...]) -> Periodic:
    return Periodic(NAME, every, reconciler.look, retriable)
