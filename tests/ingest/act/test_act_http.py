"""The same actions over HTTP: who asks, what is answered, and the same key twice."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from ingest.act.acting import acting
from ingest.act.operators import Operators, operators_of
from ingest.act.web import make_app
from runtime.eventlog import EventLog
from runtime.listening import listening
from runtime.settings import ActSettings, OperatorSettings
from schemas.action import ActionState
from tests.ingest.act.conftest import Desk, source_at
from tests.ingest.act.counter import LINK, Counter, says

ANNS, BOBS, RITAS = "a" * 32, "b" * 32, "r" * 32
ACT = "/api/v1/vendors/counter/actions"
GOOD = {"arguments": {"thing": "thing-1", "state": "good"}, "reason": "seen by me"}


@dataclass(frozen=True, slots=True)
class Console:
    """A server; ``ask`` gives status, headers and JSON."""

    url: str
    http: ClientSession
    desk: Desk

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = ANNS,
        **headers: str,
    ) -> tuple[int, Any]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["Authorization"] = f"Bearer {token}"
        async with self.http.request(method, self.url + path, json=body, headers=named) as answer:
            return answer.status, await answer.json(content_type=None)

    async def act(self, action: str, body: object, token: str | None = ANNS, **headers: str) -> tuple[int, Any]:
        return await self.ask("POST", f"{ACT}/{action}", body, token, **headers)


def everybody() -> Operators:
    """Two who may do all, and one who may look."""
    named = [("ann", ANNS, ("counter.*",)), ("bob", BOBS, ("*.*",)), ("rita", RITAS, ("counter.look",))]
    return operators_of([OperatorSettings(name=name, token=token, may=may) for name, token, may in named])


@asynccontextmanager
async def serving(
    log: EventLog, vendor: Counter, operators: Operators, settings: ActSettings | None = None
) -> AsyncIterator[Console]:
    async with (
        acting([source_at(vendor.url)], settings or ActSettings(), log) as ready,
        listening(web.AppRunner(make_app(ready, operators), access_log=None), "127.0.0.1:0", "console") as url,
        ClientSession() as http,
    ):
        yield Console(url, http, Desk(log, vendor, ready))


@pytest.fixture
async def console(log: EventLog, vendor: Counter) -> AsyncIterator[Console]:
    async with serving(log, vendor, everybody()) as it:
        yield it


async def test_an_action_is_done_and_told_as_on_the_command_line(console: Console) -> None:
    """Its steps are on the log under the name of whose token it was."""
    status, told = await console.act("set-state", GOOD)
    assert (200, "DONE", True) == (status, told["state"], told["holds"])
    assert ("counter", "counter", "thing-1", {"id": "thing-1", "state": "good"}) == (
        told["vendor"], told["source"], told["verification_id"], told["answer"],
    )  # fmt: skip
    assert [("ann", told["action_id"])] * 2 == [(step.operator, step.id) for step in await console.desk.steps()]


async def test_a_dry_run_shows_the_request_and_does_nothing(console: Console) -> None:
    status, told = await console.act("set-state", {**GOOD, "dry_run": True})
    assert (200, "DRY_RUN", "(secret)") == (status, told["state"], told["requests"][0]["headers"]["X-KEY"])
    assert ([], []) == (console.desk.vendor.calls, await console.desk.steps())


async def test_what_can_be_done_is_described_to_whoever_asks(console: Console) -> None:
    """With what they may, and what a form needs."""
    _, told = await console.ask("GET", "/api/v1/actions", token=RITAS)
    assert "rita" == told["operator"]
    by_name = {each["name"]: each for each in told["actions"]}
    assert {"look"} == {name for name, each in by_name.items() if each["allowed"]}
    assert ("decides", True, ["counter"]) == tuple(
        by_name["set-state"][name] for name in ("effect", "needs_reason", "sources")
    )
    assert ["good", "bad"] == by_name["set-state"]["fields"][1]["choices"]


@pytest.mark.parametrize("token", [None, "", "x" * 32])
@pytest.mark.parametrize("path", ["/api/v1/actions", "/api/v1/actions/waiting"])
async def test_nobody_is_told_anything_without_a_token(console: Console, token: str | None, path: str) -> None:
    status, told = await console.ask("GET", path, token=token)
    assert (401, "unauthenticated") == (status, told["code"])


async def test_without_operators_nobody_may_act(log: EventLog, vendor: Counter) -> None:
    """The message says what to add."""
    async with serving(log, vendor, operators_of([])) as console:
        status, told = await console.act("set-state", GOOD)
        assert (401, True) == (status, "[[operator]]" in told["detail"])
    assert [] == vendor.calls


@pytest.mark.parametrize(
    ("action", "body", "status", "code", "field"),
    [
        ("set-state", {"arguments": {"thing": "thing-1"}, "reason": "r"}, 400, "invalid-argument", "state"),
        ("set-state", {**GOOD, "reason": ""}, 400, "invalid-argument", "reason"),
        ("set-state", {**GOOD, "force": True}, 400, "invalid-argument", "body"),
        ("set-state", ["no"], 400, "invalid-argument", "body"),
        ("set-state", {**GOOD, "arguments": []}, 200, None, None),
        ("set-state", {**GOOD, "arguments": "x"}, 400, "invalid-argument", "arguments"),
        ("set-state", {**GOOD, "source": 7}, 400, "invalid-argument", "source"),
        ("set-state", {**GOOD, "dry_run": "yes"}, 400, "invalid-argument", "dry_run"),
        ("set-state", {**GOOD, "source": "other"}, 404, "unknown", None),
        ("teleport", {}, 404, "unknown", None),
    ],
)
async def test_what_is_wrong_is_a_problem_with_its_code_and_its_field(
    console: Console, action: str, body: object, status: int, code: str | None, field: str | None
) -> None:
    if isinstance(body, dict) and body.get("arguments") == []:
        body, status, code, field = {**body, "arguments": {}}, 400, "invalid-argument", "thing"
    found, told = await console.act(action, body)
    assert (status, code) == (found, told["code"])
    assert field is None or field in told["fields"]
    assert [] == console.desk.vendor.calls


async def test_who_may_not_is_refused_and_written_down(console: Console) -> None:
    status, told = await console.act("set-state", GOOD, RITAS)
    [step] = await console.desk.steps()
    assert (403, "not-permitted", "rita", told["action_id"]) == (status, told["code"], step.operator, step.id)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [(400, 422, "refused"), (404, 422, "not-found"), (429, 503, "vendor-unavailable"), (500, 504, "unconfirmed")],
)
async def test_the_vendors_trouble_is_told_apart(console: Console, answer: int, status: int, code: str) -> None:
    """With the vendor's own words, for whoever asked."""
    console.desk.vendor.mood = says(answer, {"why": "no"})
    found, told = await console.act("touch", {"arguments": {"thing": "thing-1"}})
    assert (status, code) == (found, told["code"])
    assert ('{"why": "no"}' if answer in {400, 404} else None) == told["vendor_says"]


