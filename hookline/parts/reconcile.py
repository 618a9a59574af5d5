"""Asking again and again for what should have come by now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from consumers.errors import ProjectionUnavailable
from consumers.projections import queries
from consumers.projections.store import Store, open_store
from hookline.parts import Begin, Work
from ingest.api import Open
from ingest.calling import accounts_of
from ingest.reconcile.reconciler import OpenSince, Reconciler, periodic
from runtime.eventlog import EventLog
from runtime.settings import Settings
from schemas.event import SubjectKind


def prepared(settings: Settings) -> Begin:
    accounts = accounts_of(settings.source)

    async def begin(log: EventLog, stack: AsyncExitStack) -> Work:
        store = await stack.enter_async_context(open_store(settings.projections_url, migrates=False))
        reconciler = Reconciler(accounts, log, open_in(store))
        return Work(again=(periodic(reconciler, settings.reconcile.every, (ProjectionUnavailable,)),))

    return begin


def open_in(store: Store) -> OpenSince:
    """What is open in the projections, in the words of the door that asks about it."""

    async def open_since(vendor: str, source: str, reach: timedelta) -> AsyncIterator[Open]:
        async for row in queries.open_verifications(store, vendor, source, datetime.now(UTC) - reach):
            first, last = row.first_received_at.timestamp(), row.received_at.timestamp()
            is_business = row.subject_kind is SubjectKind.BUSINESS
            yield Open(row.source, row.verification_id, row.subject_ref, first, last, is_business)

    return open_since
