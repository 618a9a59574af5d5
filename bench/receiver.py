"""Receiver on the embedded log against a bare handler that reads the body and checks its HMAC.

    python bench/receiver.py

Both serve from a process of their own, in turn, round by round; every figure is of the same run. Aim: at least 0.5
of the bare handler's requests a second with 64 connections and 2.8 KB bodies, and p99 under 50 ms.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bench.load import Round, requests, run_round

CONNECTIONS = 64
PER_ROUND = 10_000
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server's process has used, all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(name: str, folder: str) -> Iterator[Server]:
    command = [sys.executable, str(Path(__file__).with_name("servers.py")), name, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own script
        try:
            assert process.stdout is not None
            yield Server(name, int(process.stdout.readline()), process.pid)
        finally:
            process.kill()


async def measure(servers: list[Server]) -> dict[str, list[tuple[Round, float]]]:
    """Each server's rounds with the processor time of each, the servers taking turns."""
    found: dict[str, list[tuple[Round, float]]] = {each.name: [] for each in servers}
    for number in range(ROUNDS + 1):
        wire = requests(PER_ROUND, number * PER_ROUND)
        for each in servers:
            before = each.cpu_seconds()
            done = await run_round(each.port, wire, CONNECTIONS)
            if number:
                found[each.name].append((done, each.cpu_seconds() - before))
    return found


def report(found: dict[str, list[tuple[Round, float]]]) -> None:
    for name, rounds in found.items():
        rate = statistics.median(done.per_second for done, _ in rounds)
        p50 = statistics.median(done.percentile(0.50) for done, _ in rounds) * 1000
        p99 = statistics.median(done.percentile(0.99) for done, _ in rounds) * 1000
        cpu = statistics.median(cpu / done.answers for done, cpu in rounds) * 1e6
        print(f"{name:<9} {rate:>7.0f} req/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms   cpu {cpu:5.0f} µs/req")
    pairs = list(zip(found["hookline"], found["bare"], strict=True))
    ratios = [ours[0].per_second / bare[0].per_second for ours, bare in pairs]
    by_round = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"ratio     {statistics.median(ratios):.2f} of the bare handler's req/s (round by round: {by_round})")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, server("bare", folder) as bare, server("hookline", folder) as ours:
        report(uvloop.run(measure([bare, ours])))


if __name__ == "__main__":
    main()
