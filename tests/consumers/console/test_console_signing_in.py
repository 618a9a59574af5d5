"""Coming in with a browser and leaving again: tokens, links, cookies, and whoever tries from somebody else's page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from consumers.console.signing_in import own_path
from runtime.access.access import access_of
from runtime.access.http import identified
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, tokens_of
from runtime.eventlog import EventLog
from runtime.settings import OperatorSettings
from tests.consumers.console.at_console import TOKENS, At, Browser, browser, console_at, known_tokens

DEV = Identity("dev", Role.ADMIN, ("*.*",))


async def test_with_a_token_somebody_comes_in_and_goes_on_to_what_they_wanted(visitor: Browser) -> None:
    """Without a session every page leads to the form, and the form back to the page."""
    asked = await visitor.get("/verifications?outcome=REJECTED")
    assert (303, "/login?next=%2Fverifications%3Foutcome%3DREJECTED") == (asked.status, asked.headers["Location"])
    form = await visitor.get(asked.headers["Location"])
    assert '<input type="hidden" name="next" value="/verifications?outcome=REJECTED">' in form.text
    came = await visitor.post("/login", {"token": TOKENS["vic"], "next": "/verifications?outcome=REJECTED"})
    assert (303, "/verifications?outcome=REJECTED") == (came.status, came.headers["Location"])
    page = await visitor.get("/verifications?outcome=REJECTED")
    assert (200, True) == (page.status, "vic" in page.text)


async def test_the_cookie_is_for_us_alone_and_out_of_scripts_reach(visitor: Browser) -> None:
    """It says nothing to whoever reads it. Over plain HTTP on this machine it cannot be marked as secure."""
    [cookie] = [SimpleCookie(text) for text in (await visitor.sign_in("vic")).cookies]
    [(name, morsel)] = cookie.items()
    assert ("hookline-session", True, "Lax", "/", "", "28800", "") == (
        name, morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"], morsel["max-age"],
        morsel["secure"],
    )  # fmt: skip
    assert "vic" not in morsel.value


async def test_behind_tls_the_cookie_is_secure_and_of_this_host_alone(log: EventLog, tmp_path: Path) -> None:
    """``__Host-`` makes a browser see to it; so does the header that forbids coming without TLS."""
    access = access_of(known_tokens(), url="https://kyc.example")
    async with console_at(log, tmp_path, access) as at, browser(at) as visitor:
        came = await visitor.post("/login", {"token": TOKENS["vic"]}, Origin="https://kyc.example")
    [cookie] = [SimpleCookie(text) for text in came.cookies]
    [(name, morsel)] = cookie.items()
    assert ("__Host-hookline", True, True, "/") == (name, morsel["secure"], morsel["httponly"], morsel["path"])
    assert came.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_a_token_that_is_nobodys_is_said_and_not_shown(visitor: Browser) -> None:
    wrong = await visitor.post("/login", {"token": "canary-" + "y" * 32, "next": "/"})
    assert (401, [], True, False) == (wrong.status, wrong.cookies, "nobody" in wrong.text, "canary" in wrong.text)


async def test_whoever_tries_many_wrong_tokens_waits_and_nobody_else(at: At, visitor: Browser) -> None:
    """Behind a proxy everybody has the same address: a right token or link comes in, however many were wrong."""
    for _ in range(10):
        assert 401 == (await visitor.post("/login", {"token": "y" * 32})).status
    for late in (await visitor.post("/login", {"token": "y" * 32}), await visitor.get("/login?once=made-up")):
        assert (429, []) == (late.status, late.cookies)
        assert 0 < int(late.headers["Retry-After"]) <= 60
    came = await visitor.sign_in("vic")
    assert (303, 1) == (came.status, len(came.cookies))
    assert 200 == (await at.ask("GET", "/api/v1/verifications", "vic")).status


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\\b", "/\tx", "", "/login",
     "/logout", "/ü", "/" + "x" * 3000],
)  # fmt: skip
async def test_nobody_is_sent_elsewhere_by_a_link_to_us(visitor: Browser, wanted: str) -> None:
    came = await visitor.post("/login", {"token": TOKENS["vic"], "next": wanted})
    assert ("/", "/") == (came.headers["Location"], own_path(wanted))


@given(st.text() | st.text(alphabet="/\\\\.:@?#%a\t\n").map(lambda text: "/" + text))
def test_wherever_somebody_is_sent_is_here(text: str) -> None:
    """As browsers read an address: a backslash is a slash to them, tabs and ends of lines are nothing."""
    found = own_path(text).replace("\\", "/").translate({9: None, 10: None, 13: None})
    there = urlsplit(urljoin("http://here/login", found))
    assert ("http", "here") == (there.scheme, there.netloc)


async def test_a_script_is_sent_to_the_form_as_a_whole_page(visitor: Browser) -> None:
    """What htmx asks for would else appear within the page."""
    asked = await visitor.get("/verifications", **{"HX-Request": "true"})
    assert (401, "/login") == (asked.status, asked.headers["HX-Redirect"])


@pytest.mark.parametrize(
    ("shown", "form"),
    [
        ("http://127.0.0.1:8088/work?test=no", "/login?next=%2Fwork%3Ftest%3Dno"),
        ("https://kyc.example/subjects/a%2Fb#c", "/login?next=%2Fsubjects%2Fa%252Fb"),
        ("https://kyc.example", "/login"),
        ("https://kyc.example/", "/login"),
        ("https://kyc.example//evil.example/", "/login"),
        ("https://[", "/login"),
    ],
)
async def test_whose_session_ended_comes_back_to_the_page_that_they_saw(
    visitor: Browser, shown: str, form: str
) -> None:
    """The part of it that was asked for is no page; of the address nothing but its path counts."""
    asked = await visitor.get("/verifications?part=1", **{"HX-Request": "true", "HX-Current-URL": shown})
    assert (401, form) == (asked.status, asked.headers["HX-Redirect"])


async def test_signing_in_again_makes_another_session(visitor: Browser) -> None:
    """Whoever planted a cookie before, has nothing of what comes after."""
    await visitor.sign_in("vic")
    planted = dict(visitor.cookies)
    await visitor.sign_in("ada")
    assert planted != visitor.cookies
    assert "ada" in (await visitor.get("/verifications")).text


async def test_leaving_ends_the_session_and_every_copy_of_its_cookie(at: At, visitor: Browser) -> None:
    """Until then a copy is as good as the cookie."""
    await visitor.sign_in("vic")
    copy = visitor.cookie

    async def with_copy() -> int:
        return (await at.ask("GET", "/api/v1/verifications", headers={"Cookie": copy})).status

    assert 200 == await with_copy()
    left = await visitor.post("/logout", {"csrf_token": await visitor.csrf()})
    assert (303, "/login", {}) == (left.status, left.headers["Location"], visitor.cookies)
    assert (401, 303) == (await with_copy(), (await visitor.get("/")).status)


async def test_leaving_takes_the_sessions_own_token(visitor: Browser) -> None:
    """Nobody can be thrown out by somebody else's page."""
    await visitor.sign_in("vic")
    assert 403 == (await visitor.post("/logout")).status
    assert 200 == (await visitor.get("/verifications")).status


