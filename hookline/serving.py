"""Wires the stages that a process runs to one log, and runs them until they are told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from consumers.alerts.delivery import stage as delivery
from consumers.alerts.wiring import Alerting, alerting
from consumers.errors import ProjectionUnavailable
from consumers.projections import projector, queries
from consumers.projections.store import Store, open_store
from hookline.logs import opened_log
from hookline.registry import explained, schemas_ready
from hookline.topics import check_topics
from ingest.api import Open
from ingest.calling import Account, accounts_of
from ingest.fetch import stage as fetcher
from ingest.receive import Receiver, observing, serve, sources_of
from ingest.receive.observing import Doors
from ingest.reconcile.reconciler import OpenSince, Reconciler, periodic
from normalizers import stage as normalizer
from runtime import metrics
from runtime.errors import SettingsInvalid
from runtime.eventlog import EventLog
from runtime.observability import serve_operations
from runtime.periodic import Periodic, run_periodically
from runtime.settings import Settings
from runtime.stage import Health, Stage, run_stage
from schemas.event import SubjectKind
from schemas.registry import verify

_log = structlog.get_logger(__name__)

RECEIVE, FETCH, RECONCILE, NORMALIZE, PROJECT, ALERT = PARTS = (
    "receive",
    "fetch",
    "reconcile",
    "normalize",
    "project",
    "alert",
)
CONSOLE = "console"
"""Runs in a process of its own: whoever may act there must not be able to stop anything else."""

_OF_SOURCES = {RECEIVE, FETCH, RECONCILE, NORMALIZE, CONSOLE}
"""The parts that are of no use without a source."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where the parts of this process answer. ``receiver`` is ``None`` where none runs here.

    What ``/ready`` asks are the ``healths``: whoever runs something beside the parts adds its own.
    """

    log: EventLog
    receiver: str | None
    operations: str
    stages: tuple[Stage, ...]
    healths: list[Health]


@asynccontextmanager
async def running(settings: Settings, parts: Collection[str]) -> AsyncIterator[Running]:
    """The named parts, running while the context is open.

    On leaving, the receiver answers what it has in hand, then every stage finishes its batch, then the log closes. A
    fault of the program in one of them ends the context's body and leaves here as an exception.
    """
    with explained():
        verify()
    if not settings.source and _OF_SOURCES & set(parts):
        raise SettingsInvalid("source: none configured; add a [[source]] with name, vendor and secrets")
    sources = sources_of(settings.source) if RECEIVE in parts else {}
    accounts = accounts_of(settings.source) if {FETCH, RECONCILE} & set(parts) else {}
    async with AsyncExitStack() as stack:
        if not set(parts) <= {RECEIVE, CONSOLE}:  # these store bytes as they came, whatever becomes of the registry
            await stack.enter_async_context(schemas_ready(settings.registry))
        for weakness in await check_topics(settings, parts):
            _log.warning("topics would not survive a broker's loss", weakness=weakness)
        log = await stack.enter_async_context(opened_log(settings))
        alerts = await stack.enter_async_context(alerting(settings, log)) if ALERT in parts else Alerting()
        stages = [*await _stages(settings, parts, log, accounts, stack), *alerts.stages]
        again = [*await _periodic(settings, parts, log, accounts, stack), *alerts.again]
        staged = [(stage, Health(stage.name)) for stage in stages]
        repeated = [(each, Health(each.name)) for each in again]
        healths = [health for _, health in (*staged, *repeated)]
        operations = await stack.enter_async_context(serve_operations(settings.observability, log, healths))
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for stage, health in staged:
                tasks.create_task(run_stage(stage, log, stop, health), name=stage.name)
            for each, health in repeated:
                tasks.create_task(run_periodically(each, stop, health), name=each.name)
            async with AsyncExitStack() as doors:
                receiver = None
                if RECEIVE in parts:
                    door = Receiver(log, sources, settings.receiver)
                    receiver = await doors.enter_async_context(serve(door, settings.receiver))
                yield Running(log, receiver, operations, tuple(stages), healths)
            stop.set()


async def _stages(
    settings: Settings, parts: Collection[str], log: EventLog, accounts: Mapping[str, Account], stack: AsyncExitStack
) -> list[Stage]:
    stages: list[Stage] = []
    if FETCH in parts:
        stages += fetcher.stages(accounts, settings.vendors, log, settings.fetch)
    if NORMALIZE in parts:
        stages += normalizer.stages(settings.vendors, log)
    if PROJECT in parts:
        store = await stack.enter_async_context(open_store(settings.projections_url))
        stages.append(projector.stage(store, log))
    if ALERT in parts:
        stages += delivery.stages(settings, log)
    return stages


async def _periodic(
    settings: Settings, parts: Collection[str], log: EventLog, accounts: Mapping[str, Account], stack: AsyncExitStack
) -> list[Periodic]:
    again: list[Periodic] = []
    if RECEIVE in parts:
        doors = Doors(log, metrics.RECEIVER, {source.name: source.vendor for source in settings.source})
        stack.push_async_callback(doors.tell)  # last words, when the receiver has answered what it had in hand
        again.append(observing.periodic(doors))
    if RECONCILE in parts:
        store = await stack.enter_async_context(open_store(settings.projections_url, migrates=False))
        reconciler = Reconciler(accounts, log, open_in(store))
        again.append(periodic(reconciler, settings.reconcile.every, (ProjectionUnavailable,)))
    return again


def open_in(store: Store) -> OpenSince:
    """What is open in the projections, in the words of the door that asks about it."""

    async def open_since(vendor: str, source: str, reach: timedelta) -> AsyncIterator[Open]:
        async for row in queries.open_verifications(store, vendor, source, datetime.now(UTC) - reach):
            first, last = row.first_received_at.timestamp(), row.received_at.timestamp()
            is_business = row.subject_kind is SubjectKind.BUSINESS
            yield Open(row.source, row.verification_id, row.subject_ref, first, last, is_business)

    return open_since
