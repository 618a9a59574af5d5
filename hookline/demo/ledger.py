"""The demonstration's books: what the vendor says it sent against what lies on the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client import REGISTRY

from runtime.eventlog import EventLog
from schemas import topics

_UNAUTHENTICATED = 401


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of one run, each from its own place: the sandbox's books, the topics, the normalizer's counter."""

    received: int
    rejected: int
    stored: int
    events: int
    duplicates: int
    dead_letters: int
    alerts: int

    @property
    def adds_up(self) -> bool:
        """Nothing was lost and nothing came from nowhere."""
        return (
            self.received == self.stored + self.rejected
            and self.stored == self.events + self.duplicates + self.dead_letters
        )


async def ledger(log: EventLog, deliveries: Mapping[str, Any], vendor: str) -> Ledger:
    """The books of everything that the sandbox sent and the log holds."""
    statuses = Counter(attempt.get("status") for attempt in deliveries["attempts"])
    return Ledger(
        received=len(deliveries["attempts"]),
        rejected=statuses[_UNAUTHENTICATED],
        stored=await _count(log, topics.callbacks(vendor)),
        events=await _count(log, topics.VERIFICATION_EVENTS),
        duplicates=int(REGISTRY.get_sample_value("hookline_normalizer_duplicates_total", {"vendor": vendor}) or 0),
        dead_letters=await _count(log, topics.DEAD_LETTERS),
        alerts=await _count(log, topics.ALERTS),
    )


async def _count(log: EventLog, topic: str) -> int:
    return len([record async for record in log.scan(topic)])
