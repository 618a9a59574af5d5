"""The projector into PostgreSQL: events a second of one core's time, and how long an event takes to become a row.

    python bench/projector.py [--postgres URL]

Three events each of verifications of their own (begun, handed in, decided, with checks, reasons and a reference), in
batches of 500 as a stage that has fallen behind reads them. Processor time of this whole process is counted, all
threads, PostgreSQL's is not: first the stage alone (records in memory to committed rows), then the whole way on the
embedded log (read, project, finish). Then 300 events a second, evenly, for 20 seconds, from the moment that an event is
due to be appended to the commit of its row; appending and projecting share this process. Aims: 3,000 events a second a
core, p99 under 200 ms.

Without an address a PostgreSQL is started here, which does not wait for its disk (fsync off); give the address of one
that does, to have that in the latencies.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from uuid import NAMESPACE_OID, uuid5

import uvloop

from bench.load import percentile
from consumers.projections.projector import Projector
from consumers.projections.store import Store, open_store
from runtime.eventlog import Batch, EventLog, Record, open_log
from schemas import topics
from schemas.codec import event_to_message
from schemas.event import Check, CheckKind, CheckResult, Outcome, Reason, ReasonClass, VerificationEvent
from tests.examples import event
from tests.servers.local_postgres import local_postgres
from tests.servers.postgres import Postgres

COUNT = 15_000
BATCH = 500
ROUNDS = 3
PER_SECOND = 300
SECONDS = 20
WARM_UP = 300
TOPIC = topics.VERIFICATION_EVENTS

CHECKS = tuple(Check(kind, f"check-{kind.lower()}", CheckResult.PASS, "MATCH") for kind in list(CheckKind)[1:6])
FRAUD = (Reason(ReasonClass.FRAUD, "FAKE_FACE"), Reason(ReasonClass.QUALITY, "BLURRED"))
STEPS = (
    (Outcome.PENDING, False, "ACTIVE", (), ()),
    (Outcome.PENDING, False, "REVIEWING", CHECKS, ()),
    (Outcome.VERIFIED, True, "APPROVED", CHECKS, ()),
    (Outcome.PENDING, False, "ACTIVE", (), ()),
    (Outcome.PENDING, False, "REVIEWING", CHECKS, ()),
    (Outcome.REJECTED, True, "DENIED", CHECKS, FRAUD),
)


def told(name: str, number: int, behind: int) -> VerificationEvent:
    """The steps of a verification are ``behind`` events apart, so that most of them meet in different batches."""
    step, verification = divmod(number % (3 * behind), behind)
    verification += number // (3 * behind) * behind
    outcome, final, word, checks, reasons = STEPS[step + 3 * (verification % 2)]
    now = datetime.now(UTC)
    return event(
        event_id=str(uuid5(NAMESPACE_OID, f"{name}/{number}")),
        verification_id=f"{name}-{verification:08d}",
        subject_ref=f"customer-{verification:08d}",
        outcome=outcome,
        final=final,
        vendor_status=word,
        checks=checks,
        reasons=reasons,
        occurred_at=now - timedelta(milliseconds=700),
        received_at=now,
        raw=replace(event().raw, offset=number),
        unmapped=(),
    )


def batches(events: Sequence[VerificationEvent]) -> list[Batch]:
    records = [
        Record(TOPIC, 0, offset, each.key, each.headers, each.value, 0)
        for offset, each in enumerate(map(event_to_message, events))
    ]
    return [
        Batch(TOPIC, 0, "bench", 1, start, tuple(records[start : start + BATCH]))
        for start in range(0, len(records), BATCH)
    ]


async def alone(store: Store, log: EventLog, work: Sequence[Batch]) -> tuple[float, float]:
    """Seconds of processor time and of the clock for all of them, from records to committed rows."""
    projector = Projector(store, log)
    began, clock = process_time(), perf_counter()
    for batch in work:
        await projector.handle(batch)
    return process_time() - began, perf_counter() - clock


async def on_the_log(store: Store, folder: str, events: Sequence[VerificationEvent]) -> tuple[float, float]:
    """The same from the topic to finished."""
    log = await open_log(f"sqlite:///{folder}/{events[0].verification_id}.db", is_compacted=topics.is_compacted)
    await asyncio.gather(*(log.append(TOPIC, event_to_message(each)) for each in events))
    projector = Projector(store, log)
    began, clock = process_time(), perf_counter()
    async with log.read([TOPIC], "bench", max_records=BATCH) as reader:
        while (batch := await reader.next_batch(0.1)) is not None:
            await log.finish(batch, (await projector.handle(batch)).emits)
        spent = process_time() - began, perf_counter() - clock - 0.1
    await log.close()
    return spent


async def latencies(store: Store, folder: str) -> list[float]:
    """Of each event, from when it was due to when its row was committed."""
    log = await open_log(f"sqlite:///{folder}/latency.db", is_compacted=topics.is_compacted)
    committed: dict[int, float] = {}

    def applied(records: Sequence[Record]) -> None:
        committed.update(dict.fromkeys((record.offset for record in records), perf_counter()))

    projector = Projector(store, log, applied)
    due: dict[int, float] = {}
    async with asyncio.TaskGroup() as tasks, log.read([TOPIC], "bench", max_records=BATCH) as reader:
        sending = tasks.create_task(_send(log, due))
        while not sending.done() or len(committed) < len(due):
            if (batch := await reader.next_batch(0.1)) is not None:
                await log.finish(batch, (await projector.handle(batch)).emits)
    await log.close()
    return sorted([committed[offset] - moment for offset, moment in due.items()][WARM_UP:])


async def _send(log: EventLog, due: dict[int, float]) -> None:
    """Each at its own moment, whether the one before it has been written or not."""
    began = perf_counter()

    async def append(number: int) -> None:
        position = await log.append(TOPIC, event_to_message(told("latency", number, 100)))
        due[position.offset] = began + number / PER_SECOND

    async with asyncio.TaskGroup() as tasks:
        for number in range(WARM_UP + PER_SECOND * SECONDS):
            await asyncio.sleep(max(began + number / PER_SECOND - perf_counter(), 0))
            tasks.create_task(append(number))


@asynccontextmanager
async def fresh(server: Postgres) -> AsyncIterator[Store]:
    """An empty read model, gone afterwards."""
    async with server.fresh_database() as url, open_store(url) as store:
        yield store


async def measured(server: Postgres) -> None:
    in_memory, whole = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with fresh(server) as store:  # before the rounds, whose writing the server goes on flushing for a while
            found = await latencies(store, folder)
        log = await open_log(f"sqlite:///{folder}/empty.db")
        for number in range(ROUNDS):
            events = [told(f"round-{number}", each, 1000) for each in range(COUNT)]
            work = batches(events)
            async with fresh(server) as store:
                in_memory.append(await alone(store, log, work))
            async with fresh(server) as store:
                whole.append(await on_the_log(store, folder, events))
        await log.close()
    print(f"{COUNT} events in batches of {BATCH}, {ROUNDS} rounds, each into an empty read model")
    report("stage alone", in_memory)
    report("on the embedded log", whole)
    shares = "   ".join(f"p{share * 100:g} {percentile(found, share) * 1000:.1f} ms" for share in (0.5, 0.9, 0.99))
    print(
        f"{PER_SECOND} events/s, {len(found)} of them, due to committed   {shares}   longest {found[-1] * 1000:.1f} ms"
    )


def report(name: str, spent: Sequence[tuple[float, float]]) -> None:
    of_core, of_clock = ([COUNT / each for each in column] for column in zip(*spent, strict=True))
    best = f"(best {max(of_core):.0f}, least {min(of_core):.0f})"
    print(f"{name:<20} {median(of_core):>7.0f} events/s a core {best}, {median(of_clock):.0f} by the clock")


async def main(given: str | None) -> None:
    if given is not None:
        await measured(Postgres(given))
        return
    with local_postgres() as started:
        await measured(Postgres(started.url))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", metavar="URL", help="a server that runs, as somebody who may create databases")
    uvloop.run(main(parser.parse_args().postgres))