async def test_a_file_comes_as_itself_or_as_base64(console: Console) -> None:
    body = {"arguments": {"thing": "thing-1"}}
    _, told = await console.act("report", body)
    headers = {"Authorization": f"Bearer {ANNS}", "Accept": "application/pdf"}
    async with console.http.post(f"{console.url}{ACT}/report", json=body, headers=headers) as answer:
        content, kind = await answer.read(), answer.content_type
    assert (content, "application/pdf") == (base64.b64decode(told["file"]), kind)


async def test_the_same_key_is_done_once(console: Console) -> None:
    """The repeat is told what came of the first one, and not what it showed: that may open a door."""
    body = {"arguments": {"customer": "customer-1"}}
    _, first = await console.act("create", body, Idempotency_Key="order-17")
    status, again = await console.act("create", body, Idempotency_Key="order-17")
    _, other = await console.act("create", body, BOBS, Idempotency_Key="order-17")
    assert (200, True, first["action_id"], "thing-new") == (
        status, again["replayed"], again["action_id"], again["verification_id"],
    )  # fmt: skip
    assert LINK not in str(again)
    assert (2, "DONE") == (console.desk.vendor.calls.count("POST /things"), other["state"])
    assert [] == await console.desk.acting.waiting()


async def test_the_same_key_at_two_consoles_at_once_is_done_once(log: EventLog, vendor: Counter) -> None:
    """Whoever is not the first is told to wait, or what came of it."""
    async with serving(log, vendor, everybody()) as one, serving(log, vendor, everybody()) as other:
        body = {"arguments": {"customer": "customer-1"}}
        asked = (each.act("create", body, Idempotency_Key="order-17") for each in [one, other] * 3)
        answers = await asyncio.gather(*asked)
    done = [told for status, told in answers if status == 200 and "replayed" not in told]
    assert (1, 1) == (len(done), vendor.calls.count("POST /things"))
    assert {200, 409} >= {status for status, _ in answers}


