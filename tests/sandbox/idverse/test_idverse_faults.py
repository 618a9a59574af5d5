"""Limits, the sandbox's own counts, and faults on request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from sandbox.idverse import Account, Behaviour, make_app
from sandbox.idverse.faults import KINDS
from tests.sandbox.conftest import DEADLINE, serving
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001)
DAY = "2025-06-16"
LIMITED = (429, {"error_message": "Too Many Requests."})


def test_the_limits_are_the_published_ones() -> None:
    """Facts 7: 2,000 requests a calendar day, bursts up to 500 a second; 3.2 and 3.3: lives of tokens."""
    account = Account()
    assert (2000, 500) == (account.daily_quota, account.burst)
    assert (3600, 900) == (account.token_lifetime, account.enterprise_token_lifetime)


async def test_the_daily_quota_counts_create_and_fetch_and_comes_back_the_next_day(start_vendor: StartVendor) -> None:
    """Facts 7: excess gives 429. Tokens, reports and redactions do not count."""
    vendor = await start_vendor(Account(daily_quota=3))
    name = await vendor.create()
    for _ in range(2):
        assert 200 == (await vendor.fetch(name)).status
    refused = await vendor.fetch(name)
    assert LIMITED == (refused.status, refused.json)
    assert 404 == (await vendor.call("GET", f"/v1/transactions/{name}/pdf")).status

    counts = await vendor.control("GET", "counts")
    calls = {"token": 1, "create": 1, "fetch": 3, "pdf": 1}
    assert {DAY: {"counted": 3, "limited": 1, "calls": calls}} == counts["days"]
    assert ("sandbox", 1) == (counts["account"], counts["most_at_once"])

    await vendor.advance(12 * 3600)
    vendor.bearer = ""
    assert 200 == (await vendor.fetch(name)).status
    assert 1 == (await vendor.control("GET", "counts"))["days"]["2025-06-17"]["counted"]


async def test_after_a_burst_calls_work_a_minute_after_the_last_limited_one(start_vendor: StartVendor) -> None:
    """Facts 7."""
    vendor = await start_vendor(Account(burst=3), replace(QUICK, time_scale=1.0))
    name = await vendor.create()
    assert [200, 200, 429] == [(await vendor.fetch(name)).status for _ in range(3)]

    for wait, status in ((59, 429), (59, 429), (60, 200)):
        await vendor.advance(wait)
        assert status == (await vendor.fetch(name)).status


async def test_the_most_calls_at_once_are_counted(start_vendor: StartVendor) -> None:
    vendor = await start_vendor()
    names = [await vendor.create() for _ in range(5)]
    await vendor.fault("hang", call="fetch", times=0)

    calls = [asyncio.create_task(vendor.fetch(name)) for name in names]

    async def all_are_under_way() -> bool:
        return bool((await vendor.control("GET", "counts"))["most_at_once"] == 5)

    await until(all_are_under_way)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)


@pytest.mark.parametrize("slow", [False, True])
async def test_closing_the_sandbox_ends_calls_that_hang_or_take_long(vendor: Vendor, *, slow: bool) -> None:
    app = make_app(behaviour=Behaviour(latency=3600.0 if slow else 0.0))
    async with serving(app) as url:
        if not slow:
            order = {"api": [{"fault": "hang"}]}
            assert 200 == (await vendor.http.put(f"{url}/_sandbox/faults", json=order)).status
        call = asyncio.create_task(vendor.http.get(f"{url}/v1/transactions/x/json"))

        async def is_under_way() -> bool:
            counts = await (await vendor.http.get(f"{url}/_sandbox/counts")).json()
            return bool(counts["most_at_once"] == 1)

        await until(is_under_way)

    async with asyncio.timeout(DEADLINE):
        assert (await call).status == (401 if slow else 503)


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "body"),
    [
        ("500", 500, "application/json", "error-internal"),
        ("429", 429, "application/json", LIMITED[1]),
        ("error-body", 200, "application/json", "error-internal"),
        ("html", 403, "text/html", None),
        ("html-200", 200, "text/html", None),
        ("wrong-content-type", 200, "text/plain", "true"),
        ("truncated", 200, "application/json", None),
    ],
)
async def test_a_fault_is_answered_once_as_ordered(
    vendor: Vendor, sample: Callable[[str], Any], fault: str, status: int, content_type: str, body: object
) -> None:
    """``body``: the JSON, a sample's name, "true" for the true one, ``None`` for what no reader of JSON takes."""
    name = await vendor.create()
    true = (await vendor.fetch(name)).raw

    await vendor.fault(fault)
    answer = await vendor.fetch(name)

    assert (status, content_type) == (answer.status, answer.content_type)
    if body is None:
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.raw)
    else:
        expected = json.loads(true) if body == "true" else sample(body) if isinstance(body, str) else body
        assert expected == answer.json
    assert true == (await vendor.fetch(name)).raw


