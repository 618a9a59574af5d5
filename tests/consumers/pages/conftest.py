from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar
from pytest_asyncio import fixture
from yarl import URL

from consumers.console.app import make_app, make_runner
from consumers.console.auditing import looks
from consumers.console.console import Console
from consumers.console.pages import live
from consumers.projections import projector
from consumers.projections.store import Store, open_store
from hookline.desk import Desk
from ingest.act.acting import acting
from ingest.vendors import DOORS
from runtime.access.access import access_of
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, digest_of
from runtime.eventlog import EventLog, open_log
from runtime.listening import listening
from runtime.settings import ActSettings
from schemas import alert as _alert
from schemas.codec import alert_to_message
from schemas.event import VerificationEvent
from schemas.message import Message
from schemas.topics import ALERTS, DEAD_LETTERS, is_compacted
from tests.consumers.making import append, work
from tests.consumers.pages.strict import Page
from tests.ingest.act.conftest import source_at
from tests.ingest.act.counter import DOOR, VENDOR, Counter, counter

PEOPLE = (
    Identity("vic", Role.VIEWER),
    Identity("dora", Role.VIEWER, ("documents.open",)),
    Identity("ann", Role.OPERATOR, ("counter.*",)),
    Identity("bob", Role.OPERATOR, ("*.*",)),
    Identity("len", Role.OPERATOR, ("counter.look",)),
    Identity("ada", Role.ADMIN, ("counter.*",)),
)
TOKENS = {who.name: f"the-token-of-{who.name}-which-is-long" for who in PEOPLE}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it came."""

    status: int
    url: URL
    html: str
    page: Page

    @property
    def text(self) -> str:
        return self.page.text


async def _seen(answer: ClientResponse) -> Seen:
    """Every page that anybody comes to in these tests is whole, whatever the test is about."""
    html = await answer.text(errors="replace")
    is_page = answer.content_type == "text/html"
    page = Page(html if is_page else "")
    assert ([], answer.url) == (page.faults if is_page else [], answer.url)
    return Seen(answer.status, answer.url, html, page)


@dataclass(slots=True)
class Person:
    """Somebody with a browser of their own, signed in."""

    site: Site
    http: ClientSession
    token: str = ""

    async def get(self, path: str, **more: Any) -> Seen:  # noqa: ANN401 - aiohttp's
        async with self.http.get(URL(self.site.url + path, encoded=True), **more) as answer:
            return await _seen(answer)

    async def own_token(self) -> str:
        """What the forms of this session carry, read off a page once."""
        if not self.token:
            forms = (await self.get("/search")).page.forms
            self.token = next(form["csrf_token"] for form in forms if "csrf_token" in form)
        return self.token

    async def post(self, path: str, fields: Any, *, token: str | None = None) -> Seen:  # noqa: ANN401 - a form, or aiohttp's
        """With the token of the session's own forms, unless another is given."""
        if token is None:
            token = await self.own_token()
        if isinstance(fields, dict):
            fields = {**fields, "csrf_token": token}
        else:
            fields.add_field("csrf_token", token)
        async with self.http.post(URL(self.site.url + path, encoded=True), data=fields) as answer:
            return await _seen(answer)


@dataclass(frozen=True, slots=True)
class Site:
    """A console on a port of its own, the vendor that its desk acts at, and what lies behind both."""

    url: str
    log: EventLog
    store: Store
    vendor: Counter
    _people: dict[str, Person] = field(default_factory=dict)
    _sessions: list[ClientSession] = field(default_factory=list)

    async def person(self, name: str) -> Person:
        if name not in self._people:
            http = ClientSession(cookie_jar=CookieJar(unsafe=True), headers={"Accept": "text/html,*/*"})
            self._sessions.append(http)
            form = {"token": TOKENS[name], "next": "/"}
            async with http.post(f"{self.url}/login", data=form, allow_redirects=False) as answer:
                assert 303 == answer.status
            self._people[name] = Person(self, http)
        return self._people[name]

    async def get(self, path: str, who: str = "ada") -> Seen:
        return await (await self.person(who)).get(path)

    async def post(self, path: str, fields: Any, who: str = "ada", **more: Any) -> Seen:  # noqa: ANN401 - as a person does
        return await (await self.person(who)).post(path, fields, **more)

    async def told(self, *records: VerificationEvent | _alert.Alert | Message) -> None:
        """They are on the log, and in the read model: events and alerts as such, other records as dead letters."""
        for one in records:
            if isinstance(one, VerificationEvent):
                await append(self.log, one)
            elif isinstance(one, _alert.Alert):
                await self.log.append(ALERTS, alert_to_message(one))
            else:
                await self.log.append(DEAD_LETTERS, one)
        await self.projected()

    async def projected(self) -> None:
        await work(self.log, projector.stage(self.store, self.log))

    async def looked(self) -> Sequence[tuple[str, str, str]]:
        """Who looked at what, in order."""
        return [(look.who, look.what, look.about) async for look in looks(self.log)]


@pytest.fixture(autouse=True)
def known_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor of these tests is one of the vendors."""
    monkeypatch.setitem(DOORS, VENDOR, DOOR)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The read model is looked at more often than anybody who reads could follow."""
    monkeypatch.setattr(live, "_EVERY", 0.1)
    monkeypatch.setattr(live, "_PACE", 0.2)


@fixture(loop_scope="module")
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    yield opened
    await opened.close()


@fixture(loop_scope="module")
async def vendor() -> AsyncIterator[Counter]:
    async with counter() as played:
        yield played


@fixture(scope="module", loop_scope="module")
async def new_read_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of one that has its tables and nothing else."""
    file = tmp_path_factory.mktemp("read-model") / "new.db"
    async with open_store(f"sqlite:///{file}"):
        return file


@fixture(loop_scope="module")
async def read_model(tmp_path: Path, new_read_model: Path) -> AsyncIterator[Store]:
    copyfile(new_read_model, tmp_path / "views.db")
    async with open_store(f"sqlite:///{tmp_path}/views.db", deadline=2.0, migrates=False) as store:
        yield store


@asynccontextmanager
async def serving(log: EventLog, store: Store, vendor: Counter, act: ActSettings | None = None) -> AsyncIterator[Site]:
    access = access_of(Tokens({digest_of(TOKENS[who.name]): who for who in PEOPLE}))
    source = source_at(vendor.url)
    sessions = list[ClientSession]()
    try:
        async with acting([source], act or ActSettings(), log) as ready:
            console = Console(store, log, access, Desk(ready), [source])
            async with listening(make_runner(make_app(console), 2.0), "127.0.0.1:0", "console.listen") as url:
                yield Site(url, log, store, vendor, _sessions=sessions)
    finally:
        for http in sessions:
            await http.close()


@fixture(loop_scope="module")
async def site(log: EventLog, read_model: Store, vendor: Counter) -> AsyncIterator[Site]:
    async with serving(log, read_model, vendor) as it:
        yield it
