"""Where everybody begins: what waits, what is wrong, what came last; and the search."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from consumers.console.auditing import digest
from consumers.console.console import CONSOLE
from consumers.console.pages import places
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.console.pages.tallies import waiting_tallies
from consumers.projections import queries
from consumers.projections.queries import AlertFilter, Found, LetterFilter, StatusRow, VerificationFilter
from consumers.projections.store import Store
from schemas.event import EventKind

_GLANCE = 5
_LATEST = 12
_FOUND = 50


async def overview(request: web.Request) -> web.Response:
    """What needs somebody first."""
    await begun(request)
    await looked(request, "overview")
    store = request.config_dict[CONSOLE].store
    alerts = await queries.alerts(store, AlertFilter(acknowledged=False), limit=_GLANCE)
    letters = await queries.dead_letters(store, LetterFilter(), limit=_GLANCE)
    tallies = waiting_tallies(await queries.open_work_summary(store))
    return show(
        request,
        "overview.html",
        place="/",
        alerts=alerts,
        letters=letters,
        latest=await _latest(store),
        tallies=tallies,
    )


async def _latest(store: Store) -> Sequence[StatusRow]:
    """Of persons and businesses, without what stands beside a verification: steps of actions, signals, screenings."""
    rows = list[StatusRow]()
    for kind in (EventKind.VERIFICATION, EventKind.COMPANY):
        rows += (await queries.verifications(store, VerificationFilter(kind=kind), limit=_LATEST)).items
    return sorted(rows, key=lambda row: row.received_at, reverse=True)[:_LATEST]


async def search(request: web.Request) -> web.Response:
    """By any reference; whoever has the whole id of one verification is taken there."""
    await begun(request)
    wanted = places.text(request, "q") or ""
    found: Sequence[Found] = ()
    if wanted:
        await looked(request, "search", digest(wanted))
        found = await queries.find(request.config_dict[CONSOLE].store, wanted, limit=_FOUND)
        one = _the_one(found, wanted)
        if one is not None:
            raise web.HTTPSeeOther(places.verification_path(one.provider, one.verification_id))
    return show(request, "search.html", place="/search", query=wanted, found=found, most=_FOUND)


def _the_one(found: Sequence[Found], wanted: str) -> StatusRow | None:
    """The verification whose whole id it is, unless it is something of another one too; ids that only begin so do not
    count.
    """
    rows = [each.status for each in found]
    named = [row for row in rows if wanted in {row.verification_id, f"{row.provider}:{row.verification_id}"}]
    others = [row for row in rows if row.subject_ref == wanted and row not in named]
    return named[0] if len(named) == 1 and not others else None
