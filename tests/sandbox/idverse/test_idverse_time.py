"""Transactions over time, one seed's sameness, and what the sandbox refuses to be started with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idverse import Account, Behaviour
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001)


@pytest.mark.parametrize(
    ("outcome", "statuses", "told"),
    [
        ("PASSED", ["PENDING", "INPROGRESS", "INPROGRESS", "SUBMITTED", "COMPLETE"], 1),
        ("FLAGGED", ["PENDING", "INPROGRESS", "INPROGRESS", "SUBMITTED", "COMPLETE"], 1),
        ("EXPIRED", ["PENDING", "INPROGRESS", "INPROGRESS", "EXPIRED", "EXPIRED"], 0),
        ("CANCELLED", ["PENDING", "INPROGRESS", "INPROGRESS", "CANCELLED", "CANCELLED"], 0),
    ],
)
@pytest.mark.parametrize("by_itself", [False, True])
async def test_a_transaction_goes_its_way_over_time(
    start_vendor: StartVendor, outcome: str, statuses: list[str], told: int, *, by_itself: bool
) -> None:
    """30 s until the link is opened, 120 s with the user, 20 s of checks; shown at 0, 30, 90, 150 and 170 s."""
    behaviour = replace(QUICK, time_scale=1.0, by_itself=outcome if by_itself else None)
    vendor = await start_vendor(behaviour=behaviour)
    name = await vendor.create()
    if not by_itself:
        await vendor.play(name, "play", outcome=outcome)

    shown = [(await vendor.fetch(name)).json]
    for wait in (30, 60, 60, 20):
        await vendor.advance(wait)
        shown.append((await vendor.fetch(name)).json)
    await vendor.settled()

    assert statuses == [each["status"] for each in shown]
    assert [None, "PRIVACY", "FACE_MATCH_CAPTURE"] == [each.get("current_step") for each in shown[:3]]
    assert told == len(vendor.inbox.got)


async def test_no_step_of_the_document_only_flow_is_about_the_face(start_vendor: StartVendor) -> None:
    """Facts 5.2: there is no step FACE_MATCH_CAPTURE, neither over time nor when it is asked for."""
    behaviour = replace(QUICK, time_scale=1.0, by_itself="PASSED")
    vendor = await start_vendor(Account(doc_only=True), behaviour)
    name, steps = await vendor.create(), []
    for wait in (30, 60, 60, 20):
        await vendor.advance(wait)
        steps.append((await vendor.fetch(name)).json["current_step"])
    asked = await vendor.request(
        "POST", f"/_sandbox/transactions/{await vendor.create()}/step", {"step": "FACE_MATCH_CAPTURE"}
    )

    assert ["PRIVACY", "ID_INFORMATION", "SUBMITTED", "SUBMITTED"] == steps
    assert 409 == asked.status


async def test_a_link_that_nobody_opens_expires_after_seven_days(vendor: Vendor) -> None:
    """Facts 7."""
    name = await vendor.create()
    await vendor.advance(7 * 86_400 - 1)
    assert "PENDING" == (await vendor.control("GET", f"truth/{name}"))["status"]

    await vendor.advance(1)

    truth = await vendor.control("GET", f"truth/{name}")
    assert ("EXPIRED", "2025-06-23T12:00:00.000Z") == (truth["status"], truth["closed_at"])


async def test_time_passes_by_itself_on_the_real_clock(start_vendor: StartVendor) -> None:
    """Nobody calls the sandbox meanwhile: its notification comes unasked."""
    vendor = await start_vendor(behaviour=replace(QUICK, by_itself="PASSED"), clock=None)
    name = await vendor.create()

    await until(lambda: [got.body for got in vendor.inbox.got] == [f"status=COMPLETED&transaction_id={name}"])


async def test_one_seed_plays_the_same_people_and_ids(start_vendor: StartVendor, sample: Callable[[str], Any]) -> None:
    bodies = []
    for _ in range(2):
        vendor = await start_vendor()
        created = await vendor.call(
            "POST", "/v1/transactions", sample("create-transaction-request") | {"notifications": {}}
        )
        await vendor.play(created.json["transaction_id"], "complete")
        bodies.append((await vendor.fetch(created.json["transaction_id"])).raw)

    assert bodies[0] == bodies[1]


async def test_only_so_many_transactions_are_remembered(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, keep=3))
    names = [await vendor.create() for _ in range(30)]

    truth = await vendor.control("GET", "truth")
    await vendor.advance(7 * 86_400)

    assert names[-3:] == [each["transaction_id"] for each in truth["transactions"]]
    assert 404 == (await vendor.request("GET", f"/_sandbox/truth/{names[0]}")).status


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_scale": 0},
        {"time_limit": 0},
        {"retries": (-1.0,)},
        {"duplicates": 0},
        {"drop": 1.5},
        {"keep": 0},
        {"by_itself": "DENIED"},
        {"form": "xml"},
        {"latency": -1.0},
    ],
)
def test_a_behaviour_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).replace("retries", "wait").replace("latency", "wait")):
        Behaviour(**wrong)


@pytest.mark.parametrize("wrong", [{"burst": 0}, {"daily_quota": -1}])
def test_an_account_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="account"):
        Account(**wrong)
