"""A real Credas sandbox, somebody who acts there over sockets, and whoever plays the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from ingest.action import Done, Order, Plan
from ingest.api import Call
from ingest.calling import opened
from ingest.vendors.credas.actions import ACTIONS
from runtime.secrets import Secret
from sandbox.credas import Account, Behaviour, make_app
from tests.ingest.credas.talking import account_at
from tests.sandbox.conftest import serving

BY_NAME = {action.name: action for action in ACTIONS}
REASON = "seen by two of us"


def plan_of(
    action: str,
    reason: str = REASON,
    secrets: tuple[Secret, ...] = (),
    options: Mapping[str, str] | None = None,
    **arguments: Any,  # noqa: ANN401 - an argument is any of the fields' kinds
) -> Plan:
    return BY_NAME[action].plan(Order(arguments, reason, options or {}, test=True, secrets=secrets))


@dataclass(frozen=True, slots=True)
class Made:
    """The ids of a completed process with one submission."""

    process: str
    entity: str
    entry: str
    document: str
    supporting: tuple[str, ...]

    @property
    def ids(self) -> dict[str, Any]:
        return {"process": self.process, "entity": self.entity, "entry": self.entry}


@dataclass(frozen=True, slots=True)
class Credas:
    """A sandbox that runs; ``call`` asks it as an account does, and gives up after half a second."""

    url: str
    call: Call
    http: ClientSession

    async def control(self, method: str, path: str, **body: object) -> Any:  # noqa: ANN401 - an answer is any JSON
        async with self.http.request(method, f"{self.url}/_sandbox/{path}", json=body or None) as answer:
            assert answer.status == 200, await answer.read()
            return await answer.json()

    async def invited(self, **person: object) -> tuple[str, str]:
        """The ids of a new process and of its person."""
        made = await self.control("POST", "processes", **person)
        return made["id"], made["processActors"][0]["entityId"]

    async def completed(self, **findings: object) -> Made:
        process, entity = await self.invited()
        await self.control("POST", f"processes/{process}/complete", **findings)
        entry = await self.entry_of(process)
        supporting = tuple(each["id"] for each in entry["supporting_documents"])
        return Made(process, entity, entry["entry_id"], entry["documents"][0]["id"], supporting)

    async def entry_of(self, process: str) -> Any:  # noqa: ANN401 - any JSON
        """The sandbox's own truth of the last submission."""
        return (await self.control("GET", f"truth/{process}"))["actors"][0]["entries"][-1]

    async def fault(self, fault: str, call: str, times: int = 1) -> None:
        await self.control("PUT", "faults", api=[{"fault": fault, "call": call, "times": times}])

    async def calls(self, name: str) -> int:
        """How often that call came."""
        return int((await self.control("GET", "usage"))["by_name"].get(name, 0))

    async def act(self, action: str, reason: str = REASON, **arguments: Any) -> Done:  # noqa: ANN401 - as above
        return await plan_of(action, reason, **arguments).carry_out(self.call)


@pytest.fixture
async def credas() -> AsyncIterator[Credas]:
    """Results are shown at once, and nobody is told of them."""
    app = make_app(Account(), Behaviour(seed="tests", visible_after=0.0))
    async with serving(app) as url, ClientSession() as http, opened(account_at(url, Account().api_key)) as client:
        yield Credas(url, client.call, http)
