"""A console that answers on a port of its own, and those who may ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientResponse, ClientSession
from yarl import URL

from consumers.console.app import make_app, make_runner
from consumers.console.auditing import looks
from consumers.console.console import Console
from consumers.projections.store import Store
from runtime.access.access import access_of
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, digest_of
from runtime.eventlog import EventLog
from runtime.listening import listening
from runtime.settings import SourceSettings

TOKENS = {name: f"token-of-{name}-that-is-long-enough" for name in ("vic", "olga", "ada", "dora")}
_PEOPLE = (
    Identity("vic", Role.VIEWER),
    Identity("olga", Role.OPERATOR),
    Identity("ada", Role.ADMIN),
    Identity("dora", Role.VIEWER, may=("documents.open",)),
)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Api:
    """A console on a port of its own, and those who may ask it."""

    url: str
    log: EventLog
    store: Store
    session: ClientSession

    async def get(self, path: str, who: str | None = "vic", **headers: str) -> Answered:
        """``path`` comes after ``/api/v1``, percent-encoded as it is to be sent."""
        return await self.ask("GET", path, who, headers=headers)

    async def post(self, path: str, body: object = None, who: str | None = "olga", **more: Any) -> Answered:  # noqa: ANN401 - aiohttp's
        return await self.ask("POST", path, who, **({"json": body} if body is not None else {}), **more)

    async def ask(self, method: str, path: str, who: str | None, **more: Any) -> Answered:  # noqa: ANN401 - aiohttp's
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {TOKENS[who]}"
        where = URL(f"{self.url}/api/v1{path}", encoded=True)
        async with self.session.request(method, where, headers=headers, **more) as response:
            return await _answered(response)

    async def looked(self) -> list[tuple[str, str, str]]:
        """Who looked at what, in order."""
        return [(look.who, look.what, look.about) async for look in looks(self.log)]


async def _answered(response: ClientResponse) -> Answered:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answered(response.status, headers, await response.read())


@asynccontextmanager
async def served(log: EventLog, store: Store) -> AsyncIterator[Api]:
    access = access_of(Tokens({digest_of(TOKENS[who.name]): who for who in _PEOPLE}))
    console = Console(store, log, access, sources=[SourceSettings(name="idenfy-eu", vendor="idenfy", unsigned=True)])
    runner = make_runner(make_app(console), 1.0)
    async with listening(runner, "127.0.0.1:0", "console.listen") as url, ClientSession() as session:
        yield Api(url, log, store, session)
