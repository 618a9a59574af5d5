"""A failed liveness is overridden from the command line, and everybody sees who, when and why."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.sandboxes import VENDORS, Target, served
from sandbox import credas
from tests.hookline.conftest import Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import post
from tests.waiting import until

HEADER = "a-static-header-value-of-the-portal"
AUTO_FAIL, MANUAL_PASS = 2, 4
WHY = "Seen in the branch with her passport"


@pytest.fixture
async def at_credas() -> AsyncIterator[str]:
    behaviour = credas.Behaviour(visible_after=0.3)
    async with served(credas.make_app(None, behaviour), 0) as url:
        yield url


async def get(url: str) -> Any:  # noqa: ANN401 - any JSON
    async with ClientSession() as http, http.get(url) as answer:
        assert answer.ok
        return await answer.json()


async def test_a_failed_liveness_is_overridden_from_the_command_line(shell: Shell, at_credas: str) -> None:
    """Credas shows the new result, the projection turns VERIFIED by an operator with name and reason in the timeline,
    and the webhook that comes back about it adds nothing.
    """
    shell.write_settings(
        credas=source("credas", at_credas, f'secrets = ["{HEADER}"]', api="again = [0, 0.2, 0.5, 1, 3, 6]")
    )
    async with shell.serve("dev", "--no-sandbox") as dev:
        target = Target(f"{dev.url}/callbacks/credas", "webhookAuth")
        async with ClientSession() as http:
            await VENDORS["credas"].call_back(http, at_credas, target, HEADER)
        process = (await post(f"{at_credas}/_sandbox/processes", {}))["id"]
        await post(f"{at_credas}/_sandbox/processes/{process}/complete", {"liveness": AUTO_FAIL})
        await until(lambda: stands(shell, process, "REJECTED"))

        [listed] = await shell.rows("vendor", "credas", "entries", process)
        [entry] = listed["answer"]["entries"]
        assert "2 AutoFail" == entry["liveness"]
        command = ("override-liveness", process, entry["entity"], entry["entry"], "verify", "--reason", WHY)
        [done] = await shell.rows("vendor", "credas", *command, "--operator", "ada")
        await until(lambda: stands(shell, process, "VERIFIED"))
        await until(lambda: is_quiet(shell, at_credas, process))
        events = [row for row in await timeline(shell, process) if row["kind"] in {"VERIFICATION", "ACTION"}]
        _, text, _ = await shell.run("timeline", f"credas:{process}")

    assert ("DONE", True) == (done["state"], done["holds"])
    [truth] = [each for each in (await get(f"{at_credas}/_sandbox/truth"))["processes"] if each["id"] == process]
    assert f'"liveness": {MANUAL_PASS}' in json.dumps(truth), truth
    decided = [row for row in events if row["outcome"] in {"REJECTED", "VERIFIED"}]
    assert ["REJECTED", "VERIFIED"] == [row["outcome"] for row in decided]
    assert ("OPERATOR", "OPERATOR", True) == (
        decided[-1]["decided_by"], decided[-1]["provenance"], decided[-1]["final"],
    )  # fmt: skip
    assert ("ada", WHY) == (decided[-1]["action"]["operator"], decided[-1]["action"]["reason"])
    assert ["BEGUN", "DONE"] == [row["vendor_status"] for row in events if row["vendor_event"] == "override-liveness"]
    assert text.count(f"ada: {WHY}") == 3
    assert not [row for row in decided if WHY in json.dumps({**row, "action": None})]


async def timeline(shell: Shell, process: str) -> list[dict[str, Any]]:
    return await shell.rows("timeline", f"credas:{process}")


async def stands(shell: Shell, process: str, outcome: str) -> bool:
    status, output, _ = await shell.run("status", f"credas:{process}", "--json")
    return status == 0 and bool(json.loads(output.splitlines()[0])["outcome"] == outcome)


async def is_quiet(shell: Shell, at_credas: str, process: str) -> bool:
    """The echoing webhook was received, what it led to was read, and that is on the log behind the action's end."""
    pending = (await get(f"{at_credas}/_sandbox/deliveries"))["pending"]
    kinds = [row["kind"] for row in await shell.rows("callbacks") if row["verification_id"] == process]
    return pending == 0 and "action" in kinds and kinds[::-1].index("action") > 0
