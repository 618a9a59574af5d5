"""How many, how fast, how recently. None of it names a verification, so nobody's look is written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from consumers.console.api.answering import answer_page
from consumers.console.api.kinds import Day, Flag, Whole
from consumers.console.api.lookups import TEST
from consumers.console.api.operations import PROVIDER, SOURCE, Answer, Asked, Operation, Parameter
from consumers.console.api.shapes import reference, rows_of
from consumers.projections import queries
from consumers.projections.queries import ActivityRow, CountRow, Page, SourceRow

_DAYS = Parameter("days", Whole(1, 400), "How many days, the last included.", default=30)
_LAST = Parameter("until", Day(), "The last day (UTC), today where it is not said.")
_REASONS = Parameter("reasons", Flag(), "By reason; else each status is counted once.", default=False)
_HOURS = Parameter("hours", Whole(1, 24 * 31), "How many hours back.", default=24)


async def _counts(asked: Asked) -> web.Response:
    until = asked["until"] or datetime.now(UTC).date()
    found = await queries.daily_counts(
        asked.console.store,
        until - timedelta(days=asked["days"] - 1),
        until,
        provider=asked["provider"],
        source=asked["source"],
        reasons=asked["reasons"],
        test=asked["test"],
    )
    return await answer_page(asked, Page(tuple(found), None), look=None)


async def _sources(asked: Asked) -> web.Response:
    return await answer_page(asked, Page(tuple(await queries.sources(asked.console.store)), None), look=None)


async def _activity(asked: Asked) -> web.Response:
    this_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    since = this_hour - timedelta(hours=asked["hours"] - 1)
    found = await queries.activity(asked.console.store, since, source=asked["source"])
    return await answer_page(asked, Page(tuple(found), None), look=None)


OPERATIONS = (
    Operation(
        "countByDay",
        "GET",
        "/counts",
        "Statuses by the day (UTC) on which the event that holds them arrived.",
        "figures",
        _counts,
        Answer("The counts, by day and name.", rows_of(reference(CountRow))),
        query=(_LAST, _DAYS, PROVIDER, SOURCE, _REASONS, TEST),
    ),
    Operation(
        "listSources",
        "GET",
        "/sources",
        "The configured accounts: when something last came, and what of their calls is spent.",
        "figures",
        _sources,
        Answer("All of which anything was ever seen.", rows_of(reference(SourceRow))),
    ),
    Operation(
        "listActivity",
        "GET",
        "/activity",
        "What each account's door answered, and its events, by the hour.",
        "figures",
        _activity,
        Answer("The hours, the running one included.", rows_of(reference(ActivityRow))),
        query=(SOURCE, _HOURS),
    ),
)
