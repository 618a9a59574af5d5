"""The stage ``alert-route``: alerts in, one delivery for each channel that is told of them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial

from consumers.alerts.delivery.channel import Channel
from consumers.alerts.delivery.quiet import Quiet
from consumers.alerts.delivery.requests import request_for
from runtime import metrics
from runtime.eventlog import Batch, Emit, EventLog, Record
from runtime.stage import Handled, Stage
from runtime.version import VERSION
from schemas import deadletter
from schemas.codec import alert_from_record, prepare_alerts
from schemas.deadletter import DeadLetterReason
from schemas.message import Undecodable
from schemas.registry import RegistryError
from schemas.topics import ALERTS, DEAD_LETTERS

NAME = "alert-route"
_LATE = "late"

ChannelsOf = Callable[[str], Iterable[str]]
"""The names of the channels that are told of a rule's alerts."""


class Router:
    """``handle`` may be repeated: deliveries move with the group's position, so each is asked for once."""

    def __init__(self, log: EventLog, channels: Mapping[str, Channel], channels_of: ChannelsOf) -> None:
        self._channels = channels
        self._channels_of = channels_of
        self._quiet = Quiet(log)

    async def handle(self, batch: Batch) -> Handled:
        """Deliveries of the alerts that nobody has acknowledged or silenced, and dead letters of what is no alert."""
        await prepare_alerts(batch.records)
        await self._quiet.look()
        left_out: Counter[tuple[str, str]] = Counter()
        emits = [emit for record in batch.records for emit in self._routed(record, left_out)]
        return Handled(emits, partial(_count, left_out, sum(topic == DEAD_LETTERS for topic, _ in emits)))

    def _routed(self, record: Record, left_out: Counter[tuple[str, str]]) -> list[Emit]:
        if record.value is None:
            return []
        try:
            alert = alert_from_record(record)
        except Undecodable as error:
            return [_letter_of(record, str(error))]
        now = datetime.now(UTC)
        age = now.timestamp() - record.appended_at / 1e6
        because = self._quiet.because(alert, now)
        emits = []
        for name in dict.fromkeys(self._channels_of(alert.rule)):
            if not self._channels[name].wants(alert):
                continue
            why = because or (_LATE if age >= self._channels[name].horizon else None)
            if why is None:
                emits.append(request_for(record, alert.alert_id, name))
            else:
                left_out[name, why] += 1
        return emits


def _letter_of(record: Record, detail: str) -> Emit:
    reason = DeadLetterReason.UNDECODABLE_RECORD
    letter = deadletter.of_record(record, record.key, stage=NAME, reason=reason, detail=detail, version=VERSION)
    return DEAD_LETTERS, deadletter.to_message(letter)


def _count(left_out: Counter[tuple[str, str]], dead_letters: int) -> None:
    metrics.DEAD_LETTERS.labels(NAME, DeadLetterReason.UNDECODABLE_RECORD).inc(dead_letters)
    for (channel, why), number in left_out.items():
        metrics.ALERT_DELIVERIES.labels(channel, why).inc(number)


def stage(log: EventLog, channels: Mapping[str, Channel], channels_of: ChannelsOf) -> Stage:
    router = Router(log, channels, channels_of)
    return Stage(NAME, (ALERTS,), router.handle, retriable=(RegistryError,))
