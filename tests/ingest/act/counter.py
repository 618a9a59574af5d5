"""A vendor at whose counter things are done, on a real socket, and its file as the fourth door sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from re import compile as pattern_of
from typing import Any

from aiohttp import web

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction, answered, one_call
from ingest.api import Call, Credentials, Fetched, Open, Request, Target, Unfetchable, VendorApi, segment
from ingest.door import VendorDoor

VENDOR = "counter"
API_KEY = "the-api-key-of-the-counter"
LINK = "https://link.example/opens-a-door"
_ID = pattern_of(r"[a-z0-9-]{1,60}")

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _path(order: Order) -> str:
    try:
        return "/things/" + segment(order.text("thing"), _ID)
    except Unfetchable as error:
        raise InvalidArgument("thing", str(error)) from None


async def _fetch(call: Call, target: Target) -> Fetched:
    answer = await call(Request("GET", "/things/" + segment(target.verification_id, _ID)))
    return Fetched((answer.body,))


def _set_state(order: Order) -> Plan:
    body = {"state": order.text("state"), "reason": order.reason}
    request = Request("PUT", f"{_path(order)}/state", json=body)
    target = Target("thing", order.text("thing"))

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        held = isinstance(answer.document, dict) and answer.document.get("state") == order.text("state")
        return Done(answer.body, answer.document, read=(target,), holds=held)

    return Plan((request,), carry_out, order.text("thing"))


def _create(order: Order) -> Plan:
    request = Request("POST", "/things", json={"for": order.text("customer"), "more": order.arguments.get("more")})

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        assert isinstance(answer.document, dict)
        made = answer.document["id"]
        return Done(answer.body, answer.document, f'{{"id":"{made}"}}'.encode(), made, order.text("customer"))

    return Plan((request,), carry_out)


def _look(order: Order) -> Plan:
    request = Request("GET", _path(order))

    async def carry_out(call: Call) -> Done:
        return Done(shown=(await call(request)).document, read=(Target("thing", order.text("thing")),))

    return Plan((request,), carry_out, order.text("thing"))


def _report(order: Order) -> Plan:
    request = Request("GET", f"{_path(order)}/report", form="application/pdf")

    async def carry_out(call: Call) -> Done:
        return Done(answered(await call(request)).answer, kept=b"")

    return Plan((request,), carry_out, order.text("thing"))


_THING = Field("thing", "Its id.", required=True)
ACTIONS = (
    VendorAction(
        "set-state",
        "Set a thing's state.",
        "thing-1 good --reason seen",
        (_THING, Field("state", "The state.", required=True, choices=("good", "bad"))),
        _set_state,
        Effect.DECIDES,
        needs_reason=True,
        about="thing",
    ),
    VendorAction(
        "create",
        "Create a thing.",
        "customer-1",
        (
            Field("customer", "Whose it is.", required=True),
            Field("more", "Whatever else.", FieldKind.JSON),
            Field("count", "How many.", FieldKind.NUMBER),
            Field("loud", "Whether aloud.", FieldKind.FLAG),
            Field("picture", "A picture.", FieldKind.FILE),
            Field("tags", "Tags.", many=True),
        ),
        _create,
        Effect.CREATES,
    ),
    VendorAction("look", "Look at a thing.", "thing-1", (_THING,), _look, about="thing"),
    VendorAction("report", "Read the report.", "thing-1", (_THING,), _report, file="application/pdf", about="thing"),
    VendorAction(
        "touch",
        "Touch a thing.",
        "thing-1",
        (_THING,),
        lambda order: one_call(Request("POST", f"{_path(order)}/touch"), order.text("thing")),
        Effect.CHANGES,
        about="thing",
    ),
    VendorAction(
        "rename",
        "Rename somebody, about whom no verification is.",
        "Jane",
        (Field("first_name", "The name.", required=True),),
        lambda order: one_call(Request("POST", "/things", json={"name": order.text("first_name")})),
        Effect.CHANGES,
    ),
)


def _authorization(credentials: Credentials) -> str:
    return credentials.secret.value.decode()


def _target_of(verification: Open) -> Target:
    segment(verification.verification_id, _ID)
    return Target("thing", verification.verification_id)


API = VendorApi(
    targets=lambda _callback: (),
    target_of=_target_of,
    fetch=_fetch,
    authorization=_authorization,
    authorization_header="X-KEY",
)
DOOR = VendorDoor(VENDOR, "none", lambda _delivery, _secrets: None, lambda _delivery: None, api=API, actions=ACTIONS)


@dataclass(slots=True)
class Counter:
    """``mood`` replies in place of the truth; ``after`` does so after the effect. ``during`` is called at each call."""

    url: str = ""
    calls: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    mood: Reply | None = None
    after: Reply | None = None
    during: Callable[[], Awaitable[None]] | None = None
    read_mood: Reply | None = None
    stuck: bool = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path.removeprefix('/v1')}")
        assert request.headers["X-KEY"] == API_KEY
        if self.during is not None:
            await self.during()
        if self.mood is not None:
            return await self.mood(request)
        truth = await self._truth(request)
        return await self.after(request) if self.after is not None else truth

    async def _truth(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info.get("name", "")
        if request.path.endswith("/state"):
            self.states[name] = "bad" if self.stuck else (await request.json())["state"]
        if request.path.endswith("/report"):
            return web.Response(body=b"%PDF-1.7 report", content_type="application/pdf")
        if request.path == "/v1/things":
            return web.json_response({"id": "thing-new", "link": LINK}, status=201)
        if request.method == "GET" and self.read_mood is not None:
            return await self.read_mood(request)
        return web.json_response({"id": name, "state": self.states.get(name, "open")})


@asynccontextmanager
async def counter() -> AsyncIterator[Counter]:
    played = Counter()
    app = web.Application()
    app.add_routes(
        [
            web.route("*", path, played.handle)
            for path in ("/v1/things", "/v1/things/{name}", "/v1/things/{name}/{what}")
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield played
    finally:
        await runner.cleanup()


def says(status: int, document: Any = None, text: str | None = None) -> Reply:  # noqa: ANN401 - any JSON
    async def reply(_request: web.Request) -> web.StreamResponse:
        if text is not None:
            return web.Response(status=status, text=text, content_type="text/html")
        return web.json_response(document, status=status)

    return reply


async def never(_request: web.Request) -> web.StreamResponse:
    """No answer for longer than any caller waits."""
    await asyncio.sleep(60)
    raise web.HTTPServiceUnavailable
