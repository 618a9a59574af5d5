"""Who may come to which route: every one of them, asked as nobody and as each role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from consumers.console.rights import LEAST, OPEN, least_role
from runtime.access.access import access_of
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, digest_of
from runtime.eventlog import EventLog
from tests.consumers.console.at_console import PEOPLE, At, console_at

_LIVE = "/live"
"""Answers until whoever asked leaves."""
_OPENED = "{offset}"
"""Routes that end so show bodies, and ask for more than their least role."""


def routes(app: web.Application) -> Iterator[tuple[str, str]]:
    """Method and path of each, as the router has them."""
    for route in app.router.routes():
        if route.resource is not None:
            yield route.method, route.resource.canonical


async def test_every_route_has_a_least_role(at: At) -> None:
    """And the table names no route that there is not."""
    found = {(method, path) for method, path in routes(at.app) if method != "HEAD"}
    named = {(method, path) for path, methods in LEAST.items() for method in methods}
    assert named == {(method, path) for method, path in found if path not in OPEN}
    assert {path for _, path in found} >= OPEN


def test_what_nobody_listed_is_for_viewers_to_see_and_admins_to_do() -> None:
    """A route that somebody forgot is open to nobody by that."""
    assert (Role.VIEWER, Role.ADMIN, Role.ADMIN) == tuple(
        least_role(method, "/new") for method in ("GET", "POST", "DELETE")
    )
    assert (Role.ADMIN, Role.ADMIN) == (least_role("HEAD", "/api/v1/audit"), least_role("PUT", "/api/v1/audit"))


@pytest.mark.parametrize("who", [None, *PEOPLE])
async def test_nobody_comes_to_a_route_with_less_than_its_role(at: At, who: str | None) -> None:
    """401 for nobody, 403 for too little; whatever else it answers, it let them in."""
    wrong = []
    for method, path in routes(at.app):
        if path in OPEN or path.endswith(_OPENED) or (path == _LIVE and who is not None):
            continue
        answer = await at.ask(method, _filled_in(path), who, headers={"Accept": "application/json"})
        refused = answer.status if answer.status in {401, 403} else None
        if refused != _refused(who, least_role(method, path)):
            wrong.append((method, path, answer.status))
    assert [] == wrong


def _refused(who: str | None, least: Role | None) -> int | None:
    if who is None:
        return 401
    return None if least is None or PEOPLE[who].includes(least) else 403


def _filled_in(path: str) -> str:
    """A path of this route, about nothing that there is."""
    return "/".join("0" if part.startswith("{") else part for part in path.split("/"))


async def test_what_is_open_shows_nothing_but_how_to_come_in(at: At) -> None:
    """The form, its looks, and a description of the API that is the same for everybody."""
    found = {path: (await at.ask("GET", path)).status for path in sorted(OPEN - {"/static"})}
    assert {
        "/api/v1/openapi.json": 200, "/favicon.ico": 302, "/login": 200, "/login/back": 404, "/login/issuer": 404,
    } == found  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/documents/callbacks.idenfy/0/0", "/documents/callbacks.idenfy/0/0"])
async def test_bodies_are_for_admins_and_for_whom_the_settings_name(log: EventLog, tmp_path: Path, path: str) -> None:
    """All actions at all vendors are no right to that."""
    may = {"ada": (Role.ADMIN, ()), "dora": (Role.VIEWER, ("documents.open",)), "olga": (Role.OPERATOR, ("*.*",))}
    people = {digest_of(name * 8): Identity(name, role, rights) for name, (role, rights) in may.items()}
    async with console_at(log, tmp_path, access_of(Tokens(people))) as at:
        asked = [await at.ask("GET", path, headers={"Authorization": f"Bearer {name * 8}"}) for name in may]
    assert [404, 404, 403] == [answer.status for answer in asked]