async def test_an_address_may_name_the_port_that_browsers_leave_out(log: EventLog, tmp_path: Path) -> None:
    async with (
        console_at(log, tmp_path, access_of(known_tokens(), url="https://kyc.example:443")) as at,
        browser(at) as visitor,
    ):
        found = [
            (await visitor.post("/login", {"token": TOKENS["vic"]}, Origin=origin)).status
            for origin in ("https://kyc.example", "http://kyc.example", "https://kyc.example:8443", "https://[")
        ]
    assert [303, 403, 403, 403] == found


@pytest.fixture
async def done() -> list[str]:
    return []


@pytest.fixture
async def changing(log: EventLog, tmp_path: Path, done: list[str]) -> AsyncIterator[Browser]:
    """A browser at a console where something can be changed."""

    async def change(request: web.Request) -> web.Response:
        done.append((await identified(request, Role.OPERATOR)).name)
        return web.Response(status=204)

    routes = [web.post("/alerts/change", change), web.post("/api/v1/change", change)]
    async with console_at(log, tmp_path, more=routes) as at, browser(at) as visitor:
        await visitor.sign_in("ada")
        yield visitor


async def test_a_form_of_this_session_changes_something(changing: Browser, done: list[str]) -> None:
    """With its token in the form, or in the header that scripts set."""
    token = await changing.csrf()
    for form, headers in (({"csrf_token": token}, {}), ({}, {"X-CSRF-Token": token})):
        assert 204 == (await changing.post("/alerts/change", form, **headers)).status
    assert ["ada", "ada"] == done


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(
    changing: Browser, done: list[str], headers: dict[str, str]
) -> None:
    """Not even one that got hold of the token; nor can it sign somebody in as somebody else."""
    form = {"csrf_token": await changing.csrf(), "token": TOKENS["vic"]}
    found = [(await changing.post(path, form, **headers)).status for path in ("/alerts/change", "/login", "/logout")]
    assert ([403, 403, 403], []) == (found, done)