async def test_a_stale_answer_is_the_one_before_the_last_change(vendor: Vendor) -> None:
    name = await vendor.create()
    await vendor.play(name, "submit")
    await vendor.play(name, "complete")
    await vendor.fault("stale", times=2)

    assert ["SUBMITTED", "SUBMITTED", "COMPLETE"] == [(await vendor.fetch(name)).json["status"] for _ in range(3)]


async def test_a_hung_call_answers_nobody_and_the_others_go_on(vendor: Vendor) -> None:
    hung, other = await vendor.create(), await vendor.create()
    await vendor.fault("hang", call="fetch", transaction_id=hung, times=0)

    url, headers = f"{vendor.url}/v1/transactions/{hung}/json", {"Authorization": vendor.bearer}
    with pytest.raises(TimeoutError):
        await vendor.http.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=0.1))

    assert 200 == (await vendor.fetch(other)).status
    await vendor.control("PUT", "faults", api=[])
    assert 200 == (await vendor.fetch(hung)).status


async def test_faults_meet_the_calls_they_are_ordered_for(vendor: Vendor) -> None:
    name = await vendor.create()
    orders = [{"fault": "500", "call": "token"}, {"fault": "html", "call": "pdf", "times": 2}]
    await vendor.control("PUT", "faults", api=orders)

    assert 200 == (await vendor.fetch(name)).status
    assert 500 == (await vendor.token()).status
    assert [403, 403, 404] == [(await vendor.call("GET", f"/v1/transactions/{name}/pdf")).status for _ in range(3)]


async def test_down_for_minutes_is_down_for_every_call_and_loses_nothing(vendor: Vendor) -> None:
    """Ten minutes of the vendor's, at a thousandth: 0.6 seconds of the clock."""
    name = await vendor.create()
    assert {"down_for_seconds": 0.6} == await vendor.control("POST", "down", minutes=10)
    await vendor.play(name, "complete")

    down = [await vendor.fetch(name), await vendor.token(), await vendor.call("POST", "/v1/transactions", {})]
    await vendor.advance(0.59)
    still = await vendor.fetch(name)
    await vendor.advance(0.02)

    assert [(503, "text/html")] * 4 == [(each.status, each.content_type) for each in [*down, still]]
    assert "COMPLETE" == (await vendor.fetch(name)).json["status"]
    assert [200] == [each["status"] for each in await vendor.settled()]


@pytest.mark.parametrize(
    "orders", [[{"fault": "fire"}], [{"fault": "500", "call": "all"}], [{"fault": "500", "times": -1}], [7], {}]
)
async def test_an_unknown_fault_is_refused(vendor: Vendor, orders: object) -> None:
    answer = await vendor.request("PUT", "/_sandbox/faults", {"api": orders})

    assert (400, "Bad Request.") == (answer.status, answer.json["error_message"])
    assert answer.json["detail"]


def test_every_fault_can_be_ordered() -> None:
    expected = {"hang", "stale", "500", "429", "html", "html-200", "error-body", "wrong-content-type", "truncated"}
    assert expected == {*KINDS}
