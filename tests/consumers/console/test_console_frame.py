"""What goes with every answer of the console, and what it says when something it stands on is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web

from consumers.console import app as consoles
from consumers.console.app import STOPPING
from consumers.console.auditing import audited, digest
from consumers.console.security import HEADERS
from consumers.errors import ProjectionUnavailable
from consumers.projections.store import Store
from runtime.access.http import identified
from runtime.access.identity import Role
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Position
from tests.consumers.console.at_console import TOKENS, At, Browser, browser, console_at


async def fails(_request: web.Request) -> web.Response:
    raise ZeroDivisionError("canary")


async def waits(request: web.Request) -> web.StreamResponse:
    """Goes on until the server stops, as the pages' live updates do."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await request.app[STOPPING].wait()
    return response


async def hangs(_request: web.Request) -> web.Response:
    await asyncio.sleep(600)
    raise AssertionError


async def looks_at_something(request: web.Request) -> web.Response:
    await identified(request, Role.VIEWER)
    await audited(request, "thing", "thing-1")
    return web.Response(text="shown")


MORE = [
    web.get("/fails", fails),
    web.get("/api/v1/fails", fails),
    web.get("/api/v1/hangs", hangs),
    web.get("/waits", waits),
    web.get("/look", looks_at_something),
]


@pytest.fixture
async def at(log: EventLog, tmp_path: Path) -> AsyncIterator[At]:
    async with console_at(log, tmp_path, more=MORE) as it:
        yield it


@pytest.fixture
async def visitor(at: At) -> AsyncIterator[Browser]:
    async with browser(at) as it:
        await it.sign_in("vic")
        yield it


async def test_every_answer_forbids_what_our_pages_never_need(at: At, visitor: Browser) -> None:
    """No foreign script, style or form, no frame, no guess at types; what says nothing else is kept by no cache."""
    pages = ("/login", "/verifications", "/nothing", "/fails", "/static/nothing", "/static/console.css")
    answers = [await visitor.get(path) for path in pages]
    answers += [await at.ask("GET", f"/api/v1/{path}", "vic") for path in ("verifications", "fails", "audit")]
    answers += [await at.ask("POST", "/verifications", "vic"), await at.ask("GET", "/")]
    async with visitor.http.get(f"{at.url}/waits") as stream:
        headers = [*(each.headers for each in answers), stream.headers]
    policy = {
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    }  # fmt: skip
    assert [policy] * len(headers) == [set(each["Content-Security-Policy"].split("; ")) for each in headers]
    others = ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
    assert {("nosniff", "DENY", "same-origin", "same-origin")} == {
        tuple(each[name] for name in others) for each in headers
    }
    assert not [each for each in headers if "Server" in each]
    assert "no-store" == answers[1].headers["Cache-Control"]


@pytest.mark.parametrize("line", ["GET /search?q=Ann Canary HTTP/1.1", "GET /search?q=" + "x" * 9000 + " HTTP/1.1"])
async def test_what_is_no_request_has_the_same_headers(at: At, line: str) -> None:
    """Though no handler of ours hears of it: a torn line, or an address that is too long, which a link may have."""
    host, _, port = at.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{line}\r\nHost: {host}\r\n\r\n".encode())
    async with asyncio.timeout(10):
        answer = (await reader.read()).decode()
    writer.close()
    head = answer.partition("\r\n\r\n")[0].split("\r\n")
    named = {name: value for name, _, value in (each.partition(": ") for each in head[1:])}
    assert "400 Bad Request" == head[0].partition(" ")[2]
    assert {**HEADERS, "Cache-Control": "no-store"}.items() <= named.items()
    assert "Server" not in named


async def test_a_page_holds_no_script_or_style_of_its_own(visitor: Browser) -> None:
    """Its policy would forbid them."""
    for path in ("/login", "/verifications", "/", "/nothing"):
        text = (await visitor.get(path)).text
        assert [] == [each for each in ("<style", "style=", " onclick", "javascript:", 'src="http') if each in text]


async def test_errors_are_problems_for_programs_and_pages_for_people(at: At, visitor: Browser) -> None:
    """In words; what went wrong within is told to the log alone."""
    found = [await visitor.get(path) for path in ("/nothing", "/fails")]
    asked = [await at.ask("GET", f"/api/v1{path}", "vic") for path in ("/nothing", "/fails")]
    assert [(404, "text/html"), (500, "text/html")] == [
        (each.status, each.headers["Content-Type"].partition(";")[0]) for each in found
    ]
    assert [(404, "no-such-path"), (500, "program-error")] == [(each.status, each.json["code"]) for each in asked]
    assert not [each for each in (*found, *asked) if "canary" in each.text]
    assert "a fault of ours" in found[1].text


async def test_a_method_that_a_path_has_not_is_said(at: At) -> None:
    answer = await at.ask("DELETE", "/api/v1/verifications", "ada")
    assert (405, "method-not-allowed", "GET,HEAD") == (
        answer.status, answer.json["code"], answer.headers["Allow"].replace(" ", ""),
    )  # fmt: skip


