"""The fetching stage against a vendor on a socket: what is fetched, how often it is asked, and what is not lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from ingest.api import Budget
from runtime.eventlog import Record
from schemas import topics
from schemas.deadletter import DeadLetterReason
from schemas.message import Message
from tests.ingest.fetch.conftest import Bench
from tests.ingest.fetch.thin import CALLBACKS, REQUESTS, Reply, account_at, json, says
from tests.waiting import until


async def test_a_thin_callback_brings_its_document_verbatim_and_with_its_cause(bench: Bench) -> None:
    """The document's bytes are the answer's, it lies with its verification, and carries what its account carries."""
    bench.vendor.mood = says(text='{ "id" : "v1",\n "settled": true }')
    async with bench.start():
        await bench.call_back("v1")
        await bench.done()
    (asked,) = await bench.callbacks()
    (document,) = await bench.documents()
    assert b'{ "id" : "v1",\n "settled": true }' == document.body
    assert (asked.id, "v1", "thin", True) == (document.cause, document.verification_id, document.source, document.test)
    assert (("product", "thin"),) == document.options


async def test_a_callback_that_speaks_for_itself_costs_no_call(bench: Bench) -> None:
    async with bench.start():
        await bench.call_back("I speak for myself")
        await bench.done()
    assert ([], []) == (bench.vendor.calls, await bench.documents())


async def test_callbacks_of_one_verification_that_wait_together_cost_one_call(bench: Bench) -> None:
    """Five came while the stage was away: one call; its document names the last of them as its cause."""
    await bench.call_back(*["v1"] * 5, "v2")
    async with bench.start():
        await bench.done()
    assert Counter({"v1": 1, "v2": 1}) == bench.vendor.count()
    causes = {document.verification_id: document.cause for document in await bench.documents()}
    assert {each.verification_id: each.id for each in await bench.callbacks()} == causes


async def test_what_comes_while_its_like_is_being_read_is_read_once_more(bench: Bench) -> None:
    """The vendor may have answered before the second callback was sent."""
    bench.vendor.hold = asyncio.Event()
    async with bench.start():
        await bench.call_back("v1")
        await until(lambda: bench.vendor.calls == ["v1"])
        await bench.call_back("v1", "v1")
        await until(lambda: _is_taken_in(bench))
        bench.vendor.hold.set()
        await bench.done()
    assert Counter({"v1": 2}) == bench.vendor.count()


async def _is_taken_in(bench: Bench) -> bool:
    return not any([await bench.log.lag(topic, "fetch.thin") for topic in (CALLBACKS, REQUESTS)])


async def test_what_is_not_settled_is_read_again_by_the_vendors_schedule(bench: Bench) -> None:
    """Three times in all, then it is left to whoever reconciles; equal answers are stored once."""
    bench.vendor.things["v1"] = {"id": "v1", "settled": False}
    async with bench.start(again=(0.0, 1.0, 2.0)):
        await bench.call_back("v1")
        await bench.done()
    assert (Counter({"v1": 3}), 1) == (bench.vendor.count(), len(await bench.documents()))


async def test_what_an_answer_shows_to_be_worth_reading_is_read_too(bench: Bench) -> None:
    bench.vendor.things["v1"] = {"id": "v1", "more": ["v1-part"]}
    async with bench.start():
        await bench.call_back("v1")
        await bench.done()
    assert ["v1", "v1-part"] == bench.vendor.calls
    (asked,) = await bench.callbacks()
    assert {asked.id} == {document.cause for document in await bench.documents()}


def truncated(_request: web.Request) -> web.Response:
    return web.Response(body=b'{"id": "v', content_type="application/json")


def cut_off(request: web.Request) -> web.Response:
    """Announces more than it sends."""
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    request.transport.close()
    return web.Response()


LIES: dict[str, Reply] = {
    "500": json({"error": "internal"}, 500),
    "a gateway's page": says(502, "<html>", "text/html"),
    "a CDN's page as a success": says(200, "<html>blocked</html>", "text/html"),
    "a CDN's page as a refusal": says(403, "<html>blocked</html>", "text/html"),
    "a CDN's page as not found": says(404, "<html>no such page</html>", "text/html"),
    "JSON that says it is text": says(200, '{"id": "v1"}', "text/plain"),
    "truncated JSON": truncated,
    "a connection that breaks off": cut_off,
    "an error as a success": json({"error": "try later"}),
    "nothing": says(200, ""),
    "a redirect elsewhere": says(302, "", Location="http://169.254.169.254/"),
    "more than is bearable": says(200, '"' + "x" * 70_000 + '"'),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_whatever_only_passes_for_an_answer_is_not_stored_and_asked_for_again(bench: Bench, lie: Reply) -> None:
    bench.vendor.moods.extend([lie, lie])
    async with bench.start():
        await bench.call_back("v1")
        await bench.done()
    assert [b'{"id": "v1"}'] == [document.body for document in await bench.documents()]
    assert ([], 3) == (await bench.dead_letters(), len(bench.vendor.calls))


async def test_a_vendor_that_hangs_for_one_verification_delays_no_other(bench: Bench) -> None:
    """The others' documents are there while the first is still waited for."""
    bench.vendor.moods.append(lambda _request: _never())
    async with bench.start(timeout=1.0):
        await bench.call_back("v1")
        await until(lambda: bench.vendor.calls == ["v1"])
        await bench.call_back("v2", "v3")
        await until(lambda: _has_documents(bench, {"v2", "v3"}))
        await bench.done()
    assert {"v1", "v2", "v3"} == {document.verification_id for document in await bench.documents()}


