"""Vendors at a glance: for each account what comes, what it comes to, how late, and what it may still ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from aiohttp import web

from consumers.console.console import CONSOLE, Console
from consumers.console.pages import plots, when
from consumers.console.pages.live import begun
from consumers.console.pages.looks import looked
from consumers.console.pages.plots import Bars
from consumers.console.pages.rendering import counted, show
from consumers.projections import queries
from consumers.projections.queries import ActivityRow, CountRow, SourceRow, StatusRow, WorkFilter
from schemas.event import Outcome

_HOURS = 48
_DAYS = 14
_OLDEST = 500
"""How many of an account's open verifications are looked at for their age, the oldest first."""

_TONES: Mapping[Outcome, str] = {
    Outcome.VERIFIED: "good",
    Outcome.REJECTED: "bad",
    Outcome.ERROR: "bad",
    Outcome.NEEDS_REVIEW: "warn",
    Outcome.PENDING: "info",
}
_AGES = (
    (timedelta(hours=1), "under an hour"),
    (timedelta(hours=4), "1 to 4 hours"),
    (timedelta(days=1), "4 to 24 hours"),
    (timedelta(days=3), "1 to 3 days"),
    (timedelta(days=7), "3 to 7 days"),
    (timedelta.max, "over a week"),
)


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls spent of those allowed within ``within``; ``width`` is its part of a plot's width. ``is_current`` is false
    where so much time has passed since it was told that other calls count now.
    """

    within: str
    spent: int
    most: int
    width: float
    tone: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """``state`` is ``None`` where nothing was ever seen of the account; ``test`` where its settings do not name it.

    ``answered`` says how many callbacks were stored, and how many not. ``words`` are the plots in words, the latest
    first.
    """

    source: str
    provider: str
    test: bool | None
    state: SourceRow | None
    callbacks: Bars
    answered: str
    outcomes: Bars
    decided: int
    delays: Bars
    delay: str | None
    ages: Bars
    open: str
    budgets: tuple[Budget, ...]
    words: Sequence[tuple[str, Sequence[str]]]


async def vendors(request: web.Request) -> web.Response:
    await begun(request)
    await looked(request, "vendors")
    glances = await glances_of(request.config_dict[CONSOLE], datetime.now(UTC))
    return show(request, "vendors.html", place="/vendors", glances=glances, hours=_HOURS, days=_DAYS)


async def glances_of(console: Console, now: datetime) -> Sequence[Glance]:
    """The configured accounts and those that anything was ever seen of, tests last, by vendor and name."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=back) for back in reversed(range(_HOURS))]
    days = [now.date() - timedelta(days=back) for back in reversed(range(_DAYS))]
    states = {row.source: row for row in await queries.sources(console.store)}
    activity = await queries.activity(console.store, hours[0])
    counts = await queries.daily_counts(console.store, days[0], days[-1])
    names = {each.name: each.vendor for each in console.sources} | {row.source: row.provider for row in states.values()}
    tests = {each.name: each.environment == "test" for each in console.sources}
    glances = []
    for source, provider in sorted(names.items(), key=lambda each: (tests.get(each[0]) is True, each[1], each[0])):
        oldest = await queries.open_work(console.store, WorkFilter(provider, source), limit=_OLDEST)
        glances.append(
            _glance(
                Account(source, provider, tests.get(source), states.get(source)),
                {row.hour: row for row in activity if row.source == source},
                [row for row in counts if row.source == source],
                (oldest.items, oldest.next is not None),
                (hours, days, now),
            )
        )
    return glances


@dataclass(frozen=True, slots=True)
class Account:
    source: str
    provider: str
    test: bool | None
    state: SourceRow | None


def _glance(
    account: Account,
    activity: Mapping[datetime, ActivityRow],
    counts: Sequence[CountRow],
    waiting: tuple[Sequence[StatusRow], bool],
    times: tuple[Sequence[datetime], Sequence[date], datetime],
) -> Glance:
    (hours, days, now), (rows, has_more) = times, waiting
    timed, delay = (sum(getattr(row, name) for row in activity.values()) for name in ("timed", "delay_ms"))
    callbacks, outcomes = _callbacks(activity, hours), _outcomes(counts, days)
    delays, ages = _delays(activity, hours), _ages(rows, now)
    return Glance(
        account.source,
        account.provider,
        account.test,
        account.state,
        callbacks=callbacks,
        answered=_answered(activity.values()),
        outcomes=outcomes,
        decided=sum(row.verifications for row in counts),
        delays=delays,
        delay=when.milliseconds(delay / timed) if timed else None,
        ages=ages,
        open=f"{len(rows)}{'+' if has_more else ''}",
        budgets=_budgets(account.state, now),
        words=_words((("Callbacks", callbacks), ("Outcomes", outcomes), ("Delay", delays)), ("Open", ages)),
    )


