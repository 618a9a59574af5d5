"""Receiver on Kafka against a bare handler, and against the same handler that awaits ``send_and_wait``.

    python bench/receiver_kafka.py [--kafka HOST:PORT]

Each serves from a process of its own, in turn, round by round; every figure is of the same run. The bare handler reads
the body and checks its HMAC; the other one also sends it, as a careful service would (all acknowledgements, idempotent,
batches as large as ours), and answers when it is stored. Aim: with 64 connections and 2.8 KB bodies the latter takes at
least 1.4 times our processor time a request.
"""

from __future__ import annotations

import uvloop

from bench.compare import cpu, measure, rate, server, show, show_ratio
from bench.kafka import broker, log_with, parsed
from schemas import topics


async def main(given: str | None) -> None:
    async with broker(given) as bootstrap, log_with(bootstrap, [topics.callbacks("idenfy")]) as url:
        with server("bare") as bare, server("send-and-wait", url) as waiting, server("hookline", url) as ours:
            found = await measure([bare, waiting, ours])
    show(found)
    show_ratio("of the bare handler's req/s", found["hookline"], found["bare"], rate)
    show_ratio("of its processor time a request", found["hookline"], found["bare"], cpu)
    show_ratio("of send-and-wait's req/s", found["hookline"], found["send-and-wait"], rate)
    show_ratio("send-and-wait's processor time a request over ours", found["send-and-wait"], found["hookline"], cpu)


if __name__ == "__main__":
    uvloop.run(main(parsed(__doc__).kafka))