async def _has_documents(bench: Bench, wanted: set[str]) -> bool:
    return {document.verification_id for document in await bench.documents()} >= wanted


def _never() -> web.StreamResponse:
    return _Hanging()


class _Hanging(web.Response):
    async def prepare(self, request: web.BaseRequest) -> web.StreamWriter | None:  # type: ignore[name-defined]
        await asyncio.sleep(3600)
        return await super().prepare(request)


async def test_an_outage_of_hours_loses_nothing_and_is_not_hammered(bench: Bench) -> None:
    """Fifty verifications wait; while the account is in trouble one call at a time probes it."""
    bench.vendor.mood = says(503, "", "text/plain")
    async with bench.start():
        await bench.call_back(*[f"v{number}" for number in range(50)])
        await until(lambda: len(bench.vendor.calls) >= 20)
        bench.vendor.most_at_once = 0
        so_far = len(bench.vendor.calls)
        await until(lambda: len(bench.vendor.calls) >= so_far + 5)
        probing = bench.vendor.most_at_once
        bench.vendor.mood = None
        await bench.done()
    assert 50 == len({document.verification_id for document in await bench.documents()})
    assert ([], 1) == (await bench.dead_letters(), probing)


async def test_after_429_the_whole_account_is_left_alone_for_as_long_as_the_vendor_asks(bench: Bench) -> None:
    bench.vendor.moods.append(says(429, "", Retry_After="1"))
    async with bench.start():
        await bench.call_back("v1")
        await until(lambda: bench.vendor.calls == ["v1"])
        began = asyncio.get_running_loop().time()
        await bench.call_back("v2")
        await bench.done()
        took = asyncio.get_running_loop().time() - began
    assert (3, True) == (len(bench.vendor.calls), took > 0.5)


def paused(source: str) -> float | None:
    return REGISTRY.get_sample_value("hookline_fetch_paused_seconds", {"source": source})


async def test_who_asks_a_vendor_no_more_tells_of_no_trouble_of_its(bench: Bench) -> None:
    """Another process does by now, and what this one saw last would be there for ever."""
    bench.vendor.moods.append(says(429, "", Retry_After="3600"))
    async with bench.start(name="thin-moved"):
        await bench.call_back("v1", source="thin-moved")
        await until(lambda: (paused("thin-moved") or 0) > 3000)
    waiting = REGISTRY.get_sample_value("hookline_fetch_waiting", {"source": "thin-moved"})
    assert (0.0, 0.0) == (paused("thin-moved"), waiting)


