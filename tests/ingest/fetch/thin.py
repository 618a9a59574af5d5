"""A vendor whose callbacks say nothing but an id, on a real socket: its API as the door sees it, and its moods."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from re import compile as pattern_of
from typing import Any

import orjson
from aiohttp import web
from uuid_utils import uuid7

from ingest.api import (
    Answer,
    Budget,
    Call,
    Credentials,
    Fetched,
    Open,
    Request,
    Target,
    TokenRequest,
    Unfetchable,
    VendorApi,
    segment,
)
from ingest.calling.account import Account
from ingest.door import VendorDoor
from runtime.secrets import Secret
from schemas import callback as callbacks
from schemas import topics
from schemas.callback import Callback
from schemas.message import Message

_ID = pattern_of(r"[a-z0-9-]{1,60}")
_PATH = "/things/"

Reply = Callable[[web.Request], web.StreamResponse]


def _targets(callback: Callback) -> list[Target]:
    said = callback.body.decode()
    if said == "I speak for myself":
        return []
    if not _ID.fullmatch(said):
        raise Unfetchable("the callback names nothing")
    return [Target("thing", said)]


async def _fetch(call: Call, target: Target) -> Fetched:
    answer: Answer = await call(Request("GET", _PATH + segment(target.verification_id, _ID)))
    assert isinstance(answer.document, dict)
    if answer.document.get("confuse"):
        raise ZeroDivisionError
    more = tuple(Target("part", each) for each in answer.document.get("more", ()))
    return Fetched((answer.body,), settled=answer.document.get("settled", True), more=more)


def _token_request(credentials: Credentials) -> TokenRequest:
    return TokenRequest(f"Basic {credentials.secret.value.decode()}", (("grant_type", "client_credentials"),))


API = VendorApi(
    targets=_targets,
    target_of=lambda verification: Target("thing", verification.verification_id, verification.subject_ref),
    fetch=_fetch,
    token_request=_token_request,
    is_error=lambda document: isinstance(document, dict) and "error" in document,
    ticks_since_last=(timedelta(hours=1), timedelta(hours=2)),
)
DOOR = VendorDoor("thin", "none", lambda _delivery, _secrets: None, lambda _delivery: None, api=API)


@dataclass(slots=True)
class ThinVendor:
    """``moods`` are the replies to the next calls, then ``mood`` to all others; ``None`` is to answer truthfully."""

    url: str = ""
    token_life: float = 3600.0
    tokens: int = 0
    good_token: str = ""
    calls: list[str] = field(default_factory=list)
    most_at_once: int = 0
    latency: float = 0.002
    moods: deque[Reply | None] = field(default_factory=deque)
    mood: Reply | None = None
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    _at_once: int = 0

    def count(self) -> Counter[str]:
        return Counter(self.calls)

    async def token(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Basic api-key"
        self.tokens += 1
        self.good_token = f"token-{self.tokens}"
        return web.json_response({"access_token": self.good_token, "expires_in": self.token_life})

    async def thing(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.calls.append(name)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.latency)
            if self.hold is not None:
                await self.hold.wait()
            if request.headers["Authorization"] != f"Bearer {self.good_token}":
                return web.json_response({"error": "unauthenticated"}, status=401)
            mood = self.moods.popleft() if self.moods else self.mood
            if mood is not None:
                return mood(request)
            return web.json_response(self.things.get(name, {"id": name}))
        finally:
            self._at_once -= 1


@asynccontextmanager
async def vendor() -> AsyncIterator[ThinVendor]:
    played = ThinVendor()
    app = web.Application()
    app.add_routes([web.post("/token", played.token), web.get("/v1/things/{name}", played.thing)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield played
    finally:
        if played.hold is not None:
            played.hold.set()
        await runner.cleanup()


def account_at(url: str, name: str = "thin", **changes: Any) -> Account:  # noqa: ANN401 - any field
    """An account there; ``changes`` are its fields, or its API's where they are named ``api_...``."""
    of_api = {key.removeprefix("api_"): changes.pop(key) for key in list(changes) if key.startswith("api_")}
    made = Account(
        name=name,
        vendor="thin",
        api=replace(API, **of_api),
        credentials=Credentials(f"{url}/v1", Secret("key", b"api-key"), f"{url}/token"),
        budget=Budget(),
        timeout=5.0,
        max_bytes=64 * 1024,
        again=(0.0, 0.05, 0.1),
        since_last=API.ticks_since_last,
        since_first=(),
        test=True,
        options=(("product", "thin"),),
    )
    return replace(made, **changes)


def callback(says: str, source: str = "thin") -> Message:
    """A thin callback, as the receiver stores it."""
    return callbacks.to_message(
        Callback(str(uuid7()), "thin", source, says[:60], datetime.now(UTC), says.encode(), checked_by="none")
    )


def of_verification(verification_id: str, last_at: float, first_at: float | None = None) -> Open:
    return Open("thin", verification_id, "person", last_at if first_at is None else first_at, last_at)


CALLBACKS, REQUESTS = topics.callbacks("thin"), topics.fetch_requests("thin")


def says(status: int = 200, text: str = "", kind: str = "application/json", **headers: str) -> Reply:
    """The same reply to everyone; header names have underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: web.Response(status=status, text=text, content_type=kind, headers=named)


def json(document: object, status: int = 200) -> Reply:
    return says(status, orjson.dumps(document).decode())