@pytest.mark.parametrize(("path", "most"), [("/theme", 16 * 1024 * 1024), ("/login", 16 * 1024)])
async def test_a_form_that_is_too_large_is_not_read(visitor: Browser, path: str, most: int) -> None:
    """Whoever is not known yet may send a token, and no more."""
    form = BytesIO(b"more=" + b"x" * most)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with visitor.http.post(visitor.url + path, data=form, headers=headers) as answer:
        assert 413 == answer.status


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\ncut"),
        ("application/x-www-form-urlencoded; charset=nothing", b"a=b"),
        ("application/x-www-form-urlencoded", b"a=\xff\xfe"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 5000)),
    ],
)
@pytest.mark.parametrize("path", ["/theme", "/login"])
async def test_a_form_that_cannot_be_read_is_no_fault_of_ours(
    visitor: Browser, path: str, kind: str, body: bytes
) -> None:
    async with visitor.http.post(visitor.url + path, data=body, headers={"Content-Type": kind}) as answer:
        assert answer.status in {400, 401, 403, 413}


async def test_whoever_does_not_say_how_much_comes_is_not_read(visitor: Browser) -> None:
    """Browsers say it of every form."""

    async def endless() -> AsyncIterator[bytes]:
        yield b"token="

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with visitor.http.post(f"{visitor.url}/login", data=endless(), headers=headers) as answer:
        assert 411 == answer.status


async def test_a_file_that_somebody_sends_lies_in_memory_alone(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However large: it may be a picture of a person."""
    got = []

    async def take(request: web.Request) -> web.Response:
        form = await request.post()
        sent = form["picture"]
        assert isinstance(sent, web.FileField)
        got.append((form["note"], sent.filename, sent.file.read()))
        return web.Response(status=204)

    monkeypatch.setattr("aiohttp.web_request.SpooledTemporaryFile", None)
    picture = bytes(range(256)) * 16 * 1024
    async with console_at(log, tmp_path, more=[web.post("/take", take)]) as at, browser(at) as visitor:
        await visitor.sign_in("ada")
        form = FormData({"csrf_token": await visitor.csrf(), "note": "für Ann\r\n"})
        form.add_field("picture", BytesIO(picture), filename="ann.png")
        async with visitor.http.post(f"{at.url}/take", data=form) as answer:
            assert 204 == answer.status
    assert [("für Ann\r\n", "ann.png", picture)] == got


async def test_what_is_shown_was_written_down_before(at: At) -> None:
    """Who, in which role, known how, at what."""
    answer = await at.ask("GET", "/look", "vic")
    [look] = await at.looked()
    assert ("shown", "vic", "viewer", "token", "thing", "thing-1") == (
        answer.text, look.who, look.role, look.via, look.what, look.about,
    )  # fmt: skip


async def test_what_cannot_be_written_down_is_not_shown(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, to programs and to people, and nothing of it."""

    async def cannot(*_given: object) -> Position:
        raise LogUnavailable("no answer within 5 s")

    monkeypatch.setattr(type(at.log), "append", cannot)
    answer = await at.ask("GET", "/look", "vic", headers={"Accept": "application/json"})
    page = await at.ask("GET", "/look", "vic", headers={"Accept": "text/html"})
    assert (503, "log-unavailable", "5") == (answer.status, answer.json["code"], answer.headers["Retry-After"])
    assert (503, False) == (page.status, "shown" in page.text)


def test_a_digest_stands_for_what_was_typed() -> None:
    """The same for the same text, and no name in it."""
    assert digest("Ann Canary") == digest(" Ann Canary ") != digest("Ann")
    assert "Canary" not in digest("Ann Canary")


async def test_a_read_model_that_is_away_is_said_in_words(
    at: At, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no longer when it is back."""

    @asynccontextmanager
    async def away(_store: Store) -> AsyncIterator[Any]:
        raise ProjectionUnavailable("postgresql://h/n: not reached; see whether it runs")
        yield

    with monkeypatch.context() as down:
        down.setattr(Store, "reading", away)
        page = await visitor.get("/verifications")
        answer = await at.ask("GET", "/api/v1/verifications", "vic")
        assert (503, "read-model-unavailable") == (answer.status, answer.json["code"])
        assert (503, True) == (page.status, "see whether it runs" in page.text)
    assert 200 == (await visitor.get("/verifications")).status


async def test_an_answer_that_takes_too_long_is_ended(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that hangs keeps nobody waiting for ever."""
    monkeypatch.setattr(consoles, "_WITHIN", 0.2)
    answer = await at.ask("GET", "/api/v1/hangs", "vic")
    assert (503, "too-slow") == (answer.status, answer.json["code"])


async def test_a_stream_ends_with_the_server(log: EventLog, tmp_path: Path) -> None:
    """Whoever stops it waits for no browser that leaves its page open, though what acts has minutes to end."""
    async with ClientSession() as http, asyncio.timeout(20):
        async with console_at(log, tmp_path, more=MORE, drain=600.0) as at:
            stream = await http.get(f"{at.url}/waits", headers={"Authorization": f"Bearer {TOKENS['vic']}"})
        assert b"" == await stream.read()
