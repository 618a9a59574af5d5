"""The demonstration's books: what the vendors say they sent and the stages counted, against what lies on the topics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import REGISTRY

from normalizers.reading import Unreadable
from normalizers.vendors import MAPPINGS
from runtime.eventlog import EventLog
from schemas import topics
from schemas.callback import Callback, CallbackKind, from_record

_UNAUTHENTICATED = 401


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of one run over all vendors, each from its own place.

    From the sandboxes' books: ``received`` and ``rejected``. From the fetching stage's and the normalizer's counters:
    ``fetched`` and ``duplicates``. From the stories: ``acted``. From the topics: ``callbacks``, ``documents``,
    ``actions``, ``events``, ``dead_letters``, ``alerts``. ``hints`` are the callbacks that say nothing by themselves.
    """

    received: int
    rejected: int
    fetched: int
    acted: int
    callbacks: int
    documents: int
    actions: int
    events: int
    duplicates: int
    hints: int
    dead_letters: int
    alerts: int

    @property
    def adds_up(self) -> bool:
        """Nothing was lost and nothing came from nowhere."""
        stored = self.callbacks + self.documents + self.actions
        return (
            self.received == self.callbacks + self.rejected
            and (self.fetched, self.acted) == (self.documents, self.actions)
            and stored == self.events + self.duplicates + self.hints + self.dead_letters
        )


async def ledger(log: EventLog, deliveries: Mapping[str, Mapping[str, Any]], acted: int) -> Ledger:
    """The books of everything that the log holds. ``deliveries`` are the sandboxes' books, by vendor."""
    statuses = [attempt["status"] for books in deliveries.values() for attempt in books["attempts"]]
    stored = [callback for vendor in deliveries async for callback in _stored(log, vendor)]
    kinds = [callback.kind for callback in stored]
    return Ledger(
        received=len(statuses),
        rejected=statuses.count(_UNAUTHENTICATED),
        fetched=sum(_counted("hookline_fetch_documents_total", source=vendor) for vendor in deliveries),
        acted=acted,
        callbacks=kinds.count(CallbackKind.CALLBACK),
        documents=kinds.count(CallbackKind.DOCUMENT),
        actions=kinds.count(CallbackKind.ACTION),
        events=await _count(log, topics.VERIFICATION_EVENTS),
        duplicates=sum(_counted("hookline_normalizer_duplicates_total", vendor=vendor) for vendor in deliveries),
        hints=sum(_is_hint(callback) for callback in stored),
        dead_letters=await _count(log, topics.DEAD_LETTERS),
        alerts=await _count(log, topics.ALERTS),
    )


def _counted(metric: str, **labels: str) -> int:
    return int(REGISTRY.get_sample_value(metric, labels) or 0)


def _is_hint(callback: Callback) -> bool:
    """Whether it only says that there is something to read."""
    if callback.kind is not CallbackKind.CALLBACK:
        return False
    try:
        return MAPPINGS[callback.vendor].read(callback, lambda _name, _kind: None) is None
    except Unreadable:
        return False


async def _stored(log: EventLog, vendor: str) -> AsyncIterator[Callback]:
    async for record in log.scan(topics.callbacks(vendor)):
        yield from_record(record)


async def _count(log: EventLog, topic: str) -> int:
    return len([record async for record in log.scan(topic)])
