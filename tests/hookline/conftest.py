from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.hookline.forked import Forked, copied, start

KEY = "a-signing-key"


@dataclass(slots=True)
class Process:
    """A running ``hookline`` command: its first line on stdout, and the way to end it."""

    process: Forked
    ready: str

    @property
    def url(self) -> str:
        """The receiver's address out of the line that says that all is ready."""
        return next(word for word in self.ready.split() if word.endswith("/callbacks/<source>,")).split("/callbacks")[0]

    @property
    def operations(self) -> str:
        """Where /ready and /metrics are, out of the same line."""
        return self.ready.split("operations on ")[1].split()[0].rstrip(",")

    async def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(30):
            return await self.process.wait()


@dataclass(slots=True)
class Shell:
    """Runs ``hookline`` in a folder of its own, as somebody at a terminal would."""

    folder: Path
    place: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write_settings(self, **more: str) -> None:
        lines = [
            '[log]\nurl = "sqlite:///hookline.db"',
            '[receiver]\nlisten = "127.0.0.1:0"',
            '[console]\nlisten = "127.0.0.1:0"',
        ]
        source = '[[source]]\nname = "idenfy"\nvendor = "idenfy"\nsecrets = ["env:IDENFY_SIGNING_KEY"]'
        (self.folder / "hookline.toml").write_text("\n".join([*lines, source, *more.values()]))

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, stdout and stderr of a command that ends by itself."""
        process = await self._start(*arguments)
        async with asyncio.timeout(60):
            output, errors = await process.communicate()
        return process.returncode or 0, output.decode(), errors.decode()

    async def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command prints with ``--json``."""
        status, output, errors = await self.run(*arguments, "--json")
        assert status == 0, errors
        return [json.loads(line) for line in output.splitlines()]

    @asynccontextmanager
    async def serve(self, *arguments: str) -> AsyncIterator[Process]:
        """A command that stays, once it has said that it is ready; killed at the end if it is still there."""
        process = await self._start(*arguments)
        try:
            async with asyncio.timeout(30):
                ready = (await process.stdout.readline()).decode()
            if not ready.startswith("ready"):
                raise AssertionError((await process.communicate())[1].decode())
            yield Process(process, ready)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def _start(self, *arguments: str) -> Forked:
        environ = {"PATH": os.environ["PATH"], "IDENFY_SIGNING_KEY": KEY, **self.environ}  # noqa: TID251 - a child's own
        return await start(self.place, arguments, self.folder, environ)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the process listens whose copies run ``hookline``."""
    with copied(tmp_path_factory.mktemp("copied")) as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path, place: Path) -> Shell:
    return Shell(tmp_path, place)


def result(scan_ref: str, overall: str = "APPROVED", **more: object) -> bytes:
    """A result webhook's body."""
    document = {"final": True, "scanRef": scan_ref, "clientId": "customer", "status": {"overall": overall}, **more}
    return json.dumps(document).encode()


def headers(body: bytes) -> dict[str, str]:
    signature = hmac.digest(KEY.encode(), body, "sha256").hex()
    return {"Idenfy-Signature": signature, "Idenfy-Event-Type": "IDENTIFICATION_MANUAL_FINISHED"}
