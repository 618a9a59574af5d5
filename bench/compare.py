"""Servers as processes of their own, loaded in turn, round by round: every figure is of the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.load import Round, requests, run_round

CONNECTIONS = 64
PER_ROUND = 10_000
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Server:
    """A process of ``bench/servers.py``. ``port`` is 0 for one that serves no HTTP."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server's process has used, all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """A round of load, and the processor seconds that the server's process spent on it."""

    round: Round
    seconds: float


def rate(measured: Measured) -> float:
    """Requests a second."""
    return measured.round.per_second


def cpu(measured: Measured) -> float:
    """Microseconds of processor time a request."""
    return measured.seconds / measured.round.answers * 1e6


Found = dict[str, list[Measured]]
"""Each server's rounds, by its name."""


@contextmanager
def server(name: str, log_url: str = "") -> Iterator[Server]:
    """It serves, and is gone afterwards."""
    command = [sys.executable, str(Path(__file__).with_name("servers.py")), name, log_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own script
        try:
            assert process.stdout is not None
            yield Server(name, int(process.stdout.readline()), process.pid)
        finally:
            process.kill()


async def measure(servers: Sequence[Server]) -> Found:
    """Each server's rounds, the servers taking turns; a round before them warms up and does not count."""
    found: Found = {each.name: [] for each in servers}
    for number in range(ROUNDS + 1):
        wire = requests(PER_ROUND, number * PER_ROUND)
        for each in servers:
            before = each.cpu_seconds()
            done = await run_round(each.port, wire, CONNECTIONS)
            if number:
                found[each.name].append(Measured(done, each.cpu_seconds() - before))
    return found


def show(found: Found) -> None:
    for name, rounds in found.items():
        p50, p99 = (median(each.round.percentile(share) for each in rounds) * 1000 for share in (0.50, 0.99))
        line = f"{name:<13} {median(map(rate, rounds)):>7.0f} req/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms"
        print(f"{line}   cpu {median(map(cpu, rounds)):5.0f} µs/req")


def show_ratio(
    what: str, above: Sequence[Measured], below: Sequence[Measured], of: Callable[[Measured], float]
) -> None:
    """The median of the rounds' own ratios, and those."""
    ratios = [of(one) / of(other) for one, other in zip(above, below, strict=True)]
    by_round = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{median(ratios):.2f}  {what} (round by round: {by_round})")
