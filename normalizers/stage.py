"""The normalizing stage: callbacks in, verification events, dead letters and memory out, all in one finish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from normalizers import memory as decisions
from normalizers.actions import read_action
from normalizers.memory import Remembered
from normalizers.normalize import normalize
from normalizers.reading import Previous, Unreadable, VendorMapping
from normalizers.vendors import MAPPINGS
from runtime import metrics
from runtime.eventlog import Batch, Emit, EventLog, Record
from runtime.memory import Memory
from runtime.stage import Handled, Stage
from runtime.version import VERSION
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.callback import Callback, CallbackKind
from schemas.codec import event_to_message
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Raw, VerificationEvent
from schemas.message import Undecodable

_log = structlog.get_logger(__name__)

NAME = "normalize"
_FORGET_AT_ONCE = 100
_SLACK = timedelta(days=1)


class Normalizer:
    """One vendor's callbacks, one after another. ``handle`` may be repeated: its memory moves with its emits."""

    def __init__(self, mapping: VendorMapping, log: EventLog) -> None:
        self._mapping = mapping
        self._memory = Memory(log, topics.memory(mapping.vendor))
        self._tally: Counter[tuple[str, ...]] = Counter()

    async def handle(self, batch: Batch) -> Handled:
        """The events, dead letters and changed memory of the batch's callbacks."""
        self._tally = Counter()
        await self._memory.follow(batch)
        emits = [emit for record in batch.records if record.value is not None for emit in self._emits(record)]
        self._forget_old(batch.records[-1].appended_at)
        return Handled(emits + self._memory.emits(), partial(_count, self._tally))

    def _emits(self, record: Record) -> list[Emit]:
        try:
            callback = callbacks.from_record(record)
            event = self._event(callback, record)
        except Unreadable as error:
            return [self._dead_letter(record, error.reason, error.detail)]
        except Undecodable as error:
            return [self._dead_letter(record, DeadLetterReason.UNDECODABLE_RECORD, str(error))]
        except Exception as error:  # a fault of ours must not stop the vendor's other callbacks, and loses nothing
            _log.exception("normalizing failed", topic=record.topic, offset=record.offset)
            return [self._dead_letter(record, DeadLetterReason.PROGRAM_ERROR, type(error).__name__)]
        return [(topics.VERIFICATION_EVENTS, event_to_message(event))] if event else []

    def _event(self, callback: Callback, record: Record) -> VerificationEvent | None:
        read = read_action if callback.kind is CallbackKind.ACTION else self._mapping.read
        reading = read(callback, partial(self._recall, callback.received_at))
        if reading is None:
            return None
        raw = Raw(record.topic, record.partition, record.offset, callback.id, callback.sha256)
        before = self._remembered(callback.received_at, reading.verification_id)
        event, after = normalize(self._mapping, callback, reading, before, raw)
        if event is None:
            self._tally["duplicate", self._mapping.vendor] += 1
            return None
        self._memory.put(reading.verification_id, decisions.dump(Remembered(record.appended_at, after.kinds)))
        self._tally["event", self._mapping.vendor, event.kind, event.outcome] += 1
        self._tally["unmapped", self._mapping.vendor] += len(event.unmapped)
        return event

    def _remembered(self, now: datetime, verification_id: str) -> Remembered:
        """As far back as the vendor's facts ask for, seen from the callback's own time."""
        return decisions.load(self._memory.get(verification_id)).since(now - self._mapping.remember_for)

    def _recall(self, now: datetime, verification_id: str, kind: EventKind) -> Previous | None:
        known = self._remembered(now, verification_id).of(kind)
        return known.previous if known else None

    def _dead_letter(self, record: Record, reason: DeadLetterReason, detail: str) -> Emit:
        self._tally["dead letter", NAME, reason] += 1
        verification_id = record.key.rsplit("/", 1)[0]
        letter = deadletter.of_record(
            record, verification_id, stage=NAME, reason=reason, detail=detail, version=VERSION
        )
        return topics.DEAD_LETTERS, deadletter.to_message(letter)

    def _forget_old(self, now: int) -> None:
        """Clears away what is out of memory's reach, by the log's time; the slack is for receivers' clocks."""
        horizon = now - (self._mapping.remember_for + _SLACK) // timedelta(microseconds=1)
        for key, value in self._memory.oldest(_FORGET_AT_ONCE):
            if decisions.load(value).touched_at >= horizon:
                break
            self._memory.put(key, None)


_COUNTERS = {
    "event": metrics.EVENTS,
    "duplicate": metrics.DUPLICATES,
    "unmapped": metrics.UNMAPPED,
    "dead letter": metrics.DEAD_LETTERS,
}


def _count(tally: Counter[tuple[str, ...]]) -> None:
    for (what, *labels), number in tally.items():
        _COUNTERS[what].labels(*labels).inc(number)


def stages(vendors: Sequence[str], log: EventLog) -> list[Stage]:
    """One stage a vendor, so that one vendor's flood or fault delays no other's."""
    made = []
    for vendor in vendors:
        normalizer = Normalizer(MAPPINGS[vendor], log)
        made.append(Stage(f"{NAME}.{vendor}", (topics.callbacks(vendor),), normalizer.handle))
    return made
