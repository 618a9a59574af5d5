"""Exactly once, shown: a vendor's load on real processes and a real Kafka, while they are killed, frozen and restarted.

A short round runs with the other tests. The long form goes on for as many seconds as it is told, with longer faults:
``HOOKLINE_CHAOS_SECONDS=300 .venv/bin/pytest tests/chaos -s``. Both print their seed; ``HOOKLINE_CHAOS_SEED`` repeats
the schedule of the faults, not how the processes race.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random, SystemRandom
from time import monotonic

import pytest

from runtime.settings import environment
from tests.chaos.fleet import KEY, Fleet, started
from tests.chaos.history import Answer, Attempt, Seen
from tests.chaos.nemesis import FULL, QUICK, Step, steps, strike
from tests.chaos.oracle import Problem, problems
from tests.chaos.vendor import Vendor
from tests.chaos.watching import seen, settled
from tests.servers.local_kafka import LocalBroker, local_broker

_SECONDS = float(environment().get("HOOKLINE_CHAOS_SECONDS", "0"))
_SEED = environment().get("HOOKLINE_CHAOS_SEED") or str(SystemRandom().randrange(10**9))
_FORCE = FULL if _SECONDS else QUICK
_PATIENT = 20 if _SECONDS else 0
_SETTLE_SECONDS = 60.0
_SHOWN_WHOLE = 10


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[LocalBroker]:
    with local_broker(tmp_path / "kafka") as broker:
        yield broker


@pytest.mark.timeout(_SECONDS * 2 + 300)
async def test_whatever_is_killed_or_frozen_each_decision_is_told_once(
    broker: LocalBroker, fresh_database: str, tmp_path: Path
) -> None:
    """Two receivers, three normalizers, two projectors; kill -9, SIGSTOP past the session's end and SIGCONT, SIGTERM to
    one after the other, and the broker stopped, killed and frozen. Every 200 is on the topic byte for byte, each
    decision is one event for a read_committed reader, and the projections equal the reference model.
    """
    say(f"seed {_SEED}, files in {tmp_path}")
    async with started(broker, fresh_database, tmp_path) as fleet:
        vendor = Vendor(fleet.receivers, KEY, Random(f"vendor {_SEED}"), _PATIENT)  # noqa: S311 - a test's chance
        happened = await harmed(fleet, vendor)
        await settled(fleet, _SETTLE_SECONDS)
        found = await seen(fleet, fresh_database)
    say(figures(happened, vendor.attempts, found))
    assert "" == summary(problems(vendor.attempts, found))


async def harmed(fleet: Fleet, vendor: Vendor) -> list[Step]:
    """The vendor worked while all of this happened to the processes."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(vendor.work(stop))
        happened = await chaos(fleet, Random(f"nemesis {_SEED}"))  # noqa: S311 - a test's chance
        stop.set()
    return happened


async def chaos(fleet: Fleet, chance: Random) -> list[Step]:
    """Whole rounds, at least one, until the time is over."""
    happened: list[Step] = []
    end = monotonic() + _SECONDS
    while not happened or monotonic() < end:
        for step in steps(chance, _FORCE):
            await asyncio.sleep(_FORCE.quiet)
            assert [] == fleet.ended(), "nobody ends by itself"
            say(" and ".join(map(str, step)))
            await strike(step, fleet.processes)
            happened.append(step)
    await asyncio.sleep(_FORCE.quiet)
    return happened


def figures(happened: list[Step], attempts: list[Attempt], found: Seen) -> str:
    answers = Counter(attempt.answer.value for attempt in attempts)
    faults = Counter(f"{fault.kind} {fault.targets[0].partition('-')[0]}" for step in happened for fault in step)
    recovered = len(found.callbacks) - answers[Answer.ACKNOWLEDGED]
    return (
        f"faults: {dict(faults)}\n"
        f"{len(attempts)} attempts with {len({attempt.sha256 for attempt in attempts})} bodies: {dict(answers)}\n"
        f"{len(found.callbacks)} callbacks, {recovered} of them recovered; {len(found.events)} events about "
        f"{len(found.statuses)} verifications, {len(found.dead_letters)} dead letters"
    )


def summary(found: Sequence[Problem]) -> str:
    """How many of each, and the first ones whole."""
    counts = Counter(f"{problem.word} {problem.what}" for problem in found)
    lines = [f"{count} {name}" for name, count in counts.items()]
    return "\n".join(lines + [str(problem) for problem in found[:_SHOWN_WHOLE]])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
