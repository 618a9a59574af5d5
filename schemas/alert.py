"""Alert: something about a verification that a person should look at. It names no person, only references."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.event import Outcome


class Severity(StrEnum):
    """How soon somebody should look: INFO whenever they like, WARNING today, CRITICAL now."""

    UNKNOWN = "UNKNOWN"
    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True)
class Alert:
    """One finding of one rule. Field by field it is the Avro record ``avro/alert.avsc``.

    ``alert_id`` is deterministic and is the idempotency key: the same events give the same id for ever. ``event_ids``
    are the events that the rule found, sorted. ``outcome`` and ``raised_at`` are the outcome and ``received_at`` of the
    event that raised it, so a replay gives the same alert. ``test`` is true when any of the events is a test's.
    """

    alert_id: str
    rule: str
    severity: Severity
    provider: str
    source: str
    verification_id: str
    event_ids: tuple[str, ...]
    message: str
    outcome: Outcome
    test: bool
    raised_at: datetime

    @property
    def key(self) -> str:
        """``<provider>:<verification_id>``: alerts about one verification stay in order."""
        return f"{self.provider}:{self.verification_id}"
