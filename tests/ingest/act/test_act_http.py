"""The same actions over HTTP: who asks, what is answered, and what is refused."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from aiohttp import ClientConnectionError, ClientSession, web
from structlog.testing import capture_logs

from consumers.console import app as consoles
from consumers.console.auditing import audited, looks
from consumers.projections.store import open_store
from ingest.act import bounds
from ingest.act.acting import Acting, acting
from ingest.act.asks import Ask
from ingest.act.carrying import Carrier
from ingest.act.web import ACTION_PATHS, action_routes, problem_of, reading
from runtime.access.access import access_of
from runtime.access.tokens import Tokens, tokens_of
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.listening import listening
from runtime.settings import ActSettings, OperatorSettings, SourceSettings
from schemas.action import Action, ActionState
from schemas.callback import Callback
from tests.ingest.act.conftest import Desk, source_at
from tests.ingest.act.counter import Counter, says
from tests.waiting import until

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


def everybody() -> Tokens:
    """Two who may do all, and one who may look."""
    named = [("ann", ANNS, ("counter.*",)), ("bob", BOBS, ("*.*",)), ("rita", RITAS, ("counter.look",))]
    return tokens_of([OperatorSettings(name=name, token=token, may=may) for name, token, may in named])


@asynccontextmanager
async def application(log: EventLog, ready: Acting, tokens: Tokens) -> AsyncIterator[web.Application]:
    """The console's own, on a read model without a row."""
    with TemporaryDirectory() as folder:
        async with open_store(f"sqlite:///{folder}/views.db", migrates=False) as store:
            console = consoles.Console(store, log, access_of(tokens))
            yield consoles.make_app(console, action_routes(ready, audited), problem_of, ACTION_PATHS)


@asynccontextmanager
async def serving(
    log: EventLog, vendor: Counter, tokens: Tokens, settings: ActSettings | None = None
) -> AsyncIterator[Console]:
    async with (
        acting([source_at(vendor.url)], settings or ActSettings(), log) as ready,
        application(log, ready, tokens) as app,
        listening(consoles.make_runner(app, 1), "127.0.0.1:0", "console") as url,
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
    _, told = await console.ask("GET", "/api/v1/action-types", token=RITAS)
    assert "rita" == told["operator"]
    by_name = {each["name"]: each for each in told["actions"]}
    assert {"look"} == {name for name, each in by_name.items() if each["allowed"]}
    assert ("decides", True, ["counter"]) == tuple(
        by_name["set-state"][name] for name in ("effect", "needs_reason", "sources")
    )
    assert ["good", "bad"] == by_name["set-state"]["fields"][1]["choices"]


@pytest.mark.parametrize("token", [None, "", "x" * 32])
@pytest.mark.parametrize("path", ["/api/v1/action-types", "/api/v1/actions/waiting"])
async def test_nobody_is_told_anything_without_a_token(console: Console, token: str | None, path: str) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with console.http.get(console.url + path, headers=headers) as answer:
        told = await answer.json(content_type=None)
    assert (401, "Bearer", "unauthenticated") == (answer.status, answer.headers["WWW-Authenticate"], told["code"])


async def test_without_operators_nobody_may_act(log: EventLog, vendor: Counter) -> None:
    """The message says what to add."""
    async with serving(log, vendor, Tokens()) as console:
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


async def test_who_looks_at_what_waits_is_written_down(
    log: EventLog, vendor: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments hold names. While it cannot be written down nothing is shown."""
    async with serving(log, vendor, everybody(), ActSettings(two_persons=("counter.set-state",))) as console:
        await console.act("set-state", GOOD)
        await console.ask("GET", "/api/v1/actions/waiting", token=BOBS)
        found = [(look.who, look.what, look.about) async for look in looks(log)]

        async def away(*_: object) -> None:
            raise LogUnavailable("the log is away")

        monkeypatch.setattr(log, "append", away)
        status, told = await console.ask("GET", "/api/v1/actions/waiting", token=BOBS)
    assert [("bob", "waiting-actions", "")] == found
    assert (503, "log-unavailable", False) == (status, told["code"], "thing-1" in repr(told))


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
    for method, path, status, code in (
        ("GET", "/nothing", 404, "no-such-path"),
        ("GET", f"{ACT}/look", 405, "method-not-allowed"),
        ("DELETE", "/api/v1/action-types", 405, "method-not-allowed"),
    ):
        found, told = await console.ask(method, path)
        assert (status, status, code) == (found, told["status"], told["code"])


async def test_a_body_that_is_no_json_or_too_large_is_a_problem(console: Console) -> None:
    """What takes a file may have a larger one than what does not."""
    large = b" " * (3 * 1024 * 1024)
    for action, body, status, code in (
        ("look", b"{not json", 400, "invalid-argument"),
        ("look", large, 413, "body-too-large"),
        ("create", large + orjson.dumps({"arguments": {"customer": "customer-1"}}), 200, None),
        ("create", b" " * (17 * 1024 * 1024), 413, "body-too-large"),
    ):
        headers = {"Authorization": f"Bearer {ANNS}"}
        async with console.http.post(f"{console.url}{ACT}/{action}", data=BytesIO(body), headers=headers) as answer:
            told = await answer.json(content_type=None)
            assert (status, code) == (answer.status, told.get("code"))


async def test_a_body_that_does_not_come_is_not_waited_for(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it an error of ours when whoever was sending it is gone."""
    monkeypatch.setattr(reading, "BODY_WITHIN", 0.2)
    assert b" 408 " in (await half_a_body(console)).partition(b"\r\n")[0]
    monkeypatch.setattr(reading, "BODY_WITHIN", 60.0)
    with capture_logs() as lines:
        await half_a_body(console, wait=False)
        await until(lambda: any(line["event"] == "request" for line in lines))
    assert [("request", 400)] == [(line["event"], line["status"]) for line in lines]


async def half_a_body(console: Console, *, wait: bool = True) -> bytes:
    """What is answered to somebody who announces more than they send."""
    host, _, port = console.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {ACT}/look HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {ANNS}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b"{")
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(1000), 5) if wait else b""
    writer.close()
    await writer.wait_closed()
    return answer


