"""Deliveries on the log: one alert for one channel, under a key of its own, until it was taken or given up.

A record is the alert's own: the same bytes and headers as on ``alerts``. Its key is ``<alert_id>/<channel>``, and one
partition holds all of a channel's, so that one process at a time speaks to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.eventlog import Emit, Record
from runtime.version import VERSION
from schemas import deadletter
from schemas.alert import Alert
from schemas.codec import alert_from_record
from schemas.deadletter import DeadLetterReason
from schemas.message import Message
from schemas.topics import ALERT_DELIVERIES, DEAD_LETTERS

STAGE = "alert-deliver"

EXPIRED = DeadLetterReason.NOT_DELIVERED
"""The channel did not take it within its horizon."""
NO_CHANNEL = DeadLetterReason.NO_CHANNEL
"""The settings name no such channel."""


@dataclass(slots=True)
class Delivery:
    """``due_at`` and ``since`` are Unix seconds: when it is tried next, and when the log was asked for it."""

    alert: Alert
    record: Record
    due_at: float
    since: float
    failures: int = 0

    @property
    def about(self) -> str:
        return self.record.key


def request_for(record: Record, alert_id: str, channel: str) -> Emit:
    """The alert of that record, on its way to the channel."""
    return ALERT_DELIVERIES, Message(f"{alert_id}/{channel}", channel, record.headers, record.value)


def channel_of(key: str) -> str:
    return key.rpartition("/")[2]


def no_such_channel(key: str) -> str:
    return f"channel {channel_of(key)} is not in the settings; add it, then redrive"


def delivery_of(record: Record) -> Delivery:
    """Due at once; one that was appended again has its whole time before it. Raises ``Undecodable``."""
    since = record.appended_at / 1e6
    return Delivery(alert_from_record(record), record, since, since)


def letter_of(record: Record, reason: DeadLetterReason, detail: str) -> Emit:
    """The request, whole: appended to its topic again it is worked off like any other."""
    letter = deadletter.of_record(
        record, channel_of(record.key), stage=STAGE, reason=reason, detail=detail, version=VERSION
    )
    return DEAD_LETTERS, deadletter.to_message(letter)
