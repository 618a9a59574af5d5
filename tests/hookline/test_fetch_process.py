"""``hookline fetch`` as a process beside its neighbours: an outage, and kill -9 in the middle of it."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.sandboxes import DEV_WEBHOOK_SECRET, VENDORS, Target, served
from sandbox import solaris
from tests.hookline.conftest import Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import post
from tests.waiting import until

IDENTIFICATIONS = 12
PACE = "[fetch]\nfirst_pause = 0.1\nlongest_pause = 0.5"


@pytest.fixture
async def at_solaris() -> AsyncIterator[str]:
    """Its second is one of ours, but webhooks that met nobody come again soon."""
    account = solaris.Account(webhook_secret=DEV_WEBHOOK_SECRET)
    async with served(solaris.make_app(account, solaris.Behaviour(first_retry=0.05)), 0) as url:
        yield url


async def ask(method: str, url: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    async with ClientSession() as http, http.request(method, url, json=body) as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


async def calls(at_solaris: str) -> int:
    """Calls of the API and for tokens so far, whatever they were answered with."""
    usage = await ask("GET", f"{at_solaris}/_sandbox/usage")
    return int(usage["calls"] + usage["tokens"])


async def begin(at_solaris: str) -> list[str]:
    """Identifications that succeed; their ids."""

    async def one() -> str:
        begun = await post(f"{at_solaris}/_sandbox/identifications", {})
        await post(f"{at_solaris}/_sandbox/identifications/{begun['id']}/result", {"result": "SUCCESS"})
        return str(begun["id"])

    return list(await asyncio.gather(*[one() for _ in range(IDENTIFICATIONS)]))


async def test_an_outage_and_kill_9_lose_no_answer_and_double_none(shell: Shell, at_solaris: str) -> None:
    """Callbacks get 200 while the vendor answers nothing but errors, and then nothing at all. ``hookline fetch`` is
    killed in the outage and again while it works off what waits: every identification has its end, told once.
    """
    shell.write_settings(
        solaris=source("solaris", at_solaris, f'secrets = ["{DEV_WEBHOOK_SECRET}"]', api="per_second = 5"), pace=PACE
    )
    async with shell.serve("receive") as receiver, shell.serve("normalize") as normalizer:
        async with ClientSession() as http:
            target = Target(f"{receiver.url}/callbacks/solaris")
            await VENDORS["solaris"].call_back(http, at_solaris, target, None)
        await ask("PUT", f"{at_solaris}/_sandbox/faults", {"every": "500"})
        begun = await begin(at_solaris)
        await until(lambda: all_delivered(at_solaris))
        await killed_after(shell, at_solaris, more=3)
        await post(f"{at_solaris}/_sandbox/down", {"minutes": 60})
        await killed_after(shell, at_solaris, more=2)
        assert [] == await shell.rows("events")
        await ask("PUT", f"{at_solaris}/_sandbox/faults", {"every": None})
        await post(f"{at_solaris}/_sandbox/down", {"minutes": 0})
        async with shell.serve("fetch") as fetch:
            await until(lambda: has_between(shell, 1, len(begun)))
            assert -signal.SIGKILL == await fetch.end(signal.SIGKILL)
        async with shell.serve("fetch") as fetch:
            await until(lambda: all_verified(shell, begun), deadline=40.0)
            ends = [await each.end(signal.SIGTERM) for each in (fetch, normalizer, receiver)]
    events = await shell.rows("events")
    assert [0, 0, 0] == ends
    assert {200} == {each["status"] for each in (await deliveries(at_solaris))["attempts"]}
    assert dict.fromkeys(begun, 1) == verified(events)
    assert {1} == set(Counter(event["event_id"] for event in events).values())
    assert [] == await shell.rows("dead-letters", "list")


async def killed_after(shell: Shell, at_solaris: str, more: int) -> None:
    """``hookline fetch`` ran until it had made so many more calls, and was killed."""
    before = await calls(at_solaris)

    async def asked() -> bool:
        return await calls(at_solaris) >= before + more

    async with shell.serve("fetch") as fetch:
        await until(asked)
        assert -signal.SIGKILL == await fetch.end(signal.SIGKILL)


async def deliveries(at_solaris: str) -> Any:  # noqa: ANN401 - any JSON
    return await ask("GET", f"{at_solaris}/_sandbox/deliveries")


async def all_delivered(at_solaris: str) -> bool:
    return int((await deliveries(at_solaris))["pending"]) == 0


def verified(events: list[dict[str, Any]]) -> dict[str, int]:
    """How often each identification was told to have succeeded."""
    return Counter(event["verification_id"] for event in events if event["outcome"] == "VERIFIED" and event["final"])


async def has_between(shell: Shell, low: int, high: int) -> bool:
    number = len(verified(await shell.rows("events")))
    assert number < high, "all was done before it could be killed"
    return number >= low


async def all_verified(shell: Shell, begun: list[str]) -> bool:
    return set(begun) <= verified(await shell.rows("events")).keys()
