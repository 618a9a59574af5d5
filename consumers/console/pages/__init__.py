"""The pages for people: made on the server, live where a browser has scripts, of use where it has none."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from aiohttp import web

from consumers.console.pages import actions, alerts, documents, letters, live, overview, rendering, vendors
from consumers.console.pages import verification as one
from consumers.console.pages import verifications as many
from consumers.console.pages.looks import RECENT

STATIC = Path(__file__).parent.parent / "static"


def routes() -> list[web.RouteDef | web.StaticDef]:
    """Each has its least role in ``rights.py``."""
    return [
        web.get("/", overview.overview),
        web.get("/search", overview.search),
        web.get("/verifications", many.verifications),
        web.get("/verifications/{provider:[^/]+}/{verification_id:[^/]+}", one.verification),
        web.get("/subjects/{subject_ref:[^/]+}", many.subject),
        web.get("/work", many.work),
        web.get("/vendors", vendors.vendors),
        web.get("/alerts", alerts.alerts),
        web.post("/alerts/acknowledge", alerts.acknowledge),
        web.post("/alerts/silence", alerts.silence),
        web.post("/alerts/unsilence", alerts.end_silence),
        web.get("/dead-letters", letters.letters),
        web.get("/dead-letters/redrive", letters.ask_all),
        web.post("/dead-letters/redrive", letters.redrive_some),
        web.get("/actions", actions.actions),
        web.get("/actions/{vendor}/{action}", actions.form),
        web.post("/actions/{vendor}/{action}", actions.do),
        web.post("/actions/waiting/{id}/confirm", actions.confirm),
        web.get("/documents/{topic}/{partition}/{offset}", documents.document),
        web.get("/live", live.live, allow_head=False),
        web.post("/theme", rendering.change_theme),
        web.get("/favicon.ico", _icon),
        web.static("/static", STATIC),
    ]


def setup(app: web.Application) -> None:
    """The application, which knows its console, can show pages."""
    rendering.setup(app)
    app[RECENT] = OrderedDict()
    app[live.WATCHER] = live.watcher_of(app)
    app.cleanup_ctx.append(live.watching)
    app.on_response_prepare.append(_kept)


async def _kept(request: web.Request, response: web.StreamResponse) -> None:
    """A browser keeps styles and scripts, and asks whether they are still the same."""
    if request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-cache"


async def _icon(_request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/static/icon.svg"})
