"""``hookline console`` as a process: it says where it is, acts, and ends in order."""

from __future__ import annotations

import asyncio
import signal

from aiohttp import ClientConnectionError, ClientSession, web
from aiohttp.typedefs import Handler

from hookline.sandboxes import served
from sandbox import idenfy
from tests.hookline.conftest import KEY, Process, Shell
from tests.hookline.test_act_commands import ANNS, BOBS, OPERATORS, at_idenfy, settings
from tests.waiting import until

__all__ = ["at_idenfy"]

CREATE = {"arguments": {"clientId": "customer-1"}}
CONSOLE = '[console]\nlisten = "127.0.0.1:0"\n'


def address(console: Process) -> str:
    """As it stands on the line that says ready."""
    return console.ready.split("console on ")[1].split(",")[0]


async def test_a_service_creates_a_verification_over_http(shell: Shell, at_idenfy: str) -> None:
    """The token of the person's session is in the answer, and nowhere on the disk or in what the console prints."""
    settings(shell, at_idenfy, OPERATORS + CONSOLE)
    async with shell.serve("console") as console:
        path = f"{address(console)}/api/v1/vendors/idenfy/actions/create-token"
        headers = {"Authorization": f"Bearer {ANNS}"}
        async with ClientSession() as http:
            async with http.post(path, json=CREATE, headers=headers) as answer:
                told = await answer.json()
            await until(lambda: is_ready(http, console))
        assert 0 == await console.end(signal.SIGTERM)
        assert console.process.stderr is not None
        printed = await console.process.stderr.read()
    assert "DONE" == told["state"]
    written = b"".join(path.read_bytes() for path in shell.folder.glob("hookline.db*"))
    secrets = told["answer"]["authToken"], ANNS, idenfy.Account().api_secret
    assert not [secret for secret in secrets if secret.encode() in printed]
    assert not [secret for secret in secrets if secret.encode() in written]
    assert [("create-token", "BEGUN"), ("create-token", "DONE")] == [
        (row["action"], row["state"]) for row in await shell.rows("actions")
    ]


async def test_without_operators_the_console_says_that_nobody_may_come_in(shell: Shell, at_idenfy: str) -> None:
    """It runs all the same: whoever forgot them reads it at once."""
    settings(shell, at_idenfy, CONSOLE)
    async with shell.serve("console") as console:
        assert console.process.stdout is not None
        line = (await console.process.stdout.readline()).decode()
        assert "nobody may come in yet: add [[operator]]" in line


async def test_what_is_under_way_is_ended_and_told_before_the_console_ends(shell: Shell) -> None:
    """SIGTERM while the vendor is thinking: the answer still comes, and the log has both steps."""
    called, go_on = asyncio.Event(), asyncio.Event()

    @web.middleware
    async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
        called.set()
        await go_on.wait()
        return await handler(request)

    app = idenfy.make_app(idenfy.Account(signing_key=KEY))
    app.middlewares.append(hold)
    async with served(app, 0) as url:
        settings(shell, url, OPERATORS + CONSOLE)
        async with shell.serve("console") as console, ClientSession() as http:
            path = f"{address(console)}/api/v1/vendors/idenfy/actions/create-token"
            headers = {"Authorization": f"Bearer {ANNS}"}
            asked = asyncio.create_task(http.post(path, json=CREATE, headers=headers).__aenter__())
            await asyncio.wait_for(called.wait(), 20)
            console.process.send_signal(signal.SIGTERM)
            await refuses(http, address(console))
            go_on.set()
            told = await (await asked).json()
            assert 0 == await asyncio.wait_for(console.process.wait(), 20)
    assert "DONE" == told["state"]
    assert ["BEGUN", "DONE"] == [row["state"] for row in await shell.rows("actions")]


async def refuses(http: ClientSession, url: str) -> None:
    """It takes no new connection any more."""

    async def is_closed() -> bool:
        try:
            async with http.get(f"{url}/login", headers={"Connection": "close"}):
                return False
        except ClientConnectionError:
            return True

    await until(is_closed)


async def troubles(http: ClientSession, console: Process) -> dict[str, str]:
    """What ``/ready`` says is wrong."""
    async with http.get(f"{console.operations}/ready") as answer:
        told: dict[str, str] = (await answer.json())["troubles"]
        return told


async def is_ready(http: ClientSession, console: Process) -> bool:
    return not await troubles(http, console)


async def test_a_read_model_that_comes_later_is_waited_for(shell: Shell, at_idenfy: str) -> None:
    """Until then whoever asks is told so, and so is whoever asks whether it is ready; then it goes on by itself."""
    views = shell.folder / "views.db"
    views.mkdir()
    settings(shell, at_idenfy, OPERATORS + CONSOLE + f'[projections]\nurl = "sqlite:///{views}"\n')
    async with shell.serve("console") as console, ClientSession() as http:
        headers = {"Authorization": f"Bearer {ANNS}"}

        async def status() -> int:
            async with http.get(f"{address(console)}/api/v1/verifications", headers=headers) as answer:
                return answer.status

        async def is_told() -> bool:
            return "views.db" in (await troubles(http, console)).get("read model", "")

        await until(is_told)
        assert 503 == await status()
        views.rmdir()
        await until(lambda: is_ready(http, console), deadline=30)
        assert 200 == await status()


async def test_who_looked_is_told_at_the_command_line(shell: Shell, at_idenfy: str) -> None:
    """By name, by what was looked at, and by the very text that was searched for; the text itself is nowhere."""
    settings(shell, at_idenfy, OPERATORS + CONSOLE)
    async with shell.serve("console") as console, ClientSession() as http:
        await until(lambda: is_ready(http, console))
        for token, path in ((ANNS, "search?q=Ann+Canary"), (BOBS, "search?q=customer-1"), (BOBS, "open-work")):
            headers = {"Authorization": f"Bearer {token}"}
            async with http.get(f"{address(console)}/api/v1/{path}", headers=headers) as answer:
                assert 200 == answer.status
    every = await shell.rows("audit")
    assert {("ann", "search"), ("bob", "search")} <= {(row["who"], row["what"]) for row in every}
    assert {"bob"} == {row["who"] for row in await shell.rows("audit", "--who", "bob")}
    [found] = await shell.rows("audit", "--searched", "Ann Canary")
    assert ("ann", "operator", "token") == (found["who"], found["role"], found["via"])
    _, lines, _ = await shell.run("audit", "--about", found["about"])
    assert 1 == lines.count("\n")
    written = b"".join(path.read_bytes() for path in shell.folder.glob("hookline.db*"))
    assert not [word for word in (b"Canary", b"customer-1") if word in written]