def patient(url: str) -> SourceSettings:
    """A source whose vendor is waited for."""
    source = source_at(url)
    assert source.api is not None
    return source.model_copy(update={"api": source.api.model_copy(update={"call_timeout": 60.0})})


async def test_what_is_broken_off_at_the_end_has_told_the_log_so_when_the_server_is_closed(
    log: EventLog, vendor: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever closes the log next is not too early, however slowly it writes."""
    called, told = asyncio.Event(), []
    write_failure = Carrier.write_failure

    async def hang() -> None:
        called.set()
        await asyncio.sleep(60)

    async def slowly(carrier: Carrier, record: Callback, source: str, action: Action) -> None:
        for _ in range(100):
            await asyncio.sleep(0)
        await write_failure(carrier, record, source, action)
        told.append(action.state)

    monkeypatch.setattr(Carrier, "write_failure", slowly)
    vendor.during = hang
    async with (
        acting([patient(vendor.url)], ActSettings(), log) as ready,
        application(log, ready, everybody()) as app,
        ClientSession() as http,
    ):
        async with listening(consoles.make_runner(app, 0.2), "127.0.0.1:0", "console") as url:
            headers = {"Authorization": f"Bearer {ANNS}"}
            asked = asyncio.create_task(http.post(f"{url}{ACT}/set-state", json=GOOD, headers=headers).__aenter__())
            await asyncio.wait_for(called.wait(), 5)
        assert [ActionState.UNCONFIRMED] == told
        with pytest.raises(ClientConnectionError):
            await asked


async def test_a_log_that_does_not_say_what_waits_is_not_waited_for(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_acting: Acting) -> list[Ask]:
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(Acting, "waiting", hang)
    monkeypatch.setattr(bounds, "LOOK_WITHIN", 0.1)
    status, told = await console.ask("GET", "/api/v1/actions/waiting")
    assert (503, "log-unavailable") == (status, told["code"])


async def test_no_token_and_nobodys_name_is_in_a_log_line(console: Console) -> None:
    """Routes are logged as they are written in the program, and whose token it was."""
    with capture_logs() as lines:
        await console.act("create", {"arguments": {"customer": "Ann Canary"}})
        await console.act("look", {"arguments": {"thing": "canary-1"}}, "wrong-token-" + "x" * 32)
        await console.ask("GET", "/api/v1/action-types?who=Canary")
    assert [(200, "ann"), (401, None), (200, "ann")] == [
        (line["status"], line["operator"]) for line in lines if line["event"] == "request"
    ]
    assert not [line for line in lines if any(word in str(line) for word in ("Canary", "canary", ANNS, "wrong-token"))]
