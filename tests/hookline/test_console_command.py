"""``hookline console`` as a process: it says where it is, acts, and ends in order."""

from __future__ import annotations

import signal

from aiohttp import ClientSession

from sandbox import idenfy
from tests.hookline.conftest import Shell
from tests.hookline.test_act_commands import ANNS, OPERATORS, at_idenfy, settings

__all__ = ["at_idenfy"]

CONSOLE = '[console]\nlisten = "127.0.0.1:0"\n'


async def test_a_service_creates_a_verification_over_http(shell: Shell, at_idenfy: str) -> None:
    """The token of the person's session is in the answer, and nowhere on the disk or in what the console prints."""
    settings(shell, at_idenfy, OPERATORS + CONSOLE)
    async with shell.serve("console") as console:
        url = next(word for word in console.ready.split() if word.endswith("/actions,")).removesuffix("/actions,")
        path = f"{url}/api/v1/vendors/idenfy/actions/create-token"
        headers = {"Authorization": f"Bearer {ANNS}"}
        async with ClientSession() as http:
            async with http.post(path, json={"arguments": {"clientId": "customer-1"}}, headers=headers) as answer:
                told = await answer.json()
            async with http.get(f"{console.operations}/ready") as ready:
                assert 200 == ready.status
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


async def test_without_operators_the_console_says_that_nobody_may_act(shell: Shell, at_idenfy: str) -> None:
    """It runs all the same: whoever forgot them reads it at once."""
    settings(shell, at_idenfy, CONSOLE)
    async with shell.serve("console") as console:
        assert console.process.stdout is not None
        line = (await console.process.stdout.readline()).decode()
        assert "nobody may act here yet: add [[operator]]" in line
