"""How long an event takes on Kafka, from its callback's request to a reader of committed records.

    python bench/latency_kafka.py [--kafka HOST:PORT]

A receiver and a normalizer as they are shipped, a process each, with six partitions; signed callbacks of 2.8 KB come at
500 a second, evenly, for 10 seconds. A callback's time begins when its request is due to be sent, so that a receiver
that falls behind is not spared, and ends when this process reads the event. Aim: p99 under 100 ms.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

import uvloop

from bench.compare import Server, server
from bench.kafka import broker, log_with, parsed
from bench.load import percentile, requests, run_at
from bench.normalizer_kafka import TOPICS
from runtime.eventlog import EventLog, open_log
from schemas import topics
from tests.waiting import until

PER_SECOND = 500
CONNECTIONS = 64
WARM_UP = 1_000
COUNT = 5_000
DEADLINE = 30.0

Seen = dict[str, float]
"""When each verification's event was read."""


async def main(given: str | None) -> None:
    async with broker(given) as bootstrap, log_with(bootstrap, TOPICS) as url:
        with server("hookline", url) as receiver, server("normalizer", url) as normalizer:
            log = await open_log(url)
            await observe(log, receiver, normalizer)
            await log.close()


async def observe(log: EventLog, receiver: Server, normalizer: Server) -> None:
    seen: Seen = {}
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_watch(log, seen))
        await _sent_and_seen(receiver.port, seen, 0, WARM_UP)
        cpu = [each.cpu_seconds() for each in (receiver, normalizer)]
        due = await _sent_and_seen(receiver.port, seen, WARM_UP, COUNT)
        spent = [each.cpu_seconds() - before for each, before in zip((receiver, normalizer), cpu, strict=True)]
        watching.cancel()
    report(sorted(seen[key] - moment for key, moment in due.items()), spent)


async def _watch(log: EventLog, seen: Seen) -> None:
    async for record in log.scan(topics.VERIFICATION_EVENTS, follow=True):
        seen.setdefault(record.key, perf_counter())


async def _sent_and_seen(port: int, seen: Seen, start: int, count: int) -> dict[str, float]:
    """When each callback was due, by its event's key; every one's event has been read."""
    began = await run_at(port, requests(count, start), PER_SECOND, CONNECTIONS)
    due = {f"idenfy:bench-{start + number:032d}": began + number / PER_SECOND for number in range(count)}
    await until(lambda: due.keys() <= seen.keys(), DEADLINE)
    return due


def report(latencies: list[float], spent: list[float]) -> None:
    found = "   ".join(
        f"p{round(share * 100)} {percentile(latencies, share) * 1000:.1f} ms" for share in (0.5, 0.9, 0.99)
    )
    print(f"{PER_SECOND} callbacks/s, {len(latencies)} of them   {found}   longest {latencies[-1] * 1000:.1f} ms")
    receiver, normalizer = (seconds / COUNT * 1e6 for seconds in spent)
    print(f"processor time a callback: receiver {receiver:.0f} µs, normalizer {normalizer:.0f} µs")


if __name__ == "__main__":
    uvloop.run(main(parsed(__doc__).kafka))
