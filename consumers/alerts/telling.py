"""Alerts that are finished: each is logged and counted once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from runtime import metrics
from schemas.alert import Alert
from schemas.deadletter import DeadLetterReason

_log = structlog.get_logger(__name__)


def tell(stage: str, raised: Sequence[Alert], dead_letters: int) -> None:
    """Logs and counts what a batch came to."""
    metrics.DEAD_LETTERS.labels(stage, DeadLetterReason.UNDECODABLE_RECORD).inc(dead_letters)
    for alert in raised:
        metrics.ALERTS.labels(alert.rule, alert.severity).inc()
        _log.warning(
            "alert",
            rule=alert.rule,
            severity=alert.severity.value,
            alert_id=alert.alert_id,
            about=alert.key,
            event_ids=alert.event_ids,
            count=alert.count,
            test=alert.test,
        )
