"""What lies on the topics, read by librdkafka and decoded here: no line of it is the program's."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import fastavro
import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from tests.chaos.history import Event, Place, Pointer, Stored
from tests.chaos.vendor import ATTEMPT_HEADER

_READ_SECONDS = 60.0
_SCHEMA = fastavro.schema.load_schema(str(Path(__file__).parents[2] / "schemas/avro/verification-event.avsc"))
_WIRE_PREFIX = 5


def records(bootstrap: str, topic: str) -> list[Any]:
    """All that a read_committed reader is given of the topic, from its beginning to its end as it is now."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"oracle-{uuid4()}",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
        }
    )
    try:
        partitions = consumer.list_topics(topic, 10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
        return _to_the_end(consumer, set(partitions))
    finally:
        consumer.close()


def _to_the_end(consumer: Any, open_partitions: set[int]) -> list[Any]:  # noqa: ANN401 - librdkafka's
    found: list[Any] = []
    end = monotonic() + _READ_SECONDS
    while open_partitions:
        assert monotonic() < end, f"not read within {_READ_SECONDS} s: partitions {open_partitions}"
        for message in consumer.consume(500, 1.0):
            if message.error() is None:
                found.append(message)
            else:
                assert KafkaError._PARTITION_EOF == message.error().code(), message.error()
                open_partitions.discard(message.partition())
    return found


def stored(record: Any) -> Stored:  # noqa: ANN401 - librdkafka's
    headers = dict(record.headers())
    numbers = [value for name, value in orjson.loads(headers["http-headers"]) if name == ATTEMPT_HEADER]
    verification_id, _, callback_id = record.key().decode().rpartition("/")
    return Stored(_place(record), numbers[0], verification_id, callback_id, sha256(record.value()).hexdigest())


def event(record: Any) -> Event:  # noqa: ANN401 - librdkafka's
    fields: Any = fastavro.schemaless_reader(BytesIO(record.value()[_WIRE_PREFIX:]), _SCHEMA, None)
    raw = fields["raw"]
    return Event(
        place=_place(record),
        event_id=fields["event_id"],
        verification_id=fields["verification_id"],
        outcome=fields["outcome"],
        final=fields["final"],
        reopens=fields["reopens"],
        raw=Pointer(raw["topic"], Place(raw["partition"], raw["offset"]), raw["callback_id"], raw["sha256"]),
    )


def dead_letter(record: Any) -> Place:  # noqa: ANN401 - librdkafka's
    """Where the record that it holds came from."""
    headers = dict(record.headers())
    return Place(int(headers["dead-letter-partition"]), int(headers["dead-letter-offset"]))


def _place(record: Any) -> Place:  # noqa: ANN401 - librdkafka's
    return Place(record.partition(), record.offset())
