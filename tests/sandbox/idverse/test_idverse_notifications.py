"""How the IDVerse sandbox notifies: forms, the static header, what counts as delivered, losses and copies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from sandbox.idverse import NO_RETRY, Behaviour

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001)


async def test_a_notification_is_the_published_delivery(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 2.1: form body, two parameters, COMPLETED, the static header."""
    published = sample("delivery-complete-form")
    name = await vendor.create()

    await vendor.play(name, "complete")
    await vendor.settled()

    [got] = vendor.inbox.got
    assert published["raw_body"].replace(published["parsed"]["transaction_id"], name) == got.body
    assert published["query_string"] == got.query
    assert published["headers"] == {header: got.headers[header] for header in published["headers"]}


@pytest.mark.parametrize("form", ["form", "query", "json"])
async def test_a_notification_takes_the_form_that_was_set(vendor: Vendor, form: str) -> None:
    """Facts 2.1, traps: in the body, glued behind the URL, or as JSON; the header in each."""
    name = await vendor.create()
    await vendor.control("PUT", "faults", form=form)
    await vendor.play(name, "complete")
    await vendor.settled()

    [got] = vendor.inbox.got
    members = {"status": "COMPLETED", "transaction_id": name}
    seen = {"form": (urlencode(members), ""), "query": ("", urlencode(members)), "json": (json.dumps(members), "")}
    assert seen[form] == (got.body.replace(":", ": ").replace(",", ", "), got.query)
    assert "Basic dXNlcm5hbWU6cGFzc3dvcmQ=" == got.headers["Authorization"]


async def test_without_a_configured_header_none_is_sent(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    published = sample("delivery-complete-no-auth-configured")
    name = await vendor.create(notifications={"complete": [{"type": "https", "url": vendor.inbox.url}]})
    await vendor.play(name, "complete")
    await vendor.settled()

    [got] = vendor.inbox.got
    assert "Authorization" not in got.headers
    assert published["headers"]["Content-Type"] == got.headers["Content-Type"]


async def test_every_receiver_of_the_list_is_told(vendor: Vendor) -> None:
    told = {"type": "https", "url": vendor.inbox.url}
    name = await vendor.create(notifications={"complete": [told, told | {"url": f"{vendor.inbox.url}?second"}]})
    await vendor.play(name, "complete")
    await vendor.settled()

    assert ["", "second"] == [got.query.rstrip("=") for got in vendor.inbox.got]


@pytest.mark.parametrize(
    ("answers", "attempts"), [([], 1), ([500], 2), ([204, 302], 3), ([500, 201, 404], 4), ([500] * 9, 4)]
)
async def test_only_200_is_delivered_and_the_schedule_ends(
    start_vendor: StartVendor, answers: list[int], attempts: int
) -> None:
    """Facts 4: "must return a 200 OK"; the same bytes at each attempt."""
    vendor = await start_vendor(behaviour=replace(QUICK, retries=(1.0, 2.0, 4.0)))
    vendor.inbox.answers = [*answers]
    name = await vendor.create()

    await vendor.play(name, "complete")
    noted = await vendor.settled()

    assert list(range(1, attempts + 1)) == [each["attempt"] for each in noted]
    assert 1 == len({got.body for got in vendor.inbox.got}) == len({each["sha256"] for each in noted})


async def test_by_default_a_failed_notification_is_not_repeated(vendor: Vendor) -> None:
    """Facts 4: retries are not published; assume none."""
    vendor.inbox.answers = [500]
    await vendor.play(await vendor.create(), "complete")

    assert [500] == [each["status"] for each in await vendor.settled()]
    assert NO_RETRY == Behaviour().retries


@pytest.mark.parametrize("way", ["expire", "cancel"])
@pytest.mark.parametrize("told", [False, True])
async def test_closing_without_a_result_is_told_only_where_asked_for(
    start_vendor: StartVendor, way: str, *, told: bool
) -> None:
    """Facts 2.1, traps: not published whether EXPIRED and CANCELLED send anything."""
    vendor = await start_vendor(behaviour=replace(QUICK, tell_closings=told))
    name = await vendor.create()

    status = (await vendor.play(name, way))["status"]
    await vendor.settled()

    expected = [f"status={status}&transaction_id={name}"] if told else []
    assert expected == [got.body for got in vendor.inbox.got]


async def test_duplicates_are_the_same_bytes(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", duplicates=3)
    await vendor.play(await vendor.create(), "complete")
    await vendor.settled()

    assert 3 == len(vendor.inbox.got)
    assert 1 == len({got.body for got in vendor.inbox.got})


async def test_lost_notifications_are_noted_and_can_be_redelivered(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", drop=1)
    name = await vendor.create()
    await vendor.play(name, "complete")
    assert ["dropped on purpose"] == [each["error"] for each in await vendor.settled()]

    await vendor.play(name, "redeliver")
    noted = await vendor.settled()

    assert [("scheduled", None), ("redelivered", 200)] == [(each["kind"], each["status"]) for each in noted]
    assert f"status=COMPLETED&transaction_id={name}" == vendor.inbox.got[0].body


async def test_one_seed_loses_the_same_share_of_notifications(start_vendor: StartVendor) -> None:
    lost = []
    for _ in range(2):
        vendor = await start_vendor(behaviour=replace(QUICK, drop=0.2))
        for _ in range(40):
            await vendor.play(await vendor.create(), "complete")
        noted = sorted(await vendor.settled(), key=lambda each: int(each["delivery"]))
        lost.append([each["error"] is not None for each in noted])

    assert lost[0] == lost[1]
    assert 2 <= sum(lost[0]) <= 16


@pytest.mark.parametrize("header", ["wrong", "missing"])
async def test_a_forgery_has_not_the_header(vendor: Vendor, sample: Callable[[str], Any], header: str) -> None:
    """Facts 3.1: no signature; the header is all that tells them apart."""
    name = await vendor.create()
    await vendor.play(name, "complete")

    await vendor.play(name, "forge", header=header)
    await vendor.settled()

    true, forged = vendor.inbox.got
    right = sample("delivery-complete-wrong-auth")["configured_auth_header"]["value"]
    assert (right, true.body) == (true.headers["Authorization"], forged.body)
    assert forged.headers.get("Authorization") == (f"not-{right}" if header == "wrong" else None)


async def test_an_unreachable_receiver_is_noted_with_its_error(vendor: Vendor) -> None:
    dead = {"type": "https", "url": "http://127.0.0.1:9/nobody"}
    await vendor.play(await vendor.create(notifications={"complete": [dead]}), "complete")

    assert [(None, "ClientConnectorError")] == [(each["status"], each["error"]) for each in await vendor.settled()]


async def test_nothing_to_resend_is_refused(vendor: Vendor) -> None:
    answer = await vendor.request("POST", f"/_sandbox/transactions/{await vendor.create()}/redeliver")

    assert 409 == answer.status
