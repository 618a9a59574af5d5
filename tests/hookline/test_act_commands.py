"""``hookline vendor``: actions as somebody at a terminal asks for them, against real sandboxes and real processes."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hookline.app import app
from hookline.sandboxes import served
from ingest.act.catalogue import actions_of
from ingest.vendors import DOORS
from sandbox import idenfy
from tests.hookline.conftest import KEY, Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import free_port
from tests.waiting import until

ANNS, BOBS = "a" * 32, "b" * 32
OPERATORS = f"""
[[operator]]
name = "ann"
token = "{ANNS}"
may = ["idenfy.*"]
[[operator]]
name = "bob"
token = "{BOBS}"
may = ["idenfy.delete", "idenfy.status"]
"""
FILES = re.compile(r"[a-z-]+\.(?:json|jpg|png|pdf)")
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def at_idenfy() -> AsyncIterator[str]:
    async with served(idenfy.make_app(idenfy.Account(signing_key=KEY)), 0) as url:
        yield url


def settings(shell: Shell, at_idenfy: str, more: str = "") -> None:
    """One source, in iDenfy's DEV environment."""
    lines = '[log]\nurl = "sqlite:///hookline.db"\n[receiver]\nlisten = "127.0.0.1:0"\n'
    made = source("idenfy", at_idenfy, f'secrets = ["{KEY}"]')
    (shell.folder / "hookline.toml").write_text(lines + made + more)


async def created(shell: Shell, *more: str) -> dict[str, Any]:
    [row] = await shell.rows("vendor", "idenfy", "create-token", "customer-1", *more)
    return row


async def timeline(shell: Shell, scan_ref: str) -> list[dict[str, Any]]:
    status, output, _ = await shell.run("timeline", f"idenfy:{scan_ref}", "--json")
    return [json.loads(line) for line in output.splitlines()] if status == 0 else []


async def test_a_dummy_verification_goes_from_pending_over_verified_to_rejected(shell: Shell, at_idenfy: str) -> None:
    """Created, answered APPROVED by the sandbox, reviewed as FAKE_FACE: three decisions, all marked test."""
    settings(shell, at_idenfy)
    async with shell.serve("dev", "--no-sandbox") as dev:
        await told_where(at_idenfy, f"{dev.url}/callbacks/idenfy")
        scan_ref = (await created(shell, "--dummy-status", "APPROVED"))["verification_id"]
        await until(lambda: stands(shell, scan_ref, "VERIFIED"))
        added = await shell.run("vendor", "idenfy", "add-dummy-status", scan_ref, "FAKE_FACE", "DOC_VALIDATED")
        assert 0 == added[0], added[2]
        await until(lambda: stands(shell, scan_ref, "REJECTED"))
        rows = await timeline(shell, scan_ref)
    decided = [(row["outcome"], row["decided_by"]) for row in rows if row["kind"] == "VERIFICATION"]
    assert ["VERIFIED", "REJECTED"] == [outcome for outcome, _ in decided if outcome != "PENDING"]
    assert {True} == {row["test"] for row in rows}
    steps = [(row["vendor_event"], row["vendor_status"]) for row in rows if row["kind"] == "ACTION"]
    assert ("add-dummy-status", "DONE") in steps
    assert "create-token" in {row["vendor_event"] for row in rows}


async def told_where(at_idenfy: str, url: str) -> None:
    from aiohttp import ClientSession

    async with ClientSession() as http, http.put(f"{at_idenfy}/_sandbox/notification", json={"url": url}) as answer:
        assert answer.ok


async def stands(shell: Shell, scan_ref: str, outcome: str) -> bool:
    status, output, _ = await shell.run("status", f"idenfy:{scan_ref}", "--json")
    return status == 0 and json.loads(output.splitlines()[0])["outcome"] == outcome


