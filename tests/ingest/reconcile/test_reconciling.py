"""Open verifications are asked about at their times, each occasion once, within the same budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from time import time

from hypothesis import given
from hypothesis import strategies as st

from ingest.api import Open
from ingest.calling.account import Account
from ingest.reconcile.occasions import latest, reach
from ingest.reconcile.reconciler import Reconciler
from runtime.eventlog import EventLog
from schemas.message import Message
from tests.ingest.fetch.conftest import Bench
from tests.ingest.fetch.thin import CALLBACKS, REQUESTS, account_at, of_verification, says
from tests.waiting import until

HOUR = 3600.0


def reconciler(log: EventLog, account: Account, *found: Open) -> Reconciler:
    async def open_since(vendor: str, source: str, since: timedelta) -> AsyncIterator[Open]:
        assert (account.vendor, account.name, reach(account)) == (vendor, source, since)
        for each in found:
            yield each

    return Reconciler({account.name: account}, log, open_since)


async def test_what_stayed_open_too_long_is_read_without_a_cause(bench: Bench) -> None:
    """An hour after its last event; one that is younger is left alone."""
    account = account_at(bench.vendor.url)
    found = of_verification("old", time() - HOUR - 1), of_verification("young", time() - HOUR / 2)
    async with bench.start(account):
        await reconciler(bench.log, account, *found).look()
        await until(lambda: _documents(bench))
        await bench.done()
    (document,) = await bench.documents()
    assert ("old", None, ["old"]) == (document.verification_id, document.cause, bench.vendor.calls)


async def _documents(bench: Bench) -> bool:
    return bool(await bench.documents())


async def test_an_occasion_is_asked_once_however_many_look_however_often(bench: Bench) -> None:
    """Two processes, the second also after a restart of it: one call for the occasion."""
    account = account_at(bench.vendor.url)
    found = of_verification("old", time() - HOUR - 1)
    async with bench.start(account):
        for _ in range(3):
            looking = reconciler(bench.log, account, found)
            await looking.look()
            await looking.look()
            await until(lambda: _documents(bench))
            await bench.done()
    assert Counter({"old": 1}) == bench.vendor.count()


async def test_a_dry_run_shows_what_would_be_asked_and_asks_nothing(bench: Bench) -> None:
    """After it was asked, that occasion is not shown any more."""
    account = account_at(bench.vendor.url)
    looking = reconciler(bench.log, account, of_verification("old", time() - HOUR - 1))
    shown = await looking.would_ask()
    assert ["old"] == [request.verification_id for request in shown]
    async with bench.start(account):
        assert [] == bench.vendor.calls
        await looking.look()
        await until(lambda: _documents(bench))
        await bench.done()
    assert [] == await looking.would_ask()


async def test_a_callback_that_waits_beside_makes_it_one_document(bench: Bench) -> None:
    """Both wait while the vendor is down; what is read then is the callback's."""
    account = account_at(bench.vendor.url)
    bench.vendor.mood = says(503, "", "text/plain")
    async with bench.start(account):
        await reconciler(bench.log, account, of_verification("old", time() - HOUR - 1)).look()
        await bench.call_back("old")
        await until(lambda: _both_wait(bench))
        bench.vendor.mood = None
        await bench.done()
    (document,), (callback,) = await bench.documents(), await bench.callbacks()
    assert callback.id == document.cause


async def _both_wait(bench: Bench) -> bool:
    lags = [await bench.log.lag(topic, "fetch.thin") for topic in (CALLBACKS, REQUESTS)]
    return not any(lags) and len(bench.vendor.calls) > 1


@given(
    st.lists(st.floats(1.0, 1e6), max_size=6),
    st.lists(st.floats(1.0, 1e6), max_size=6),
    st.floats(0.0, 1e6),
    st.floats(0.0, 2e6),
)
def test_occasions_come_at_their_times_and_never_go_back(
    since_last: list[float], since_first: list[float], age: float, later: float
) -> None:
    """The latest one lies after the last event and not in the future; as time passes it only grows."""
    account = account_at(
        "http://nowhere",
        since_last=tuple(timedelta(seconds=each) for each in since_last),
        since_first=tuple(timedelta(seconds=each) for each in since_first),
    )
    now = 1_763_000_000.0
    verification = of_verification("v", now - age / 2, now - age)
    first, second = latest(verification, account, now), latest(verification, account, now + later)
    assert (first or 0) <= (second or 0)
    if second is not None:
        assert verification.last_at - 1 <= second <= now + later
    asked = {latest(verification, account, now + step) for step in range(0, 4_000_000, 100_000)} - {None}
    assert len(asked) <= len(since_last) + len(since_first)


async def test_a_dead_letter_of_an_occasion_is_followed_when_it_is_redriven(bench: Bench) -> None:
    """Though its occasion is known by then; and it has its whole horizon before it again."""
    account = account_at(bench.vendor.url)
    bench.vendor.mood = says(403, "{}")
    async with bench.start(account):
        await reconciler(bench.log, account, of_verification("old", time() - HOUR - 1)).look()
        await until(lambda: _letters(bench))
        await bench.done()
        (letter,) = await bench.dead_letters()
        bench.vendor.mood = None
        await bench.log.append(letter.topic, Message(letter.key, letter.partition_key, letter.headers, letter.value))
        await until(lambda: _documents(bench))
        await bench.done()
    assert Counter({"old": 2}) == bench.vendor.count()


async def _letters(bench: Bench) -> bool:
    return bool(await bench.dead_letters())