async def test_no_more_calls_at_once_than_the_budget_allows(bench: Bench) -> None:
    """All thirty are due, three are asked about: the vendor lets none of them go until then."""
    bench.vendor.hold = asyncio.Event()
    async with bench.start(budget=Budget(parallel=3)):
        await bench.call_back(*[f"v{number}" for number in range(30)])
        await until(lambda: len(bench.vendor.calls) == 3)
        await until(lambda: _is_taken_in(bench))
        bench.vendor.hold.set()
        await bench.done()
    assert (3, 30) == (bench.vendor.most_at_once, len(bench.vendor.calls))


async def test_the_quota_is_never_exceeded_also_after_a_restart_the_same_day(bench: Bench) -> None:
    """Seven calls fit into the day, over three lives of the stage; what does not fit is still due."""
    budget = Budget(parallel=1, per_day=7)
    await bench.call_back(*[f"v{number}" for number in range(12)])
    for expected in (3, 6, 7):
        async with bench.start(budget=budget):
            await until(lambda: len(bench.vendor.calls) >= expected)  # noqa: B023 - awaited here
    async with bench.start(budget=budget):
        await until(lambda: _is_taken_in(bench))
    assert 7 == len(bench.vendor.calls)
    assert 12 - 7 == len(await bench.unsettled())


async def test_a_token_is_fetched_once_for_many_and_renewed_once_when_it_is_refused(bench: Bench) -> None:
    async with bench.start():
        await bench.call_back(*[f"v{number}" for number in range(10)])
        await bench.done()
        assert 1 == bench.vendor.tokens
        bench.vendor.good_token = "revoked"
        await bench.call_back(*[f"w{number}" for number in range(10)])
        await bench.done()
    assert 20 == len(await bench.documents())
    assert 2 == bench.vendor.tokens


async def test_a_token_is_renewed_before_it_ends(bench: Bench) -> None:
    """Its life of nothing at all is over when it comes: each call takes a new one, and none is refused."""
    bench.vendor.token_life = 0.0001
    async with bench.start(budget=Budget(parallel=1)):
        await bench.call_back("v1", "v2")
        await bench.done()
    assert (2, 2) == (bench.vendor.tokens, len(bench.vendor.calls))


async def test_past_the_horizon_it_is_a_dead_letter_that_can_be_redriven(bench: Bench) -> None:
    """Appended to its topic again, as it stands, the request is worked off with the same cause."""
    bench.vendor.mood = says(500, "", "text/plain")
    async with bench.start(horizon=0.05):
        await bench.call_back("v1")
        await bench.done()
        (letter,) = await bench.dead_letters()
        assert (DeadLetterReason.NOT_FETCHED, "fetch", REQUESTS) == (letter.reason, letter.stage, letter.topic)
        bench.vendor.mood = None
        await bench.log.append(letter.topic, Message(letter.key, letter.partition_key, letter.headers, letter.value))
        await until(lambda: _has_documents(bench, {"v1"}))
        await bench.done()
    (asked,), (document,) = await bench.callbacks(), await bench.documents()
    assert asked.id == document.cause


@pytest.mark.parametrize(
    ("reply", "reason", "calls"),
    [
        (json({"error": "forbidden"}, 403), DeadLetterReason.REFUSED, 1),
        (json({"error": "no"}, 404), DeadLetterReason.NOT_THERE, 2),
    ],
    ids=["refused", "not there"],
)
async def test_what_the_vendor_itself_refuses_is_a_dead_letter(
    bench: Bench, reply: Reply, reason: DeadLetterReason, calls: int
) -> None:
    """A refusal at once; what is not there is asked for again for a while, as it may be too early."""
    bench.vendor.mood = reply
    async with bench.start(api_missing_for=1.0):
        await bench.call_back("v1")
        await bench.done()
    assert [reason] == [letter.reason for letter in await bench.dead_letters()]
    assert calls == len(bench.vendor.calls)


async def test_a_callback_that_names_nothing_or_that_nobody_can_ask_about_is_a_dead_letter(bench: Bench) -> None:
    """Whole, as the callback that it was; and an id that would lead elsewhere never enters a URL."""
    async with bench.start():
        await bench.call_back("../../admin")
        await bench.call_back("v1", source="other")
        await bench.done()
    letters = await bench.dead_letters()
    assert [DeadLetterReason.NOT_FETCHABLE] * 2 == [letter.reason for letter in letters]
    assert [b"../../admin", b"v1"] == [letter.value for letter in letters]
    assert [] == bench.vendor.calls


