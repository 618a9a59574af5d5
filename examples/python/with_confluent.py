"""A service that follows Hookline's verification events, on confluent-kafka (librdkafka) and fastavro."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from threading import Event
from types import FrameType

from command_line import ledger_of, options, tell
from confluent_kafka import Consumer, KafkaException, Message
from ledger import Record

MOST = 500
WAIT = 0.5


def follow(chosen: argparse.Namespace) -> None:
    """Works until SIGTERM or Ctrl-C; the records in hand are finished first."""
    stop = Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    ledger = ledger_of(chosen)
    member = {} if chosen.member is None else {"group.instance.id": chosen.member}
    consumer = Consumer(
        {
            **member,
            "bootstrap.servers": chosen.bootstrap,
            "group.id": chosen.group,
            "isolation.level": "read_committed",  # Hookline writes in transactions: what was aborted is no event
            "enable.auto.commit": False,  # the position moves after the work, never before it
            "auto.offset.reset": "earliest",  # a new service begins with the first event
        }
    )
    consumer.subscribe([chosen.topic])
    try:
        while not stop.is_set():
            records = taken(consumer.consume(MOST, WAIT))
            if records:
                tell(ledger.take(records))
                commit(consumer)
    finally:
        consumer.close()
        ledger.close()


def taken(messages: Sequence[Message]) -> list[Record]:
    """Raises ``KafkaException`` for an error that does not pass by itself; librdkafka retries the others."""
    records = []
    for message in messages:
        error = message.error()
        if error is None:
            key = (message.key() or b"").decode()
            records.append(Record(message.partition() or 0, message.offset() or 0, key, message.value()))
        elif error.fatal():
            raise KafkaException(error)
        else:
            sys.stderr.write(f"{error}\n")
    return records


def commit(consumer: Consumer) -> None:
    """All that was consumed; a partition that another member has by now comes again there, and is known then."""
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as error:
        sys.stderr.write(f"not committed: {error}\n")


if __name__ == "__main__":
    follow(options("with_confluent"))
