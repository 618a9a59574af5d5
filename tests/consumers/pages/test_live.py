"""Pages that bring themselves up to date: what the server tells those who are connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest
from aiohttp import ClientResponse

from consumers.console.pages import live
from consumers.errors import ProjectionUnavailable
from consumers.projections import queries
from consumers.projections.store import Store
from runtime.eventlog import EventLog
from schemas.event import Outcome
from tests.consumers.pages.conftest import Person, Site, serving
from tests.consumers.pages.test_pages import thing
from tests.ingest.act.counter import Counter
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

Told = tuple[str, str]


async def _events(answer: ClientResponse) -> AsyncGenerator[Told, None]:
    """Each event's name and data."""
    name = ""
    async for line in answer.content:
        word, _, value = line.decode().rstrip("\n").partition(": ")
        if word == "event":
            name = value
        elif word == "data":
            yield name, value


async def _seen(person: Person, path: str = "/verifications") -> str:
    """Where a page of that moment connects to."""
    return next(link for link in (await person.get(path)).page.links if link.startswith("/live"))


async def _next(events: AsyncIterator[Told], name: str) -> str:
    async with asyncio.timeout(10):
        while True:
            told = await anext(events)
            if told[0] == name:
                return told[1]


async def test_a_page_is_told_when_something_came(site: Site) -> None:
    """And not before: it shows what it shows."""
    await site.told(thing(1))
    person = await site.person("vic")
    async with person.http.get(site.url + await _seen(person)) as answer, aclosing(_events(answer)) as events:
        assert ("text/event-stream", "no-store") == (answer.content_type, answer.headers["Cache-Control"])
        assert ("state", "Live") == await anext(events)
        await site.told(thing(1, Outcome.VERIFIED, event_id="another"))
        assert "changed" == (await anext(events))[0]


async def test_what_came_between_page_and_connection_is_told_at_once(site: Site) -> None:
    person = await site.person("vic")
    where = await _seen(person)
    await site.told(thing(1))
    async with person.http.get(site.url + where) as answer, aclosing(_events(answer)) as events:
        assert await _next(events, "changed")


async def test_while_the_read_model_is_away_it_says_so_and_comes_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await site.person("vic")
    asked = queries.version
    async with person.http.get(site.url + await _seen(person)) as answer, aclosing(_events(answer)) as events:
        assert "Live" == await _next(events, "state")

        async def away(_store: Store) -> str:
            raise ProjectionUnavailable("away")

        monkeypatch.setattr(queries, "version", away)
        assert "Not live: the read model does not answer" == await _next(events, "state")
        monkeypatch.setattr(queries, "version", asked)
        assert "Live" == await _next(events, "state")


async def test_nobody_is_connected_without_being_somebody(site: Site) -> None:
    person = await site.person("vic")
    async with person.http.get(
        f"{site.url}/live", cookies={"hookline-session": "made-up"}, allow_redirects=False
    ) as no:
        assert 303 == no.status


async def test_connections_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is told to stay as it is, until another leaves."""
    monkeypatch.setattr(live, "_MOST_OF_ONE", 2)
    person = await site.person("vic")
    first, second = [await person.http.get(f"{site.url}/live") for _ in range(2)]
    async with person.http.get(f"{site.url}/live") as third:
        assert 503 == third.status
    other = await site.person("ann")
    async with other.http.get(f"{site.url}/live") as one_of_another:
        assert 200 == one_of_another.status
    first.close()

    async def is_let_in() -> bool:
        async with person.http.get(f"{site.url}/live") as again:
            return again.status == 200

    await until(is_let_in)
    second.close()


async def test_connections_end_when_the_server_stops(log: EventLog, read_model: Store, vendor: Counter) -> None:
    """It does not wait for browsers to leave."""
    async with asyncio.timeout(15):
        async with serving(log, read_model, vendor) as site:
            person = await site.person("vic")
            answer = await person.http.get(f"{site.url}/live")
            assert 200 == answer.status
            assert b"event: state" in await answer.content.readany()
            reading = asyncio.ensure_future(answer.content.read())
    await reading
    assert [] == [task for task in asyncio.all_tasks() if task.get_name() == "read model watcher"]