async def test_a_fault_of_ours_in_a_vendors_file_stops_nothing_else(bench: Bench) -> None:
    bench.vendor.things["v1"] = {"confuse": True}
    async with bench.start():
        await bench.call_back("v1", "v2")
        await bench.done()
    assert [DeadLetterReason.PROGRAM_ERROR] == [letter.reason for letter in await bench.dead_letters()]
    assert ["v2"] == [document.verification_id for document in await bench.documents()]


async def test_another_account_in_trouble_delays_nobody(bench: Bench) -> None:
    """The other account's vendor does not answer at all."""
    elsewhere = account_at("http://127.0.0.1:9", name="elsewhere")
    async with bench.start(account_at(bench.vendor.url), elsewhere):
        await bench.call_back("v1", source="elsewhere")
        await bench.call_back("v2")
        await until(lambda: _has_documents(bench, {"v2"}))
    assert 1 == len(await bench.unsettled())


async def test_a_record_that_is_no_request_is_a_dead_letter(bench: Bench) -> None:
    async with bench.start():
        await bench.log.append(REQUESTS, Message("torn", "thin", (), b"{"))
        await bench.done()
    assert [DeadLetterReason.UNDECODABLE_RECORD] == [letter.reason for letter in await bench.dead_letters()]


async def test_more_than_memory_holds_is_read_all_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for four: the log keeps the other sixteen, and gives them when there is room again."""
    monkeypatch.setattr("runtime.errands.waiting.MOST", 4)
    bench.vendor.hold = asyncio.Event()
    async with bench.start(budget=Budget(parallel=2)):
        await bench.call_back(*[f"v{number}" for number in range(20)])
        await until(lambda: _is_taken_in(bench))
        bench.vendor.hold.set()
        await bench.done()
    assert 20 == len({document.verification_id for document in await bench.documents()})
    assert 20 == len(bench.vendor.calls)


@asynccontextmanager
async def _two(bench: Bench) -> AsyncIterator[None]:
    async with bench.start(), bench.start():
        yield


async def test_two_processes_ask_as_one(bench: Bench) -> None:
    """One owns the requests, the other stands by: nothing is asked twice."""
    async with _two(bench):
        await bench.call_back(*[f"v{number}" for number in range(10)])
        await bench.done()
    assert Counter({f"v{number}": 1 for number in range(10)}) == bench.vendor.count()


async def test_no_message_names_what_was_asked_for(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither log lines nor dead letters' details show ids, tokens or keys."""
    bench.vendor.moods.extend([says(500, "", "text/plain"), json({"error": "canary-in-answer"}, 403)])
    async with bench.start():
        await bench.call_back("canary-id")
        await bench.done()
    said = capfd.readouterr().err + capfd.readouterr().out
    said += "".join(letter.detail for letter in await bench.dead_letters())
    assert [] == [word for word in ("canary", "api-key", "token-1") if word in said]


async def records(bench: Bench, topic: str) -> list[Record]:
    return [record async for record in bench.log.scan(topic)]


async def test_memory_of_calls_is_kept_beside_the_requests(bench: Bench) -> None:
    async with bench.start(budget=Budget(per_hour=100)):
        await bench.call_back("v1")
        await bench.done()
    (spent,) = await records(bench, topics.fetch_memory("thin"))
    assert spent.key.startswith("spent/thin/")


async def test_what_stays_away_is_an_answer_where_the_vendor_file_says_so(bench: Bench) -> None:
    """Its document is how the vendor said so, and its mark is the last word of who checked it."""
    bench.vendor.mood = json({"error": "no"}, 404)
    async with bench.start(api_missing_for=1.0, api_gone=frozenset({"thing"})):
        await bench.call_back("v1")
        await bench.done()
    assert [] == await bench.dead_letters()
    (document,) = await bench.documents()
    assert ("v1", b'{"error":"no"}', "thing gone") == (
        document.verification_id,
        document.body,
        " ".join(document.checked_by.split()[-2:]),
    )
