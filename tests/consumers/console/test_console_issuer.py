"""Signing in with an issuer: code, PKCE, state and nonce, from a browser to a session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from runtime.access.access import access_of
from runtime.access.oidc.issuer import issuer_of
from runtime.eventlog import EventLog
from runtime.settings import OidcSettings
from tests.consumers.console.at_console import Answered, At, Browser, browser, console_at, known_tokens
from tests.runtime.access.playing_issuer import CLIENT, SECRET, Issuer, Key, issuing, rsa_key


@pytest.fixture(scope="module")
def key() -> Key:
    return rsa_key()


@pytest.fixture
async def played(key: Key) -> AsyncIterator[Issuer]:
    async with issuing(key) as it:
        yield it


@asynccontextmanager
async def console_with(settings: OidcSettings, log: EventLog, folder: Path) -> AsyncIterator[At]:
    async with (
        issuer_of(settings) as issuer,
        console_at(log, folder, access_of(known_tokens(), issuer=issuer)) as at,
    ):
        yield at


@pytest.fixture
async def at(played: Issuer, log: EventLog, tmp_path: Path) -> AsyncIterator[At]:
    async with console_with(played.settings(), log, tmp_path) as it:
        yield it


@pytest.fixture
async def visitor(at: At) -> AsyncIterator[Browser]:
    async with browser(at) as it:
        yield it


async def signed_in(visitor: Browser, wanted: str = "/login/issuer", **other: str) -> Answered:
    """There and back again, as a browser goes; ``other`` is what somebody changed on the way back."""
    sent = await visitor.get(wanted)
    assert 302 == sent.status, sent.text
    async with visitor.http.get(sent.headers["Location"], allow_redirects=False) as there:
        back = urlsplit(there.headers["Location"])
    query = {name: each for name, [each] in parse_qs(back.query).items()} | other
    return await visitor.get(f"{back.path}?{'&'.join(f'{name}={each}' for name, each in query.items() if each)}")


async def test_somebody_comes_in_as_whom_the_issuer_knows(visitor: Browser) -> None:
    """With the role that the settings give to theirs, and on to the page that they wanted."""
    form = await visitor.get("/login?next=/work")
    assert 'href="/login/issuer?next=%2Fwork"' in form.text
    came = await signed_in(visitor, "/login/issuer?next=/work")
    page = await visitor.get("/verifications")
    assert (303, "/work", True) == (came.status, came.headers["Location"], "ann@example.org" in page.text)
    assert ["hookline-session"] == list(visitor.cookies)


async def test_the_question_proves_who_asked_it(at: At, visitor: Browser) -> None:
    """PKCE with S256, a state and a nonce of its own each time; nothing secret goes over the address."""
    asked = []
    for _ in range(2):
        sent = await visitor.get("/login/issuer")
        asked.append({name: each for name, [each] in parse_qs(urlsplit(sent.headers["Location"]).query).items()})
    first, second = asked
    assert ("code", CLIENT, f"{at.url}/login/back", "openid profile", "S256") == tuple(
        first[name] for name in ("response_type", "client_id", "redirect_uri", "scope", "code_challenge_method")
    )
    assert not {name for name in ("state", "nonce", "code_challenge") if first[name] == second[name]}
    assert SECRET not in str(asked)
    [cookie] = [SimpleCookie(text) for text in (await visitor.get("/login/issuer")).cookies]
    [(name, morsel)] = cookie.items()
    assert ("hookline-session-login", True, "Lax", "600") == (
        name, morsel["httponly"], morsel["samesite"], morsel["max-age"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "changed", [{"state": "other"}, {"state": ""}, {"code": "other"}, {"code": ""}, {"iss": "https://other.example"}]
)
async def test_an_answer_to_another_question_signs_nobody_in(visitor: Browser, changed: dict[str, str]) -> None:
    """Whoever wants somebody signed in as themselves would send one."""
    came = await signed_in(visitor, **changed)
    assert (401, True) == (came.status, "egin again" in came.text)
    assert 303 == (await visitor.get("/verifications")).status


async def test_an_answer_that_another_browser_asked_for_signs_nobody_in(at: At, visitor: Browser) -> None:
    sent = await visitor.get("/login/issuer")
    async with visitor.http.get(sent.headers["Location"], allow_redirects=False) as there:
        back = urlsplit(there.headers["Location"])
    async with browser(at) as other:
        assert 401 == (await other.get(f"{back.path}?{back.query}")).status


async def test_an_answer_is_good_once(visitor: Browser) -> None:
    """The question is forgotten with its answer."""
    sent = await visitor.get("/login/issuer")
    async with visitor.http.get(sent.headers["Location"], allow_redirects=False) as there:
        back = urlsplit(there.headers["Location"])
    found = [(await visitor.get(f"{back.path}?{back.query}")).status for _ in range(2)]
    assert [303, 401] == found


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "other"},
        {"nonce": None},
        {"aud": "other"},
        {"aud": [CLIENT, "other"]},
        {"azp": "other"},
        {"iss": "https://other.example"},
        {"exp": 1},
    ],
)
async def test_an_id_token_that_is_not_the_answer_signs_nobody_in(
    played: Issuer, visitor: Browser, claims: dict[str, Any]
) -> None:
    played.id_claims = claims
    assert 401 == (await signed_in(visitor)).status


async def test_an_id_token_for_several_names_who_asked(played: Issuer, visitor: Browser) -> None:
    played.id_claims = {"aud": [CLIENT, "other"], "azp": CLIENT}
    assert 303 == (await signed_in(visitor)).status


async def test_who_has_no_role_here_is_told_so(played: Issuer, visitor: Browser) -> None:
    """By name, and where one is given."""
    played.person["roles"] = ["staff"]
    came = await signed_in(visitor)
    assert (403, True, True) == (came.status, "ann@example.org" in came.text, "[[oidc.role]]" in came.text)


@pytest.mark.parametrize(
    ("methods", "secret"),
    [(["client_secret_basic", "client_secret_post"], SECRET), (["client_secret_post"], SECRET), (["none"], None)],
)
async def test_the_client_proves_itself_as_the_issuer_asks(
    played: Issuer, log: EventLog, tmp_path: Path, methods: list[str], secret: str | None
) -> None:
    """In a header, in the form, or by PKCE alone where it is public."""
    played.methods, played.secret = methods, secret
    async with console_with(played.settings(), log, tmp_path) as at, browser(at) as visitor:
        assert 303 == (await signed_in(visitor)).status


@pytest.mark.parametrize(
    ("theirs", "code", "error"), [("another-secret", None, "invalid_client"), (SECRET, "made-up", "invalid_grant")]
)
async def test_why_the_issuer_refused_a_sign_in_is_told_to_the_log_alone(
    played: Issuer, visitor: Browser, theirs: str, code: str | None, error: str
) -> None:
    """Whoever runs the console must know that its secret is wrong; whoever signs in can do nothing about it."""
    played.secret = theirs
    with capture_logs() as lines:
        came = await signed_in(visitor, **({} if code is None else {"code": code}))
    assert (401, False) == (came.status, error in came.text)
    assert [error] == [line["error"] for line in lines if line["event"] == "the issuer refused a sign-in"]


async def test_an_issuer_that_is_down_is_said_in_words(played: Issuer, visitor: Browser) -> None:
    """Before and after somebody was there; with a token they still come in."""
    played.mood = "down"
    assert 503 == (await visitor.get("/login/issuer")).status
    assert 303 == (await visitor.sign_in("vic")).status


async def test_while_the_issuer_is_down_whoever_is_in_stays_in(played: Issuer, visitor: Browser) -> None:
    """Their session is ours."""
    await signed_in(visitor)
    played.mood = "down"
    assert 200 == (await visitor.get("/verifications")).status


async def test_a_session_has_the_role_that_the_settings_give_now(played: Issuer, log: EventLog, tmp_path: Path) -> None:
    """After a restart with other settings; without any role for theirs it is over."""
    statuses = []
    given = played.settings()
    fewer = given.model_copy(update={"role": given.role[1:]})
    async with issuer_of(given) as one, issuer_of(fewer) as other:
        before = access_of(known_tokens(), issuer=one, key=b"k" * 32)
        async with console_at(log, tmp_path, before) as at, browser(at) as visitor:
            await signed_in(visitor)
            copy = visitor.cookie
            statuses.append((await at.ask("GET", "/api/v1/verifications", headers={"Cookie": copy})).status)
        after = access_of(known_tokens(), issuer=other, key=b"k" * 32)
        async with console_at(log, tmp_path, after) as at:
            statuses.append((await at.ask("GET", "/api/v1/verifications", headers={"Cookie": copy})).status)
    assert [200, 401] == statuses


async def test_a_service_comes_with_the_issuers_token(at: At, played: Issuer) -> None:
    """Who may not is told so, and who cannot be told apart now, to come later."""

    async def ask(token: str, path: str = "/api/v1/verifications") -> int:
        return (await at.ask("GET", path, headers={"Authorization": f"Bearer {token}"})).status

    good = played.token()
    assert (200, 403, 401, 403) == (
        await ask(good), await ask(good, "/api/v1/audit"), await ask(played.token(exp=1)),
        await ask(played.token(roles=[])),
    )  # fmt: skip
    played.mood = "down"
    assert 200 == await ask(good)


async def test_nothing_that_the_issuer_or_a_browser_said_is_in_a_log_line(visitor: Browser, played: Issuer) -> None:
    """No code, no state, no token, no secret."""
    played.person["given_name"] = "canary-given-name"
    with capture_logs() as lines:
        sent = await visitor.get("/login/issuer")
        state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
        await signed_in(visitor)
        await signed_in(visitor, code="canary-code")
    assert lines
    assert not [line for line in lines if any(word in str(line) for word in ("canary", state, SECRET))]
