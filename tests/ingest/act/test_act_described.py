"""What the API's description says of actions is true."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import definitions

from consumers.console.api import document
from consumers.console.auditing import audited
from ingest.act.web import ACTION_PATHS, action_routes
from runtime.eventlog import EventLog
from runtime.settings import ActSettings
from tests.ingest.act.counter import Counter
from tests.ingest.act.test_act_http import ACT, ANNS, BOBS, GOOD, Console, console, everybody, serving

__all__ = ["console"]

CHECKS = Path(__file__).parents[2] / "consumers" / "api" / "schemathesis.toml"


def test_every_route_is_described() -> None:
    """As OpenAPI 3.1 has it."""
    routes = {(route.method.lower(), route.path) for route in action_routes(None, audited)}  # type: ignore[arg-type]  # nothing is asked of it
    assert routes == {(method, path) for path, item in ACTION_PATHS.items() for method in item}
    described = orjson.loads(orjson.dumps(document((), ACTION_PATHS)))
    assert [] == [error.message for error in Draft202012Validator(definitions.OPENAPI_31).iter_errors(described)]


def faults(path: str, method: str, status: int, told: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """Where an answer is not as described."""
    schema: Mapping[str, Any] = ACTION_PATHS[path][method]["responses"][str(status)]["content"]["application/json"]
    return [error.message for error in Draft202012Validator(schema["schema"]).iter_errors(told)]


async def test_answers_are_as_described(log: EventLog, vendor: Counter) -> None:
    """What can be done, what was done and asked for, what waits, what was confirmed, dry runs and files."""
    act = "/api/v1/vendors/{vendor}/actions/{action}"
    async with serving(log, vendor, everybody(), ActSettings(two_persons=("counter.set-state",))) as at:
        _, types = await at.ask("GET", "/api/v1/action-types")
        _, done = await at.act("look", {"arguments": {"thing": "thing-1"}}, Idempotency_Key="key-1")
        _, again = await at.act("look", {"arguments": {"thing": "thing-1"}}, Idempotency_Key="key-1")
        _, file = await at.act("report", {"arguments": {"thing": "thing-1"}})
        _, dry = await at.act("set-state", {**GOOD, "dry_run": True})
        status, asked = await at.act("set-state", GOOD)
        _, waiting = await at.ask("GET", "/api/v1/actions/waiting", token=BOBS)
        _, confirmed = await at.ask("POST", f"/api/v1/actions/{asked['action_id']}/confirm", token=BOBS)
    assert [] == [
        *faults("/api/v1/action-types", "get", 200, types),
        *(fault for told in (done, again, file, dry) for fault in faults(act, "post", 200, told)),
        *faults(act, "post", status, asked),
        *faults("/api/v1/actions/waiting", "get", 200, waiting),
        *faults("/api/v1/actions/{id}/confirm", "post", 200, confirmed),
    ]
    assert (202, True, True) == (status, again["replayed"], "file" in file)


async def test_requests_of_every_form_are_answered_as_described(console: Console, tmp_path: Path) -> None:
    """What schemathesis makes of the description; nothing is a fault of ours. Which arguments are right is an action's
    own matter, and told by it.
    """
    described = orjson.loads(orjson.dumps(document((), ACTION_PATHS)))
    choices = {"vendor": ["counter", "nobody"], "action": ["look", "set-state", "create", "teleport"]}
    for parameter in described["paths"][f"{ACT.replace('counter', '{vendor}')}/{{action}}"]["post"]["parameters"]:
        parameter["schema"].update({"enum": choices[parameter["name"]]} if parameter["name"] in choices else {})
    (tmp_path / "openapi.json").write_bytes(orjson.dumps(described))
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CHECKS)),
        *(
            "run",
            "openapi.json",
            "--checks",
            "all",
            "--exclude-checks",
            "positive_data_acceptance",
            "--url",
            console.url,
        ),
        *("--header", f"Authorization: Bearer {ANNS}"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(110):
        told, _ = await process.communicate()
    assert 0 == process.returncode, told.decode()
