"""The processes as users run them: a broker, two receivers, three normalizers, two projectors."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.commands import run
from tests.servers.local_kafka import LocalBroker
from tests.servers.ports import HOST, free_ports
from tests.servers.process import ServerProcess

RECEIVERS = ("receive-1", "receive-2")
NORMALIZERS = ("normalize-1", "normalize-2", "normalize-3")
PROJECTORS = ("project-1", "project-2")
MEMBERS = (*RECEIVERS, *NORMALIZERS, *PROJECTORS)
BROKER = "broker"

SESSION_SECONDS = 6
"""The least that the settings take."""
KEY = "a-signing-key"
PREFIX = "chaos"

_NAMED = {"normalize-1", "normalize-2", "project-1"}
"""Static members of their groups; the others are dynamic ones."""
_APPLY_SECONDS = 60


class Hookline(ServerProcess):
    """A ``hookline`` command that stays."""

    def __init__(self, part: str, folder: Path) -> None:
        command = [sys.executable, "-m", "hookline", part, "--settings", "hookline.toml"]
        super().__init__(command, folder, lambda printed: "ready: " in printed)

    @property
    def operations(self) -> str:
        """Where /ready is, as it said when it was last started."""
        return self._printed().partition("operations on ")[2].split()[0]

    def stop(self, deadline: float = 45.0) -> None:
        """Ended by SIGTERM, with status 0."""
        process = self._running()
        super().stop(deadline)
        assert 0 == process.returncode, self._printed()[-3000:]


@dataclass(frozen=True, slots=True)
class Fleet:
    """``receivers`` is where callbacks go; ``url`` is the log's."""

    broker: LocalBroker
    url: str
    receivers: tuple[str, ...]
    members: Mapping[str, Hookline]

    @property
    def processes(self) -> Mapping[str, ServerProcess]:
        """All of them by name, the broker too."""
        return {BROKER: self.broker, **self.members}

    def ended(self) -> list[str]:
        """Those that are not running; between two faults that is nobody."""
        return [name for name, process in self.processes.items() if not process.running]


@asynccontextmanager
async def started(broker: LocalBroker, database: str, folder: Path) -> AsyncIterator[Fleet]:
    """Everything runs, on topics that were made as an operator makes them; killed afterwards."""
    url = f"{broker.url}/{PREFIX}"
    ports = dict(zip(RECEIVERS, free_ports(len(RECEIVERS)), strict=True))
    members = {name: _member(name, folder / name, url, database, ports.get(name, 0)) for name in MEMBERS}
    await asyncio.to_thread(_apply_topics, folder / MEMBERS[0])
    receivers = tuple(f"http://{HOST}:{port}/callbacks/idenfy" for port in ports.values())
    try:
        for member in members.values():
            member.launch()
        await asyncio.gather(*(asyncio.to_thread(member.wait_until_ready) for member in members.values()))
        yield Fleet(broker, url, receivers, members)
    finally:
        for member in members.values():
            member.kill()


def _member(name: str, folder: Path, url: str, database: str, port: int) -> Hookline:
    folder.mkdir()
    member = f'member = "{name}"' if name in _NAMED else ""
    (folder / "hookline.toml").write_text(
        f"""
[log]
url = "{url}"
[kafka]
session_timeout = {SESSION_SECONDS}
replication = 1
min_insync = 1
{member}
[receiver]
listen = "{HOST}:{port}"
[projections]
url = "{database}"
[[source]]
name = "idenfy"
vendor = "idenfy"
secrets = ["{KEY}"]
"""
    )
    return Hookline(name.partition("-")[0], folder)


def _apply_topics(folder: Path) -> None:
    command = [sys.executable, "-m", "hookline", "topics", "apply", "--settings", "hookline.toml"]
    done = run(command, _APPLY_SECONDS, folder=folder)
    assert 0 == done.returncode, done.stdout
