"""Alert: something that a person should look at. It names no person, only references."""

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


class AlertScope(StrEnum):
    """What an alert is about: a verification, a configured account, or Hookline itself."""

    UNKNOWN = "UNKNOWN"
    VERIFICATION = "VERIFICATION"
    SOURCE = "SOURCE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Alert:
    """One finding of one rule. Field by field it is the Avro record ``avro/alert.avsc``.

    ``alert_id`` is deterministic and is the idempotency key: the same findings give the same id for ever. ``rule`` is
    the rule's name in the settings. ``event_ids`` are the events that the rule found, sorted; ``outcome`` and
    ``raised_at`` are the outcome and ``received_at`` of the event that raised it, so a replay gives the same alert.
    ``test`` is true when any of the events is a test's. What is about no verification has an empty
    ``verification_id``, what is about no account an empty ``provider`` and ``source``. ``count`` is for how many
    findings it stands.
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
    scope: AlertScope = AlertScope.VERIFICATION
    count: int = 1

    @property
    def key(self) -> str:
        """``<provider>:<verification_id>``, ``source:<source>`` or ``system``: alerts about one thing stay in order."""
        if self.scope is AlertScope.SOURCE:
            return f"source:{self.source}"
        if self.scope is AlertScope.SYSTEM:
            return "system"
        return f"{self.provider}:{self.verification_id}"
