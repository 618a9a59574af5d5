"""The example programs as real processes: how each is started, what it prints, and what it wrote into its database."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.servers.commands import run
from tests.servers.fetching import fetched
from tests.servers.java import java_home
from tests.servers.missing import Missing, skipped_without

EXAMPLES = Path(__file__).parents[2] / "examples"
HISTORY = Path(__file__).parents[2] / "schemas" / "history"
_BUILD_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Program:
    """``stopped`` is the exit status of one that was told to stop by SIGTERM and ended in order."""

    name: str
    command: tuple[str, ...]
    stopped: int = 0


def program(name: str) -> Program:
    """Skips the test where there is no JDK or Maven for the one in Java; where ``CI`` is set, fails it."""
    if name != "java":
        return Program(name, (sys.executable, str(EXAMPLES / "python" / f"with_{name}.py")))
    with skipped_without("example in Java"):
        jar = _built() / "target" / "consumer.jar"
        java = str(java_home(17) / "bin/java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"
        return Program(name, (*java, "-jar", str(jar)), stopped=128 + signal.SIGTERM)


@cache
def _built() -> Path:
    """The folder of the example, built by Maven with a JDK; kept for later runs as long as no file of it changes."""
    sources = sorted(path for path in (EXAMPLES / "java").rglob("*") if path.is_file() and "target" not in path.parts)
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]

    def build(folder: Path) -> None:
        for path in sources:
            copy = folder / path.relative_to(EXAMPLES / "java")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        maven, home = shutil.which("mvn"), java_home(17)
        if maven is None or not (home / "bin/javac").exists():
            raise Missing("it takes Maven (the command mvn) and a JDK 17 or newer")
        environ = {**os.environ, "JAVA_HOME": str(home)}  # noqa: TID251 - a child's own
        try:
            done = run([maven, "--batch-mode", "--quiet", "package"], _BUILD_SECONDS, folder=folder, environ=environ)
        except subprocess.TimeoutExpired:
            raise Missing(f"Maven had not finished after {_BUILD_SECONDS} s") from None
        if done.returncode:
            raise Missing(f"Maven could not build it: {done.stdout.strip()[-2000:]}")

    return fetched(f"example-java-{digest}", build)


@dataclass(slots=True)
class Subscriber:
    """One service: a program with its group and its database, as often as it is started."""

    program: Program
    bootstrap: str
    topic: str
    folder: Path
    registry: str | None = None
    group: str = "service"

    @property
    def database(self) -> Path:
        return self.folder / "service.db"

    @asynccontextmanager
    async def running(self, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Killed at the end if it is still there; what it says on stderr is shown when the test fails."""
        asked = ("--registry", self.registry) if self.registry else ()
        process = await asyncio.create_subprocess_exec(
            *self.program.command,
            *(
                "--bootstrap",
                self.bootstrap,
                "--topic",
                self.topic,
                "--group",
                f"{self.topic}-{self.group}",
                "--member",
                "a",
            ),
            *("--database", str(self.database), "--schemas", str(HISTORY), *asked, *more),
            cwd=self.folder,
            env={"PATH": os.environ["PATH"]},  # noqa: TID251 - a child's own
            stdout=asyncio.subprocess.PIPE,
            limit=1024 * 1024,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def stopped(self, process: asyncio.subprocess.Process) -> list[dict[str, Any]]:
        """What it had printed by the time that it ended, told by SIGTERM, in order."""
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            output, _ = await process.communicate()
        assert self.program.stopped == process.returncode
        return [json.loads(line) for line in output.splitlines()]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What its database answers; nothing while its tables are not there yet."""
        if not self.database.exists():
            return []
        database = sqlite3.connect(self.database, timeout=30)
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []
        finally:
            database.close()

    def count(self) -> int:
        """How many events it has seen."""
        return sum(number for (number,) in self.rows("SELECT count(*) FROM seen"))

    def seen(self) -> list[str]:
        return [event_id for (event_id,) in self.rows("SELECT event_id FROM seen ORDER BY event_id")]

    def standing(self) -> dict[str, tuple[str, bool]]:
        found = self.rows("SELECT verification, outcome, final FROM standing")
        return {verification: (outcome, bool(final)) for verification, outcome, final in found}
