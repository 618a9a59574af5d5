"""A service that follows Hookline's verification events, on aiokafka and fastavro."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import CommitFailedError, IllegalStateError
from command_line import ledger_of, options, tell
from ledger import Record

MOST = 500
WAIT_MS = 500


async def follow(chosen: argparse.Namespace) -> None:
    """Works until SIGTERM or Ctrl-C; the records in hand are finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ledger = ledger_of(chosen)
    consumer = AIOKafkaConsumer(
        chosen.topic,
        bootstrap_servers=chosen.bootstrap,
        group_id=chosen.group,
        group_instance_id=chosen.member,
        isolation_level="read_committed",  # Hookline writes in transactions: what was aborted is no event
        enable_auto_commit=False,  # the position moves after the work, never before it
        auto_offset_reset="earliest",  # a new service begins with the first event
    )
    await consumer.start()
    try:
        while not stop.is_set():
            for partition, records in (await consumer.getmany(timeout_ms=WAIT_MS, max_records=MOST)).items():
                tell(await asyncio.to_thread(ledger.take, taken(records)))
                try:
                    await consumer.commit({partition: records[-1].offset + 1})
                except (CommitFailedError, IllegalStateError) as error:  # another member has the partition by now
                    sys.stderr.write(f"not committed, so it comes again, and is known then: {error}\n")
    finally:
        await consumer.stop()
        ledger.close()


def taken(records: Sequence[ConsumerRecord[bytes, bytes]]) -> list[Record]:
    return [Record(each.partition, each.offset, (each.key or b"").decode(), each.value) for each in records]


if __name__ == "__main__":
    asyncio.run(follow(options("with_aiokafka")))
