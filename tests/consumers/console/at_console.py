"""A console on a port of its own, with one of each role, asked as browsers and as services ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from re import search
from typing import Any

import orjson
from aiohttp import ClientSession, CookieJar, web

from consumers.console.app import Console, make_app, make_runner
from consumers.console.auditing import audited, looks
from consumers.projections.store import Store
from ingest.act.acting import acting
from ingest.act.web import ACTION_PATHS, action_routes, problem_of
from runtime.access.access import Access, access_of
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, digest_of
from runtime.eventlog import EventLog
from runtime.listening import listening
from runtime.settings import ActSettings
from schemas.audit import Look
from tests.consumers.read_models import read_model_in

TOKENS = {name: f"token-canary-of-{name}-" + "x" * 16 for name in ("vic", "olga", "ada")}
PEOPLE = {"vic": Role.VIEWER, "olga": Role.OPERATOR, "ada": Role.ADMIN}


def known_tokens() -> Tokens:
    """Of a viewer, an operator and an admin."""
    return Tokens({digest_of(TOKENS[name]): Identity(name, role, ("*.*",)) for name, role in PEOPLE.items()})


@dataclass(frozen=True, slots=True)
class Answered:
    """``cookies`` are the headers that set one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Sequence[str]

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        return orjson.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Browser:
    """Keeps its cookies, follows nothing by itself, and says which page it is on."""

    url: str
    http: ClientSession

    async def get(self, path: str, **headers: str) -> Answered:
        return await _asked(self.http, "GET", self.url + path, headers={"Accept": "text/html", **headers})

    async def post(self, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Answered:
        """As a form of our own page, but for what is said; ``Origin=""`` leaves the header out."""
        said = {
            "Accept": "text/html",
            "Origin": self.url,
            **{name.replace("_", "-"): each for name, each in headers.items()},
        }
        sent = {name: each for name, each in said.items() if each}
        return await _asked(self.http, "POST", self.url + path, data=form or {}, headers=sent)

    async def sign_in(self, who: str) -> Answered:
        return await self.post("/login", {"token": TOKENS[who], "next": "/"})

    async def csrf(self) -> str:
        """The token that the forms of this session carry, read off a page."""
        found = search(r'name="csrf_token" value="([^"]+)"', (await self.get("/verifications")).text)
        assert found is not None
        return found[1]

    @property
    def cookie(self) -> str:
        """As the header in which a copy of it would be sent."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    @property
    def cookies(self) -> Mapping[str, str]:
        return {each.key: each.value for each in self.http.cookie_jar}


@dataclass(frozen=True, slots=True)
class At:
    url: str
    log: EventLog
    store: Store
    access: Access
    app: web.Application
    http: ClientSession
    browsers: list[Browser] = field(default_factory=list)

    async def ask(self, method: str, path: str, who: str | None = None, **more: Any) -> Answered:  # noqa: ANN401 - aiohttp's
        """As a service asks, with the token of ``who``."""
        headers = {"Authorization": f"Bearer {TOKENS[who]}"} if who is not None else {}
        return await _asked(
            self.http, method, self.url + path, **{**more, "headers": headers | more.get("headers", {})}
        )

    async def looked(self) -> list[Look]:
        return [look async for look in looks(self.log)]


async def _asked(http: ClientSession, method: str, url: str, **more: Any) -> Answered:  # noqa: ANN401 - aiohttp's
    async with http.request(method, url, allow_redirects=False, **more) as answer:
        body = await answer.read()
        return Answered(answer.status, dict(answer.headers), body, answer.headers.getall("Set-Cookie", []))


@asynccontextmanager
async def console_at(
    log: EventLog,
    folder: Path,
    access: Access | None = None,
    more: Sequence[web.RouteDef] = (),
    drain: float = 1.0,
) -> AsyncIterator[At]:
    """The whole console, actions included; its read model has no row. ``drain``: seconds that actions have to end."""
    access = access or access_of(known_tokens())
    async with (
        read_model_in(folder) as store,
        acting((), ActSettings(), log) as ready,
        ClientSession() as http,
    ):
        app = make_app(Console(store, log, access), [*action_routes(ready, audited), *more], problem_of, ACTION_PATHS)
        async with listening(make_runner(app, drain), "127.0.0.1:0", "console.listen") as url:
            yield At(url, log, store, access, app, http)


@asynccontextmanager
async def browser(at: At, url: str | None = None) -> AsyncIterator[Browser]:
    """Somebody's own browser, without a cookie."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        yield Browser(url or at.url, http)
