"""A record as Kafka gives it, in our shape."""

from __future__ import annotations

from aiokafka.structs import ConsumerRecord

from runtime.eventlog.api import Record


def record_of(topic: str, record: ConsumerRecord) -> Record:
    """``appended_at`` is the broker's time where the topic says LogAppendTime, else the writer's."""
    key = record.key.decode(errors="replace") if record.key is not None else ""
    return Record(
        topic, record.partition, record.offset, key, tuple(record.headers), record.value, record.timestamp * 1000
    )
