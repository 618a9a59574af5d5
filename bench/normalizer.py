"""The normalizer on the sample bodies, in events a second of one core's time.

    python bench/normalizer.py

Each body is a recorded sample of 2 to 4 KB under a verification of its own. Processor time of the whole process is
counted, all threads: first the stage alone (records in memory to emits in memory), then the whole way on the embedded
log (read, normalize, finish). Aim: 12,000 events a second a core.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from uuid import uuid4

import uvloop

from normalizers.stage import Normalizer
from normalizers.vendors import MAPPINGS
from runtime.eventlog import Batch, EventLog, Record, open_log
from schemas import callback as callbacks
from schemas import topics
from schemas.callback import Callback

CASES = Path(__file__).parents[1] / "tests" / "normalizers" / "idenfy" / "cases"
SAMPLES = (
    "sample-auto-finished-approved-not-final",
    "sample-manual-finished-approved",
    "sample-manual-finished-denied",
    "sample-manual-finished-suspected",
    "sample-result-approved-not-final",
    "sample-result-legacy-2021",
)
COUNT = 12_000
BATCH = 500
ROUNDS = 5
TOPIC = topics.callbacks("idenfy")


def made(number: int) -> Callback:
    """Sample after sample, each under a scanRef of its own."""
    case = CASES / SAMPLES[number % len(SAMPLES)]
    document = json.loads((case / "body.json").read_bytes()) | {"scanRef": f"bench-{number}"}
    headers = json.loads((case / "request.json").read_bytes())["headers"]
    return Callback(
        id=str(uuid4()),
        vendor="idenfy",
        source="idenfy",
        verification_id=f"bench-{number}",
        received_at=datetime.now(UTC),
        body=json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
        http_headers=tuple(headers.items()),
    )


def batches(made_callbacks: list[Callback]) -> list[Batch]:
    messages = [callbacks.to_message(each) for each in made_callbacks]
    records = [Record(TOPIC, 0, n, each.key, each.headers, each.value, 0) for n, each in enumerate(messages)]
    return [
        Batch(TOPIC, 0, "bench", 1, start, tuple(records[start : start + BATCH])) for start in range(0, COUNT, BATCH)
    ]


async def alone(log: EventLog, work: list[Batch]) -> float:
    """Seconds of processor time for all of them, from records to emits."""
    normalizer = Normalizer(MAPPINGS["idenfy"], log)
    began = process_time()
    emitted = 0
    for batch in work:
        emitted += len((await normalizer.handle(batch)).emits)
    assert emitted == 2 * COUNT, "an event and a memory record each"
    return process_time() - began


async def on_the_log(folder: str, made_callbacks: list[Callback]) -> tuple[float, float]:
    """Seconds of processor time and of the clock, from the topic to the topic."""
    log = await open_log(f"sqlite:///{folder}/{uuid4()}.db", is_compacted=topics.is_compacted)
    for each in made_callbacks:
        await log.append(TOPIC, callbacks.to_message(each))
    normalizer = Normalizer(MAPPINGS["idenfy"], log)
    began, clock = process_time(), perf_counter()
    async with log.read([TOPIC], "bench", max_records=BATCH) as reader:
        while (batch := await reader.next_batch(0.1)) is not None:
            await log.finish(batch, (await normalizer.handle(batch)).emits)
        spent = process_time() - began, perf_counter() - clock - 0.1
    await log.close()
    return spent


async def main() -> None:
    made_callbacks = [made(number) for number in range(COUNT)]
    work = batches(made_callbacks)
    size = sum(len(each.body) for each in made_callbacks) / COUNT
    with tempfile.TemporaryDirectory() as folder:
        log = await open_log(f"sqlite:///{folder}/empty.db")
        in_memory = [COUNT / await alone(log, work) for _ in range(ROUNDS)]
        await log.close()
        whole = [await on_the_log(folder, made_callbacks) for _ in range(ROUNDS)]
    print(f"bodies of {size:.0f} bytes on average, {COUNT} of them, {ROUNDS} rounds")
    print(f"stage alone          {median(in_memory):>7.0f} events/s a core (best {max(in_memory):.0f})")
    of_core = [COUNT / cpu for cpu, _ in whole]
    of_clock = [COUNT / clock for _, clock in whole]
    print(f"on the embedded log  {median(of_core):>7.0f} events/s a core, {median(of_clock):.0f} by the clock")


if __name__ == "__main__":
    uvloop.run(main())
