"""``hookline health``: what a container's health check runs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from hookline.commands.health import NotHealthy, health
from runtime.errors import SettingsInvalid
from tests.deploy.conftest import Installed


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def written(folder: Path, listen: str, *more: str) -> Path:
    path = folder / "hookline.toml"
    path.write_text("\n".join([f'[observability]\nlisten = "{listen}"', *more]))
    return path


@asynccontextmanager
async def answering(path: str, status: int, body: str) -> AsyncIterator[int]:
    """A program that answers so on this path and 404 elsewhere; gives its port."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type="application/json")

    app = web.Application()
    app.add_routes([web.get(path, answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def asked(settings: Path, *, live: bool = False, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - the command's own
    await asyncio.to_thread(health, settings, live=live, timeout=timeout)


async def test_a_stage_of_the_image_is_healthy_until_it_was_told_to_stop(installed: Installed, tmp_path: Path) -> None:
    """A receiver that listens on every address, asked by another process with the same settings, on loopback."""
    port = free_port()
    log = f'[log]\nurl = "sqlite:///{tmp_path}/hookline.db"\n[receiver]\nlisten = "127.0.0.1:0"'
    source = '[[source]]\nname = "idenfy"\nvendor = "idenfy"\nsecrets = ["env:KEY"]'
    settings = written(tmp_path, f"0.0.0.0:{port}", log, source)
    environ = {"HOOKLINE_SETTINGS": str(settings), "KEY": "a-signing-key"}
    async with installed.serving("receive", here=tmp_path, environ=environ) as stage:
        ready = await asyncio.to_thread(installed.run, installed.hookline, "health", here=tmp_path, environ=environ)
        live = await asyncio.to_thread(
            installed.run, installed.hookline, "health", "--live", here=tmp_path, environ=environ
        )
        assert (0, f"ready: 127.0.0.1:{port}\n", "") == (ready.returncode, ready.stdout, ready.stderr)
        assert (0, f"live: 127.0.0.1:{port}\n", "") == (live.returncode, live.stdout, live.stderr)
        assert await stage.terminated() == 0
    stopped = await asyncio.to_thread(installed.run, installed.hookline, "health", here=tmp_path, environ=environ)
    assert (1, "") == (stopped.returncode, stopped.stdout)
    assert f"hookline: 127.0.0.1:{port}: not reached (Connection refused)" in stopped.stderr


async def test_what_the_process_lacks_is_said(tmp_path: Path) -> None:
    """Its own words, each with the part that it is about."""
    body = '{"ready": false, "troubles": {"log": "no broker answers", "normalize": "no progress for 60 s"}}'
    async with answering("/ready", 503, body) as port:
        with pytest.raises(NotHealthy, match="not ready: log: no broker answers; normalize: no progress for 60 s"):
            await asked(written(tmp_path, f"127.0.0.1:{port}"))


async def test_live_is_asked_apart_from_ready(tmp_path: Path) -> None:
    """A process that turns but cannot work is live."""
    async with answering("/live", 200, '{"live": true}') as port:
        await asked(written(tmp_path, f"0.0.0.0:{port}"), live=True)
        with pytest.raises(NotHealthy):
            await asked(written(tmp_path, f"0.0.0.0:{port}"))


@pytest.mark.parametrize("body", ["<html>", "[]", '"ready"', ""])
async def test_another_program_on_that_port_is_not_taken_for_ours(tmp_path: Path, body: str) -> None:
    """Status 200 alone says nothing."""
    async with answering("/ready", 200, body) as port:
        with pytest.raises(NotHealthy, match="answers, but not as Hookline"):
            await asked(written(tmp_path, f"127.0.0.1:{port}"))


async def test_no_reason_is_said_too(tmp_path: Path) -> None:
    """An answer that is neither yes nor a reason is a no."""
    async with answering("/ready", 200, '{"ready": "true"}') as port:
        with pytest.raises(NotHealthy, match="not ready: it does not say why"):
            await asked(written(tmp_path, f"127.0.0.1:{port}"))


async def test_a_program_that_does_not_speak_http_is_no_crash(tmp_path: Path) -> None:
    """Nor is one that closes at once."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        with pytest.raises(NotHealthy, match=r"not as Hookline|not reached"):
            await asked(written(tmp_path, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))


async def test_silence_ends_at_the_deadline(tmp_path: Path) -> None:
    """A process that hangs accepts connections still."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = written(tmp_path, f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(NotHealthy, match=r"no answer within 0\.2 s"):
            await asked(settings, timeout=0.2)


@pytest.mark.parametrize("listen", ["[::]:0", "127.0.0.1:0", None])
async def test_a_port_that_nobody_can_know_is_a_mistake_in_the_settings(tmp_path: Path, listen: str | None) -> None:
    """The message names the setting and what to write."""
    settings = written(tmp_path, listen) if listen else tmp_path / "hookline.toml"
    settings.touch()
    with pytest.raises(SettingsInvalid, match=r"observability\.listen: .*write for example"):
        await asked(settings)


async def test_every_ipv6_address_is_asked_on_its_loopback(tmp_path: Path) -> None:
    """And is written as such."""
    with pytest.raises(NotHealthy, match=r"\[::1\]:1: not reached"):
        await asked(written(tmp_path, "[::]:1"))