async def test_a_failure_under_a_key_is_told_again_too(console: Console) -> None:
    """To try once more is to choose another key."""
    console.desk.vendor.mood = says(400, {"why": "no"})
    body = {"arguments": {"customer": "customer-1"}}
    first, _ = await console.act("create", body, Idempotency_Key="order-18")
    console.desk.vendor.mood = None
    again, told = await console.act("create", body, Idempotency_Key="order-18")
    assert (422, 422, "refused") == (first, again, told["code"])
    assert 1 == console.desk.vendor.calls.count("POST /things")


async def test_two_persons_act_over_http(log: EventLog, vendor: Counter) -> None:
    """202, then what waits, then it is done by the second one's word."""
    settings = ActSettings(two_persons=("counter.set-state",))
    async with serving(log, vendor, everybody(), settings) as console:
        status, asked = await console.act("set-state", GOOD)
        assert (202, "ASKED") == (status, asked["state"])
        _, seen = await console.ask("GET", "/api/v1/actions/waiting", token=BOBS)
        _, unseen = await console.ask("GET", "/api/v1/actions/waiting", token=RITAS)
        assert ([asked["action_id"]], []) == ([each["action_id"] for each in seen["waiting"]], unseen["waiting"])
        confirm = f"/api/v1/actions/{asked['action_id']}/confirm"
        own, _ = await console.ask("POST", confirm)
        status, done = await console.ask("POST", confirm, token=BOBS)
        late, _ = await console.ask("POST", confirm, token=BOBS)
        assert (409, 200, ActionState.DONE, 409) == (own, status, done["state"], late)


async def test_other_paths_and_methods_are_problems_too(console: Console) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", f"{ACT}/look", 405),
        ("DELETE", "/api/v1/actions", 405),
    ):
        found, told = await console.ask(method, path)
        assert (status, status) == (found, told["status"])


async def test_a_body_that_is_no_json_or_too_large_is_a_problem(console: Console) -> None:
    headers = {"Authorization": f"Bearer {ANNS}"}
    for body, status in ((b"{not json", 400), (b"x" * (17 * 1024 * 1024), 413)):
        async with console.http.post(f"{console.url}{ACT}/look", data=BytesIO(body), headers=headers) as answer:
            told = await answer.json(content_type=None)
            assert (status, status) == (answer.status, told["status"])


async def test_every_answer_forbids_what_a_page_here_never_needs(console: Console) -> None:
    """No foreign script, no frame, no guess at types, no copy in a cache."""
    for path in ("/actions", "/actions.js", "/actions.css", "/api/v1/actions", "/nothing"):
        async with console.http.get(console.url + path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert ("nosniff", "no-store") == (
                answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"],
            )  # fmt: skip


async def test_the_page_holds_no_script_or_style_of_its_own(console: Console) -> None:
    """Its policy would forbid them; nor does it ask anybody else."""
    async with console.http.get(f"{console.url}/actions") as answer:
        text = await answer.text()
    assert ("text/html", []) == (
        answer.content_type,
        [each for each in ("<style", "style=", "onclick", "//") if each in text],
    )


async def test_no_token_and_nobodys_name_is_in_a_log_line(console: Console) -> None:
    """Routes are logged as they are written in the program."""
    with capture_logs() as lines:
        await console.act("create", {"arguments": {"customer": "Ann Canary"}})
        await console.act("look", {"arguments": {"thing": "canary-1"}}, "wrong-token-" + "x" * 32)
        await console.ask("GET", "/api/v1/actions?who=Canary")
    assert [200, 401, 200] == [line["status"] for line in lines if line["event"] == "request"]
    assert not [line for line in lines if any(word in str(line) for word in ("Canary", "canary", ANNS, "wrong-token"))]
