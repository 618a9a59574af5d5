"""The normalizer from Kafka to Kafka, with transactions, in events a second of one core's time.

    python bench/normalizer_kafka.py [--kafka HOST:PORT]

The stage runs as it is shipped over 12,000 recorded samples that wait on six partitions. Processor time of the whole
process is counted, all threads, from the start of the stage, joining its group included, until the last batch is
finished; the clock from the first batch on. In the same run, in turn: the stage alone, from records in memory to emits
in memory. Aim: 8,000 events a second a core.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from time import perf_counter, process_time

import uvloop

from bench.kafka import broker, log_with, parsed
from bench.normalizer import BATCH, COUNT, TOPIC, alone, batches, made
from normalizers.stage import stages
from runtime.eventlog import Batch, EventLog, open_log
from runtime.settings import KafkaSettings
from runtime.stage import Handled, Health, Stage, run_stage
from schemas import callback as callbacks
from schemas import topics
from schemas.callback import Callback

ROUNDS = 3
SECONDS_A_ROUND = 60
TOPICS = (TOPIC, topics.memory("idenfy"), topics.VERIFICATION_EVENTS, topics.DEAD_LETTERS)


@dataclass(slots=True)
class Run:
    """A stage that notes what it has ``spent`` once all its records are finished; ``stop`` is set then."""

    stage: Stage
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    cpu: float = field(default_factory=process_time)
    clock: float | None = None
    finished: int = 0
    spent: tuple[float, float] = (0.0, 0.0)

    def measured(self) -> Stage:
        return replace(self.stage, handle=self._handle)

    async def _handle(self, batch: Batch) -> Handled:
        self.clock = self.clock or perf_counter()
        handled = await self.stage.handle(batch)

        def finished() -> None:
            handled.finished()
            self._count(len(batch.records))

        return replace(handled, finished=finished)

    def _count(self, records: int) -> None:
        self.finished += records
        if self.finished == COUNT and self.clock is not None:
            self.spent = process_time() - self.cpu, perf_counter() - self.clock
            self.stop.set()


async def on_kafka(bootstrap: str, made_callbacks: Sequence[Callback]) -> tuple[float, float]:
    """Seconds of processor time and of the clock, from the topic to the topic."""
    async with log_with(bootstrap, TOPICS) as url:
        log = await open_log(url, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6))
        for start in range(0, COUNT, BATCH):
            part = made_callbacks[start : start + BATCH]
            await asyncio.gather(*(log.append(TOPIC, callbacks.to_message(each)) for each in part))
        [stage] = stages(["idenfy"], log)
        run = Run(stage)
        async with asyncio.timeout(SECONDS_A_ROUND):
            await run_stage(run.measured(), log, run.stop, Health(stage.name))
        await _check(log)
        await log.close()
    return run.spent


async def _check(log: EventLog) -> None:
    """Each callback is one event to a reader of committed records."""
    keys = [record.key async for record in log.scan(topics.VERIFICATION_EVENTS)]
    assert sorted(f"idenfy:bench-{number}" for number in range(COUNT)) == sorted(keys)


async def main(given: str | None) -> None:
    made_callbacks = [made(number) for number in range(COUNT)]
    work = batches(made_callbacks)
    in_memory: list[float] = []
    whole: list[tuple[float, float]] = []
    async with broker(given) as bootstrap, log_with(bootstrap, TOPICS) as url:
        empty = await open_log(url)
        for _ in range(ROUNDS):
            in_memory.append(await alone(empty, work))
            whole.append(await on_kafka(bootstrap, made_callbacks))
        await empty.close()
    show("stage alone", [seconds / COUNT for seconds in in_memory])
    show("Kafka to Kafka", [cpu / COUNT for cpu, _ in whole])
    print(f"by the clock        {median(COUNT / clock for _, clock in whole):>7.0f} events/s")
    ratios = [cpu / stage for (cpu, _), stage in zip(whole, in_memory, strict=True)]
    print(f"the stage's processor time is multiplied by {median(ratios):.2f}")


def show(what: str, seconds_each: Sequence[float]) -> None:
    each = median(seconds_each)
    print(f"{what:<19} {1 / each:>7.0f} events/s a core, {each * 1e6:.0f} µs each (best {min(seconds_each) * 1e6:.0f})")


if __name__ == "__main__":
    uvloop.run(main(parsed(__doc__).kafka))
