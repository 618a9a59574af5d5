"""The alerting stage: verification events in, alerts and what it remembers of their verifications out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from consumers.alerts.history import dump, load, observe
from consumers.events import decode
from runtime import metrics
from runtime.eventlog import Batch, EventLog
from runtime.memory import Memory
from runtime.stage import Handled, Stage
from schemas.alert import Alert
from schemas.codec import alert_to_message
from schemas.deadletter import DeadLetterReason
from schemas.event import VerificationEvent
from schemas.registry import RegistryError
from schemas.topics import ALERTS, VERIFICATION_EVENTS, memory

_log = structlog.get_logger(__name__)

NAME = "alert"
REMEMBER_FOR = timedelta(days=180)
"""How long after a decision one that contradicts it is found."""
_FORGET_AT_ONCE = 100


class Alerter:
    """Raises each alert once. ``handle`` may be repeated: what it remembers moves with its alerts."""

    def __init__(self, log: EventLog) -> None:
        self._memory = Memory(log, memory("alerts"))

    async def handle(self, batch: Batch) -> Handled:
        """The alerts, the changed memory, and the dead letters of the records that are no events."""
        await self._memory.follow(batch)
        decoded = await decode(batch.records, NAME)
        now = batch.records[-1].appended_at
        self._forget(decoded.erased)
        raised = [alert for event in decoded.events for alert in self._look_at(event, now)]
        self._forget_old(now)
        alerts = [(ALERTS, alert_to_message(alert)) for alert in raised]
        emits = [*alerts, *decoded.dead_letters, *self._memory.emits()]
        return Handled(emits, partial(_tell, raised, len(decoded.dead_letters)))

    def _look_at(self, event: VerificationEvent, now: int) -> list[Alert]:
        before = load(self._memory.get(event.key))
        after, alerts = observe(before, event, now)
        if after != before:
            self._memory.put(event.key, dump(after))
        return alerts

    def _forget(self, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            if self._memory.get(key) is not None:
                self._memory.put(key, None)

    def _forget_old(self, now: int) -> None:
        horizon = now - REMEMBER_FOR // timedelta(microseconds=1)
        for key, value in self._memory.oldest(_FORGET_AT_ONCE):
            if load(value).touched_at >= horizon:
                break
            self._memory.put(key, None)


def _tell(raised: Sequence[Alert], dead_letters: int) -> None:
    """Logs and counts what a batch came to."""
    metrics.DEAD_LETTERS.labels(NAME, DeadLetterReason.UNDECODABLE_RECORD).inc(dead_letters)
    for alert in raised:
        metrics.ALERTS.labels(alert.rule, alert.severity).inc()
        _log.warning(
            "alert",
            rule=alert.rule,
            severity=alert.severity.value,
            alert_id=alert.alert_id,
            verification=alert.key,
            event_ids=alert.event_ids,
            test=alert.test,
        )


def stage(log: EventLog) -> Stage:
    """The stage as the loop runs it; it waits while a registry that it must ask is unavailable."""
    alerter = Alerter(log)
    return Stage(NAME, (VERIFICATION_EVENTS,), alerter.handle, retriable=(RegistryError,))