@pytest.mark.parametrize("path", ["/alerts/change", "/api/v1/change"])
@pytest.mark.parametrize("token", [None, "", "x", "other"])
async def test_without_the_sessions_own_token_nothing_changes(
    changing: Browser, done: list[str], path: str, token: str | None
) -> None:
    """Also where no header says where it comes from, and with the token of another session."""
    before = await changing.csrf()
    await changing.sign_in("ada")
    form = {} if token is None else {"csrf_token": before if token == "other" else token}
    assert (403, []) == ((await changing.post(path, form, Origin="")).status, done)


async def test_a_token_beside_a_cookie_is_what_counts(visitor: Browser) -> None:
    """A browser's session does not come along with somebody's token, right or wrong."""
    await visitor.sign_in("ada")
    wrong = await visitor.get("/api/v1/audit", Authorization="Bearer " + "y" * 32)
    viewer = await visitor.get("/api/v1/audit", Authorization=f"Bearer {TOKENS['vic']}")
    basic = await visitor.get("/api/v1/audit", Authorization="Basic dmljOng=")
    assert (401, 403, 401) == (wrong.status, viewer.status, basic.status)


async def test_a_link_signs_in_once(log: EventLog, tmp_path: Path) -> None:
    """Whoever finds it afterwards, in a history or over a shoulder, is told to ask for a new one."""
    access = access_of(Tokens(), own=DEV)
    async with console_at(log, tmp_path, access) as at, browser(at) as visitor, browser(at) as other:
        path = access.one_time_link("")
        came, late = await visitor.get(path), await other.get(path)
        assert (303, "/", 200) == (came.status, came.headers["Location"], (await visitor.get("/verifications")).status)
        assert (401, [], True) == (late.status, late.cookies, "used before" in late.text)


async def test_a_session_lasts_as_long_as_its_token(log: EventLog, tmp_path: Path) -> None:
    """Over a restart with the same key; with the token taken away it is over."""
    key, ann = b"k" * 32, OperatorSettings(name="ann", token="a" * 32)
    async with console_at(log, tmp_path, access_of(tokens_of([ann]), key=key)) as at, browser(at) as visitor:
        await visitor.post("/login", {"token": "a" * 32})
        copy = visitor.cookie
    statuses = []
    for entry in (ann, OperatorSettings(name="ann", token="b" * 32)):
        async with console_at(log, tmp_path, access_of(tokens_of([entry]), key=key)) as at:
            answer = await at.ask("GET", "/api/v1/verifications", headers={"Cookie": copy})
            statuses.append(answer.status)
    assert [200, 401] == statuses


async def test_where_nobody_can_come_in_the_form_says_what_to_add(log: EventLog, tmp_path: Path) -> None:
    async with console_at(log, tmp_path, access_of(Tokens())) as at, browser(at) as visitor:
        page = await visitor.get("/login")
        service = await at.ask("GET", "/api/v1/verifications")
    assert ("[[operator]]" in page.text, '<input id="token"' in page.text) == (True, False)
    assert (401, True) == (service.status, "[[operator]]" in service.json["detail"])


async def test_no_token_code_or_name_searched_for_is_in_a_log_line(at: At, visitor: Browser) -> None:
    """Nor in an error that was caught on the way."""
    with capture_logs() as lines:
        await visitor.post("/login", {"token": "canary-" + "y" * 32})
        await visitor.get("/login?once=canary")
        await visitor.sign_in("vic")
        await visitor.get("/search?q=Ann+Canary")
        await visitor.get("/verifications/idenfy/canary-1")
        await visitor.get("/canary?x=canary")
        await at.ask("GET", "/api/v1/search?q=Ann+Canary", "vic")
    assert len([line for line in lines if line["event"] == "request"]) == 7
    assert not [line for line in lines if "canary" in str(line).lower()]