async def test_a_dry_run_prints_the_request_and_leaves_nothing(shell: Shell) -> None:
    """No secret, no log, and no vendor is needed."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    settings(shell, nowhere)
    [request] = await shell.rows("vendor", "idenfy", "create-token", "customer-1", "--dry-run")
    assert ("POST", f"{nowhere}/api/v2/token", {"clientId": "customer-1"}) == (
        request["method"], request["url"], request["json"],
    )  # fmt: skip
    assert {"Authorization": "(secret)"} == request["headers"]
    assert ["hookline.toml"] == [path.name for path in shell.folder.iterdir()]
    _, text, _ = await shell.run("vendor", "idenfy", "create-token", "customer-1", "--dry-run")
    assert f"POST {nowhere}/api/v2/token" == text.splitlines()[0]
    assert idenfy.Account().api_secret not in text


@pytest.mark.parametrize(
    ("arguments", "status", "code", "said"),
    [
        (("create-token", "c", "--first-name", "J0hn"), 2, "invalid-argument", "firstName"),
        (("create-token", "c", "--additional-steps", '{"ALL": 7}'), 2, "invalid-argument", "additionalSteps.ALL"),
        (("delete", UNKNOWN), 2, "invalid-argument", "reason: missing; say why"),
        (("delete", "two words", "--reason", "r"), 2, "invalid-argument", "scanRef"),
        (("data", UNKNOWN), 4, "not-found", "nothing of that id there"),
        (("status", UNKNOWN, "--source", "other"), 2, "unknown", "none called other of vendor idenfy"),
    ],
)
async def test_what_is_wrong_is_said_to_people_and_to_programs(
    shell: Shell, at_idenfy: str, arguments: tuple[str, ...], status: int, code: str, said: str
) -> None:
    """A message on stderr, or an object on stdout; the same exit status."""
    settings(shell, at_idenfy)
    found, output, errors = await shell.run("vendor", "idenfy", *arguments)
    assert (status, "", True) == (found, output, said in errors), errors
    found, output, _ = await shell.run("vendor", "idenfy", *arguments, "--json")
    assert (status, code) == (found, json.loads(output)["error"]["code"])


async def test_a_vendor_that_is_away_is_no_fault_of_whoever_asks(shell: Shell) -> None:
    """Nobody listens there: nothing was done, and the log has the attempt."""
    settings(shell, f"http://127.0.0.1:{free_port()}")
    found, _, errors = await shell.run("vendor", "idenfy", "delete", UNKNOWN, "--reason", "asked for by the person")
    assert (6, True) == (found, "nothing was done, ask again later" in errors), errors
    assert ["action", "action"] == [row["kind"] for row in await shell.rows("callbacks")]


async def test_killed_while_the_vendor_thinks_an_action_is_begun_and_never_ended(shell: Shell) -> None:
    """Whoever looks sees that it may have been done, by whom, and why."""
    reached = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        reached.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with server:
        settings(shell, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        command = ("vendor", "idenfy", "delete", UNKNOWN, "--reason", "asked for by the person", "--operator", "ann")
        process = await shell._start(*command)
        async with asyncio.timeout(30):
            await reached.wait()
        process.send_signal(signal.SIGKILL)
        await process.communicate()
    async with shell.serve("normalize"), shell.serve("project"):
        await until(lambda: has_timeline(shell, UNKNOWN))
    [row] = await timeline(shell, UNKNOWN)
    assert ("ACTION", "delete", "BEGUN", "OPERATOR") == (
        row["kind"], row["vendor_event"], row["vendor_status"], row["decided_by"],
    )  # fmt: skip
    assert ("ann", "asked for by the person", "BEGUN") == tuple(
        row["action"][name] for name in ("operator", "reason", "state")
    )
    _, text, _ = await shell.run("timeline", f"idenfy:{UNKNOWN}")
    assert "ann: asked for by the person" in text


async def has_timeline(shell: Shell, scan_ref: str) -> bool:
    return bool(await timeline(shell, scan_ref))


async def test_with_operators_a_token_says_who_asks_and_what_they_may(shell: Shell, at_idenfy: str) -> None:
    """None, somebody else's name, and a right that is not there: status 3 each, and the vendor is not asked."""
    settings(shell, at_idenfy, OPERATORS)
    create = ("vendor", "idenfy", "create-token", "customer-1")
    none = await shell.run(*create)
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = BOBS
    forbidden = await shell.run(*create)
    other = await shell.run(*create, "--operator", "ann")
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = ANNS
    allowed = await shell.run(*create)
    assert [3, 3, 3, 0] == [each[0] for each in (none, forbidden, other, allowed)]
    assert "HOOKLINE_OPERATOR_TOKEN: not set" in none[2]
    assert "bob may not do idenfy.create-token; it takes idenfy.create-token in operator.may" in forbidden[2]
    assert "--operator: the token is bob's" in other[2]
    steps = await shell.rows("actions")
    assert [("bob", "FAILED", "not-permitted"), ("ann", "BEGUN", None), ("ann", "DONE", None)] == [
        (step["operator"], step["state"], step["code"]) for step in steps
    ]
    written = b"".join(path.read_bytes() for path in shell.folder.glob("hookline*.db*"))
    assert not [token for token in (ANNS, BOBS) if token.encode() in written]


