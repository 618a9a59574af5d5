"""What is done to the processes, and when: a schedule that a seed decides, and its execution."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.chaos.fleet import BROKER, MEMBERS, NORMALIZERS, PROJECTORS, RECEIVERS, SESSION_SECONDS
from tests.servers.process import ServerProcess


class Kind(StrEnum):
    """SIGKILL and started again; SIGTERM and started again; SIGSTOP and SIGCONT."""

    KILL = "kill"
    RESTART = "restart"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Fault:
    """Befalls its targets one after the other; each is down or frozen for so many seconds."""

    kind: Kind
    targets: tuple[str, ...]
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.targets)} for {self.seconds:.1f} s"


Step = tuple[Fault, ...]
"""Faults at once."""


@dataclass(frozen=True, slots=True)
class Force:
    """For how many seconds members of groups, and the broker, are frozen; and the quiet after each step."""

    members: float
    broker: float
    quiet: float


QUICK = Force(members=SESSION_SECONDS + 2, broker=11, quiet=0.5)
FULL = Force(members=SESSION_SECONDS * 2 + 3, broker=30, quiet=5)


def steps(chance: Random, force: Force) -> list[Step]:
    """A round: every kind of fault befalls every kind of process that it may befall, in an order of chance."""

    def one_of(names: Sequence[str]) -> tuple[str]:
        return (chance.choice(names),)

    down = chance.uniform(0, force.quiet)
    found: list[Step] = [
        (Fault(Kind.KILL, one_of(RECEIVERS), down), Fault(Kind.KILL, one_of(NORMALIZERS), down)),
        (Fault(Kind.KILL, one_of(PROJECTORS), down), Fault(Kind.PAUSE, one_of(NORMALIZERS), force.members)),
        (Fault(Kind.PAUSE, one_of(PROJECTORS), force.members), Fault(Kind.KILL, one_of(NORMALIZERS), down)),
        (Fault(Kind.RESTART, tuple(chance.sample(MEMBERS, len(MEMBERS)))),),
        (Fault(Kind.RESTART, (BROKER,), down),),
        (Fault(Kind.KILL, (BROKER,), down),),
        (Fault(Kind.PAUSE, (BROKER,), force.broker),),
    ]
    chance.shuffle(found)
    return found


async def strike(step: Step, processes: Mapping[str, ServerProcess]) -> None:
    """All of it has happened, and every process runs again."""
    await asyncio.gather(*(_befall(fault, processes) for fault in step))


async def _befall(fault: Fault, processes: Mapping[str, ServerProcess]) -> None:
    ending, beginning = _HOW[fault.kind]
    for target in fault.targets:
        await asyncio.to_thread(ending, processes[target])
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(beginning, processes[target])


_HOW: Mapping[Kind, tuple[Callable[[ServerProcess], None], Callable[[ServerProcess], None]]] = {
    Kind.KILL: (ServerProcess.kill, ServerProcess.start),
    Kind.RESTART: (lambda process: process.stop(), ServerProcess.start),
    Kind.PAUSE: (ServerProcess.pause, ServerProcess.resume),
}