def _words(by_time: Sequence[tuple[str, Bars]], by_age: tuple[str, Bars]) -> Sequence[tuple[str, Sequence[str]]]:
    """Of whatever stands in the plots, for whoever cannot point at a bar."""
    latest = [(title, [column.title for column in reversed(plot.columns) if column.bars]) for title, plot in by_time]
    ages = by_age[0], [column.title for column in by_age[1].columns if column.bars]
    return [(title, lines) for title, lines in (*latest, ages) if lines]


def _answered(activity: Collection[ActivityRow]) -> str:
    """``101, 13 refused, 1 failed``."""
    numbers = (
        (sum(row.refused + row.limited for row in activity), "refused"),
        (sum(row.failed for row in activity), "failed"),
    )
    stored = f"{sum(row.stored for row in activity):,}"
    return ", ".join([stored, *(f"{number:,} {word}" for number, word in numbers if number)])


def _callbacks(activity: Mapping[datetime, ActivityRow], hours: Sequence[datetime]) -> Bars:
    heights, titles = [], []
    for hour in hours:
        row = activity.get(hour)
        stored, refused, failed = (row.stored, row.refused + row.limited, row.failed) if row else (0, 0, 0)
        heights.append([(stored, "accent"), (refused, "warn"), (failed, "bad")])
        titles.append(f"{hour:%-d %b %H:00} UTC: {stored} stored, {refused} refused, {failed} failed")
    return plots.stacked(heights, titles, f"Callbacks of each hour of the last {_HOURS}")


def _outcomes(counts: Sequence[CountRow], days: Sequence[date]) -> Bars:
    heights, titles = [], []
    for day in days:
        numbers: dict[str, int] = {"good": 0, "bad": 0, "warn": 0, "info": 0, "quiet": 0}
        for row in counts:
            if row.day == day:
                numbers[_TONES.get(row.outcome, "quiet")] += row.verifications
        heights.append([(number, tone) for tone, number in numbers.items()])
        said = ", ".join(f"{number} {name}" for name, number in zip(_NAMES, numbers.values(), strict=True) if number)
        titles.append(f"{day:%-d %b}: {said or 'nothing'}")
    return plots.stacked(heights, titles, f"Outcomes of each of the last {_DAYS} days")


_NAMES = ("verified", "rejected or in error", "for review", "pending", "ended otherwise")


def _delays(activity: Mapping[datetime, ActivityRow], hours: Sequence[datetime]) -> Bars:
    heights, titles = [], []
    for hour in hours:
        row = activity.get(hour)
        average = row.delay_ms / row.timed if row is not None and row.timed else None
        heights.append([(average or 0.0, "accent")])
        said = "not known" if average is None else f"{when.milliseconds(average)} on average"
        titles.append(f"{hour:%-d %b %H:00} UTC: {said}")
    return plots.stacked(heights, titles, f"Average delay from the vendor to us in each hour of the last {_HOURS}")


def _ages(rows: Sequence[StatusRow], now: datetime) -> Bars:
    numbers = [0] * len(_AGES)
    for row in rows:
        age = now - (row.waits_since or row.received_at)
        numbers[next(place for place, (limit, _) in enumerate(_AGES) if age <= limit)] += 1
    tones = ("accent", "accent", "accent", "warn", "warn", "bad")
    heights = [[(number, tone)] for number, tone in zip(numbers, tones, strict=True)]
    titles = [f"{words}: {counted(number, 'verification')}" for number, (_, words) in zip(numbers, _AGES, strict=True)]
    return plots.stacked(heights, titles, "How long open verifications have waited: " + "; ".join(titles))


def _budgets(state: SourceRow | None, now: datetime) -> tuple[Budget, ...]:
    if state is None or state.budget_at is None:
        return ()
    spans = (
        ("hour", timedelta(hours=1), state.hour_spent, state.hour_most),
        ("day", timedelta(days=1), state.day_spent, state.day_most),
    )
    age = now - state.budget_at
    return tuple(
        Budget(within, spent, most, plots.share(spent, most), _tone(spent, most, is_current=age < span), age < span)
        for within, span, spent, most in spans
        if spent is not None and most
    )


def _tone(spent: int, most: int, *, is_current: bool) -> str:
    if not is_current:
        return "quiet"
    return "bad" if spent >= most * 0.95 else "warn" if spent >= most * 0.8 else "good"