async def test_two_persons_delete_a_verification(shell: Shell, at_idenfy: str) -> None:
    """One asks, the other confirms; the first cannot, and nothing is left waiting."""
    settings(shell, at_idenfy, OPERATORS + '[act]\ntwo_persons = ["*.delete"]\n')
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = ANNS
    scan_ref = (await created(shell, "--dummy-status", "APPROVED"))["verification_id"]
    [asked] = await shell.rows("vendor", "idenfy", "delete", scan_ref, "--reason", "the person asked")
    assert "ASKED" == asked["state"]
    own = await shell.run("vendor", "confirm", asked["action_id"])
    assert (9, True) == (own[0], "you asked for it yourself" in own[2])
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = BOBS
    [waiting] = await shell.rows("vendor", "waiting")
    assert (asked["action_id"], "ann", "the person asked") == (
        waiting["action_id"], waiting["operator"], waiting["reason"],
    )  # fmt: skip
    [done] = await shell.rows("vendor", "confirm", asked["action_id"])
    again = await shell.run("vendor", "confirm", asked["action_id"], "--json")
    assert ("DONE", 9, "not-confirmable") == (done["state"], again[0], json.loads(again[1])["error"]["code"])
    assert [] == await shell.rows("vendor", "waiting")


EXAMPLES = [(vendor, name) for vendor in DOORS for name in actions_of(vendor)]


@pytest.mark.parametrize(("vendor", "name"), EXAMPLES)
def test_each_action_has_help_with_an_example_that_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: str, name: str
) -> None:
    """The arguments of the example are understood, up to the request that would be sent."""
    monkeypatch.chdir(tmp_path)
    more = ['[log]\nurl = "sqlite:///hookline.db"', source(vendor, "http://127.0.0.1:9", 'secrets = ["a-live-secret"]')]
    (tmp_path / "hookline.toml").write_text("\n".join(more))
    action = actions_of(vendor)[name]
    arguments = shlex.split(action.example)
    for file in FILES.findall(action.example):
        (tmp_path / file).write_bytes(b"[]" if file.endswith(".json") else b"an image")
    if "--output" in arguments:
        (tmp_path / arguments[arguments.index("--output") + 1]).unlink(missing_ok=True)

    told = CliRunner().invoke(app, ["vendor", vendor, name, "--help"])
    done = CliRunner().invoke(app, ["vendor", vendor, name, *arguments, "--dry-run"])

    assert f"hookline vendor {vendor} {name}" in " ".join(told.output.split())
    assert 0 == done.exit_code, f"{action.example}: {done.output}"
