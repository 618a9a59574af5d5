"""Alerts: what somebody should look at, who does, and what is silenced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from consumers.alerts import handling
from consumers.console import silences
from consumers.console.console import CONSOLE
from consumers.console.pages import places
from consumers.console.pages.lists import PAGE, next_of, page_of
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, AlertRow
from runtime.access.http import identified
from runtime.access.identity import Role
from schemas.alert import Severity

_FILTER = ("rule", "severity", "provider", "source", "verification_id", "acknowledged", "test")
_LONGEST_NOTE = 1000
SPANS = (("1", "1 hour"), ("4", "4 hours"), ("24", "1 day"), ("168", "1 week"))
"""Hours for which something can be silenced, and their words."""


async def alerts(request: web.Request) -> web.Response:
    await begun(request)
    wanted = AlertFilter(
        rule=places.text(request, "rule"),
        severity=places.choice(request, "severity", Severity),
        provider=places.text(request, "provider"),
        source=places.text(request, "source"),
        verification_id=places.text(request, "verification_id"),
        acknowledged=places.flag(request, "acknowledged"),
        test=places.flag(request, "test"),
    )
    await looked(request, "alerts")
    console = request.config_dict[CONSOLE]
    page = await page_of(request, lambda cursor: queries.alerts(console.store, wanted, cursor=cursor, limit=PAGE))
    return show(
        request,
        "alerts.html",
        place="/alerts",
        page=page,
        following=next_of(request, page),
        asked=places.chosen(request, _FILTER),
        accounts=console.sources,
        silences=await queries.silences(console.store, datetime.now(UTC)),
        spans=SPANS,
    )


async def acknowledge(request: web.Request) -> web.Response:
    """The log has that this person looks after it."""
    me = await identified(request, Role.OPERATOR)
    form, console = await request.post(), request.config_dict[CONSOLE]
    alert = await queries.alert(console.store, _text(form, "alert_id"))
    if alert is None:
        raise web.HTTPNotFound(reason="no such alert")
    await handling.acknowledge(console.log, alert.alert_id, me.name, _note(form))
    return back_to(form, "/alerts", "acknowledged")


async def silence(request: web.Request) -> web.Response:
    """Channels are told nothing of alerts like this for a while: about the same thing, or all of its rule."""
    me = await identified(request, Role.OPERATOR)
    form, console = await request.post(), request.config_dict[CONSOLE]
    alert = await queries.alert(console.store, _text(form, "alert_id"))
    hours = _text(form, "hours")
    if alert is None:
        raise web.HTTPNotFound(reason="no such alert")
    if hours not in dict(SPANS):
        raise web.HTTPBadRequest(reason="hours: choose for how long")
    until = datetime.now(UTC) + timedelta(hours=int(hours))
    about = _about(alert, _text(form, "scope"))
    begun = handling.new_silence(me.name, until=until, note=_note(form), rule=alert.rule, **about)
    await silences.begin_silence(request, begun)
    return back_to(form, "/alerts", "silenced")


def _about(alert: AlertRow, scope: str) -> Mapping[str, str]:
    if scope == "verification" and alert.verification_id:
        return {"provider": alert.provider, "verification_id": alert.verification_id}
    if scope == "source" and alert.source:
        return {"provider": alert.provider, "source": alert.source}
    if scope == "rule":
        return {}
    raise web.HTTPBadRequest(reason="scope: choose what is silenced")


async def end_silence(request: web.Request) -> web.Response:
    await identified(request, Role.OPERATOR)
    form = await request.post()
    if not await silences.end_silence(request, _text(form, "silence_id")):
        raise web.HTTPNotFound(reason="no such silence; it was ended already")
    return back_to(form, "/alerts", "unsilenced")


def back_to(form: MultiDictProxy[Any], otherwise: str, said: str) -> web.Response:
    """To the page that the form stood on, which says first what was done."""
    back = _text(form, "back")
    path, _, query = (back if places.is_own(back) else otherwise).partition("?")
    kept = "&".join(each for each in query.split("&") if each and not each.startswith("said="))
    return web.Response(status=303, headers={"Location": f"{path}?{kept}{'&' if kept else ''}said={said}"})


def _text(form: MultiDictProxy[Any], name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _note(form: MultiDictProxy[Any]) -> str:
    note = _text(form, "note")
    if len(note) > _LONGEST_NOTE:
        raise web.HTTPBadRequest(reason=f"note: at most {_LONGEST_NOTE} characters")
    return note
