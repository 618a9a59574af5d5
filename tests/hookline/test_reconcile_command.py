"""``hookline reconcile``: shown with ``--dry-run``, asked without."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.sandboxes import served
from runtime.eventlog import open_log
from sandbox import idverse
from schemas import topics
from tests.hookline.conftest import Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import post
from tests.waiting import until


@pytest.fixture
async def at_idverse() -> AsyncIterator[str]:
    async with served(idverse.make_app(), 0) as url:
        yield url


def write_settings(shell: Shell, at_idverse: str, after: float) -> None:
    """Asked about so many seconds after its last event, and once more an hour later, which no test waits for."""
    api = f"reconcile_after = [{after}, {after + 3600}]"
    idverse_source = source("idverse", at_idverse, 'secrets = ["a"]', api=api)
    shell.write_settings(idverse=idverse_source, reconcile="[reconcile]\nevery = 0.1")


async def registered(shell: Shell, at_idverse: str) -> str:
    """An open transaction that expired in silence, known here because it was registered; its id."""
    created = await post(f"{at_idverse}/_sandbox/transactions", {})
    name = str(created["transaction_id"])
    await post(f"{at_idverse}/_sandbox/transactions/{name}/expire", {})
    assert (await shell.run("vendor", "idverse", "register", name))[0] == 0
    async with shell.serve("normalize"), shell.serve("project"):
        await until(lambda: outcome(shell, name, "PENDING"))
    return name


async def outcome(shell: Shell, name: str, expected: str) -> bool:
    status, output, _ = await shell.run("status", f"idverse:{name}", "--json")
    return status == 0 and f'"outcome":"{expected}"' in output


async def calls(at_idverse: str) -> Any:  # noqa: ANN401 - any JSON
    async with ClientSession() as http, http.get(f"{at_idverse}/_sandbox/counts") as answer:
        return (await answer.json())["days"]


async def requests(shell: Shell) -> list[str]:
    log = await open_log(f"sqlite:///{shell.folder / 'hookline.db'}")
    try:
        return [record.key async for record in log.scan(topics.fetch_requests("idverse"))]
    finally:
        await log.close()


async def test_a_dry_run_shows_what_is_open_for_long_enough_and_asks_nothing(shell: Shell, at_idverse: str) -> None:
    """Young enough, it is not shown. The vendor was not called, and nothing was requested."""
    write_settings(shell, at_idverse, 3600)
    name = await registered(shell, at_idverse)
    young = await shell.run("reconcile", "--dry-run")
    write_settings(shell, at_idverse, 0.05)
    status, output, errors = await shell.run("reconcile", "--dry-run")
    rows = await shell.rows("reconcile", "--dry-run")
    assert (0, "nothing to ask about", "") == (young[0], young[1].strip(), young[2])
    assert (0, "") == (status, errors)
    assert (["idverse", "transaction", name], "1 to ask about") == (
        output.splitlines()[0].split(),
        output.splitlines()[1],
    )
    assert [{"source": "idverse", "kind": "transaction", "verification_id": name}] == rows
    assert ({}, []) == (await calls(at_idverse), await requests(shell))


async def test_what_was_asked_is_not_shown_again(shell: Shell, at_idverse: str) -> None:
    """The silent expiry is found by asking once; then nothing is left to ask about."""
    write_settings(shell, at_idverse, 0.05)
    name = await registered(shell, at_idverse)
    async with (
        shell.serve("reconcile") as reconcile,
        shell.serve("fetch") as fetch,
        shell.serve("normalize"),
        shell.serve("project"),
    ):
        await until(lambda: outcome(shell, name, "EXPIRED"))
        assert [0, 0] == [await each.end(signal.SIGTERM) for each in (reconcile, fetch)]
    status, output, _ = await shell.run("reconcile", "--dry-run")
    assert (0, "nothing to ask about") == (status, output.strip())
    assert ["OPERATOR", "RECONCILED"] == [event["provenance"] for event in await shell.rows("events")]
    [day] = (await calls(at_idverse)).values()
    assert 1 == day["counted"]


async def test_without_projections_a_dry_run_says_so_and_makes_none(shell: Shell, at_idverse: str) -> None:
    """Status 1 and what to do; a log alone is not enough, and no projections are made just to look."""
    write_settings(shell, at_idverse, 0.05)
    assert (await shell.run("reconcile", "--dry-run"))[0] == 1
    assert ["hookline.toml"] == [path.name for path in shell.folder.iterdir()]
    assert (await shell.run("vendor", "idverse", "register", "a"))[0] == 0
    status, output, errors = await shell.run("reconcile", "--dry-run")
    assert (1, "") == (status, output)
    assert "hookline: hookline-views.db: no projections yet; start the stages" in errors
    assert not (shell.folder / "hookline-views.db").exists()
