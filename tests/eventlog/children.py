"""Starting children, hearing what they say, and ending them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Child:
    process: subprocess.Popen[bytes]
    said: Path

    def lines(self) -> list[str]:
        """Whole lines only: the last one may have been cut off with the child's life."""
        return self.said.read_text().split("\n")[:-1]

    def has_said(self, lines: int) -> bool:
        """Whether it said that many lines; fails when it ended on its own before."""
        ended = self.process.poll()
        heard = len(self.lines()) >= lines
        assert heard or ended is None, f"the child ended with {ended} after {self.lines()}"
        return heard

    def has_ended_well(self) -> bool:
        status = self.process.poll()
        assert status in {None, 0}, f"the child ended with {status}"
        return status == 0

    def release(self) -> None:
        """Its standard input ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        """SIGKILL; returns once it is dead."""
        self.process.kill()
        self.process.wait(20)


@contextmanager
def child(said: Path, *arguments: str) -> Iterator[Child]:
    """A running child, whose words go to the file ``said``; it is dead afterwards."""
    with said.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "tests.eventlog.child", *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
        )
    try:
        yield Child(process, said)
    finally:
        process.kill()
        process.wait(20)
        if process.stdin is not None:
            process.stdin.close()


def occurrences(path: Path, said: Path, *needles: bytes) -> list[int]:
    """How often each of these stands in the log's file and its write-ahead log now."""
    with child(said, "contains", str(path), *(needle.hex() for needle in needles)) as looking:
        looking.process.wait(20)
        counts: list[int] = orjson.loads(looking.lines()[0])
    return counts
