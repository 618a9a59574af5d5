"""Lists of verifications: all of them, those of one customer, those that wait for somebody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from consumers.console.console import CONSOLE
from consumers.console.pages import places
from consumers.console.pages.lists import PAGE, next_of, page_of
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.rendering import show
from consumers.console.pages.tallies import groups_of, waiting_tallies
from consumers.projections import queries
from consumers.projections.queries import VerificationFilter, WorkFilter
from consumers.projections.queries.paging import MAX_LIMIT
from schemas.event import EventKind, Outcome, WaitsFor

_FILTER = ("provider", "source", "kind", "outcome", "final", "test", "since", "until")
_YEARS = range(1900, 2100)
_WORK_FILTER = ("provider", "source", "waits_for", "test")


async def verifications(request: web.Request) -> web.Response:
    await begun(request)
    wanted = _wanted(request)
    await looked(request, "verifications")
    console = request.config_dict[CONSOLE]
    page = await page_of(
        request, lambda cursor: queries.verifications(console.store, wanted, cursor=cursor, limit=PAGE)
    )
    return show(
        request,
        "verifications.html",
        place="/verifications",
        page=page,
        following=next_of(request, page),
        asked=places.chosen(request, _FILTER),
        accounts=console.sources,
    )


def _wanted(request: web.Request) -> VerificationFilter:
    until = _day(request, "until")
    return VerificationFilter(
        provider=places.text(request, "provider"),
        source=places.text(request, "source"),
        kind=places.choice(request, "kind", EventKind),
        outcome=places.choice(request, "outcome", Outcome),
        final=places.flag(request, "final"),
        test=places.flag(request, "test"),
        since=_day(request, "since"),
        until=until + timedelta(days=1) if until is not None else None,
    )


def _day(request: web.Request, name: str) -> datetime | None:
    """The day's first moment in UTC. Raises 400 for what is no day, or none of these times."""
    given = places.text(request, name)
    try:
        day = datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC) if given else None
    except ValueError:
        raise web.HTTPBadRequest(reason=f"{name}: write a day as 2026-11-29") from None
    if day is not None and day.year not in _YEARS:
        raise web.HTTPBadRequest(reason=f"{name}: a day from {_YEARS.start} to {_YEARS.stop - 1}")
    return day


async def subject(request: web.Request) -> web.Response:
    """Everything that any vendor said of one reference of ours."""
    await begun(request)
    subject_ref = places.parts_of(request)[1]
    await looked(request, "subject", subject_ref)
    found = await queries.subject(request.config_dict[CONSOLE].store, subject_ref)
    status = 200 if found is not None else 404
    return show(
        request, "subject.html", status, place="/verifications", subject_ref=subject_ref, subject=found, most=MAX_LIMIT
    )


async def work(request: web.Request) -> web.Response:
    """What waits for whom, since when."""
    await begun(request)
    wanted = WorkFilter(
        provider=places.text(request, "provider"),
        source=places.text(request, "source"),
        waits_for=places.choice(request, "waits_for", WaitsFor),
        test=places.flag(request, "test"),
    )
    await looked(request, "open-work")
    console = request.config_dict[CONSOLE]
    page = await page_of(request, lambda cursor: queries.open_work(console.store, wanted, cursor=cursor, limit=PAGE))
    return show(
        request,
        "work.html",
        place="/work",
        page=page,
        groups=groups_of(page.items),
        following=next_of(request, page),
        asked=places.chosen(request, _WORK_FILTER),
        tallies=waiting_tallies(await queries.open_work_summary(console.store)),
        accounts=console.sources,
    )
