"""The console of a process, as the settings open it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from hookline import consoles
from hookline.consoles import ConsoleAt, console_running
from hookline.parts import CONSOLE
from hookline.serving import running
from ingest.act.asks import Ask, Asks
from ingest.act.remembered import Remembered
from runtime.access.identity import Identity, Role
from runtime.errors import SettingsInvalid
from runtime.eventlog import open_log
from runtime.settings import parse_settings
from schemas.topics import asked_actions, is_compacted
from tests.runtime.access.playing_issuer import CLIENT, issuing, rsa_key
from tests.waiting import until

DEV = Identity("dev", Role.ADMIN, ("*.*",), "hookline dev")


@asynccontextmanager
async def opened(folder: Path, own: Identity | None = None, **more: Any) -> AsyncIterator[ConsoleAt]:  # noqa: ANN401 - any section
    source = {"name": "idenfy", "vendor": "idenfy", "unsigned": True, "environment": "test"}
    content = {"log": {"url": f"sqlite:///{folder}/log.db"}, "source": [source], "console": {"listen": "127.0.0.1:0"}}
    settings = parse_settings({**content, **more}, "hookline.toml", environ={})
    async with running(settings, {CONSOLE}) as process, console_running(settings, process, own=own) as at:
        await until(lambda: not [health for health in process.healths if health.trouble is not None])
        yield at


async def status(http: ClientSession, url: str, path: str = "/api/v1/verifications", **headers: str) -> int:
    async with http.get(url + path, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_whoever_started_it_comes_in_by_the_link_that_it_gives(tmp_path: Path) -> None:
    """Once, as an admin, where the settings know nobody."""
    async with opened(tmp_path, DEV) as at, ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        assert at.login_link is not None
        assert (303, 200, 401) == (
            await status(http, at.login_link, ""), await status(http, at.url, "/api/v1/audit"),
            await status(http, at.login_link, ""),
        )  # fmt: skip
    assert (False, True) == (at.nobody, at.login_link.startswith(at.url))


async def test_without_anybody_it_gives_no_link_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as at:
        assert (True, None) == (at.nobody, at.login_link)


async def test_an_issuer_of_the_settings_is_asked(tmp_path: Path) -> None:
    """Its secret may lie in a file."""
    (tmp_path / "secret").write_text("client-secret-canary\n")
    async with issuing(rsa_key()) as played, ClientSession() as http:
        oidc = {
            "issuer": played.url,
            "client_id": CLIENT,
            "client_secret": f"file:{tmp_path}/secret",
            "role": [{"value": "kyc-analysts", "role": "operator", "may": ["idenfy.status"]}],
        }
        async with opened(tmp_path, oidc=oidc) as at:
            token = {"Authorization": f"Bearer {played.token()}"}
            assert (200, 403, 302) == (
                await status(http, at.url, **token), await status(http, at.url, "/api/v1/audit", **token),
                await status(http, at.url, "/login/issuer"),
            )  # fmt: skip
            async with http.get(f"{at.url}/api/v1/action-types", headers=token) as answer:
                told = await answer.json()
            async with http.get(f"{at.url}/api/v1/openapi.json") as answer:
                described = await answer.json()
    assert ["status"] == [each["name"] for each in told["actions"] if each["allowed"]]
    assert "/api/v1/action-types" in described["paths"]


async def test_consoles_with_one_key_know_each_others_sessions(tmp_path: Path) -> None:
    """Without a key each knows its own alone."""
    operator = [{"name": "ann", "token": "a" * 32}]
    found = []
    for more in ({"session_key": "k" * 32}, {}):
        console = {"listen": "127.0.0.1:0", **more}
        async with (
            opened(tmp_path, operator=operator, console=console) as one,
            opened(tmp_path, operator=operator, console=console) as other,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
        ):
            async with http.post(f"{one.url}/login", data={"token": "a" * 32}, allow_redirects=False) as answer:
                assert 303 == answer.status
            found.append(await status(http, other.url))
    assert [200, 401] == found


async def test_who_signs_out_at_one_console_is_out_at_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the cookie is worth nothing there either, nor at one that starts afterwards."""
    monkeypatch.setattr(consoles, "_LEAVE_WITHIN", 0.05)
    operator = [{"name": "ann", "token": "a" * 32}]
    console = {"listen": "127.0.0.1:0", "session_key": "k" * 32}
    async with ClientSession() as copy:

        async def found(at: ConsoleAt) -> int:
            return await status(copy, at.url, Cookie=cookie)

        async with (
            opened(tmp_path, operator=operator, console=console) as one,
            opened(tmp_path, operator=operator, console=console) as other,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as http,
        ):
            await http.post(f"{one.url}/login", data={"token": "a" * 32})
            cookie = "; ".join(f"{each.key}={each.value}" for each in http.cookie_jar)
            async with http.get(f"{one.url}/verifications") as page:
                token = (await page.text()).partition('name="csrf_token" value="')[2].partition('"')[0]
            assert (200, 200) == (await found(one), await found(other))
            await http.post(f"{one.url}/logout", data={"csrf_token": token})
            assert 401 == await found(one)

            async def is_out() -> bool:
                return await found(other) == 401

            await until(is_out)
        async with opened(tmp_path, operator=operator, console=console) as late:
            assert 401 == await found(late)


async def test_what_nobody_confirmed_in_time_is_forgotten_though_nobody_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for may say who somebody is."""
    monkeypatch.setattr(consoles, "_FORGET_EVERY", 0.05)
    log = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    asked_at = datetime.now(UTC) - timedelta(hours=2)
    ask = Ask("act-1", "idenfy", "idenfy", "register", "ann", "why", {"subject": "Ann Canary"}, asked_at)
    await Asks(Remembered(log)).put(ask)
    async with opened(tmp_path):

        async def is_gone() -> bool:
            return not [record async for record in log.scan(asked_actions()) if record.value is not None]

        await until(is_gone)
    await log.close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"console": {"listen": "127.0.0.1:0", "session_key": "short"}}, r"console\.session_key: 5 bytes; give 32"),
        (
            {"console": {"listen": "127.0.0.1:0", "session_key": "env:NO_SUCH"}},
            r"console\.session_key: the environment",
        ),
        ({"operator": [{"name": "ann", "token": "short"}]}, r"operator \(ann\)\.token: 5 bytes"),
    ],
)
async def test_what_would_guard_nothing_stops_the_start(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BaseExceptionGroup) as raised:
        async with opened(tmp_path, **more):
            pass
    assert raised.group_contains(SettingsInvalid, match=said)
