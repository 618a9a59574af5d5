"""Solaris' webhooks: handshake, signatures, headers, retries, and what a receiver's answer does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.solaris import Behaviour
from sandbox.solaris.deliver import sign
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.solaris.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.0001)
FAST = replace(QUICK, time_scale=0.000001)


def test_signatures_are_those_of_the_documented_scheme(sample: Callable[[str], Any]) -> None:
    """Facts 3, test vectors."""
    for vector in sample("signature-vectors"):
        made = sign(vector["secret"], vector["raw_body"].encode())
        assert vector["valid"] is (made == vector["header"]), vector["name"]


async def test_the_handshake_comes_empty_and_unsigned_before_the_secret(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    created = await vendor.subscribed()
    [(body, headers)] = vendor.receiver.handshakes
    shown = (await vendor.call("GET", f"/v1/webhooks/{created['id']}")).json

    assert b"" == body
    assert {"solaris-webhook-event-type"} == {name for name in headers if name.startswith("solaris-")}
    assert list(sample("webhook-subscription-created-response")) == list(created)
    assert shown == created | {"secret": None}


@pytest.mark.parametrize("greeting", [201, 404, 500])
async def test_without_a_200_there_is_no_subscription(
    vendor: Vendor, greeting: int, sample: Callable[[str], Any]
) -> None:
    vendor.receiver.greeting = greeting
    asked = sample("webhook-subscription-create-request") | {"url": vendor.receiver.url}
    answer = await vendor.call("POST", "/v1/webhooks", asked)

    assert (400, "invalid_webhook_url") == (answer.status, answer.json["errors"][0]["code"])
    assert [] == (await vendor.call("GET", "/v1/webhooks")).json


async def test_plain_http_to_another_machine_is_unsafe(vendor: Vendor) -> None:
    answer = await vendor.call("POST", "/v1/webhooks", {"event_type": "IDENTIFICATION", "url": "http://example.com/"})

    assert (400, "unsafe_webhook_url") == (answer.status, answer.json["errors"][0]["code"])


async def test_deliveries_are_signed_and_carry_every_header(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Creation and each change of status are told; nothing in the body names the person or a reason (facts 5.1)."""
    created = await vendor.subscribed()
    _, identification = await vendor.requested()
    await vendor.settled()
    documented = [name for name in sample("webhook-identification-successful") if name != "metadata"]

    assert {"created", "pending"} == {json.loads(body)["status"] for body, _ in vendor.receiver.got}
    for body, headers in vendor.receiver.got:
        assert documented == list(json.loads(body))
        assert sign(created["secret"], body) == headers["solaris-webhook-signature"]
        assert identification == headers["solaris-entity-id"]
        assert created["id"] == headers["solaris-webhook-subscription-id"]
        assert "IDENTIFICATION" == headers["solaris-webhook-event-type"]
        assert "1" == headers["solaris-webhook-attempt"]
        assert "2025-06-15T15:06:40.000Z" == headers["solaris-webhook-callout-timestamp"]
    assert 2 == len({headers["solaris-webhook-id"] for _, headers in vendor.receiver.got})


async def test_person_events_name_the_person_in_the_header_alone(vendor: Vendor) -> None:
    await vendor.subscribed("PERSON_CHANGED")
    await vendor.subscribed("PERSON_DELETED")
    person = await vendor.person()
    await vendor.control("POST", f"persons/{person}/screening", {"screening_progress": "POTENTIAL_MATCH"})
    assert "POTENTIAL_MATCH" == (await vendor.call("GET", f"/v1/persons/{person}")).json["screening_progress"]
    await vendor.control("POST", f"persons/{person}/delete")
    await vendor.settled()

    assert [b"{}", b"{}"] == [body for body, _ in vendor.receiver.got]
    assert {person} == {headers["solaris-entity-id"] for _, headers in vendor.receiver.got}
    assert 404 == (await vendor.call("GET", f"/v1/persons/{person}")).status


async def test_the_retry_loop_makes_25_attempts_of_one_notification(start_vendor: StartVendor) -> None:
    """Facts 4: one id, the attempt counted from 1, 24 waits of factor 1.561 over about five days."""
    vendor = await start_vendor(behaviour=FAST)
    await vendor.subscribed("PERSON_DELETED")
    vendor.receiver.answers = [500] * 30
    await vendor.control("POST", f"persons/{await vendor.person()}/delete")
    attempts = await vendor.settled()

    assert list(range(1, 26)) == [each["attempt"] for each in attempts]
    assert 1 == len({headers["solaris-webhook-id"] for _, headers in vendor.receiver.got})
    waits = Behaviour().retries
    assert 1.561 == pytest.approx(waits[-1] / waits[-2])
    assert 5 * 86_400 == pytest.approx(sum(waits), rel=0.02)


@pytest.mark.parametrize(("status", "attempts", "living"), [(422, 1, 1), (410, 1, 0), (301, 2, 1), (200, 1, 1)])
async def test_an_answer_settles_drops_cancels_or_is_retried(
    vendor: Vendor, status: int, attempts: int, living: int
) -> None:
    """Facts 4: 410 cancels the subscription, 422 drops the event, any other but 2xx is retried."""
    await vendor.subscribed("PERSON_CHANGED")
    person = await vendor.person()
    vendor.receiver.answers = [status]
    await vendor.control("POST", f"persons/{person}/screening")

    assert attempts == len(await vendor.settled())
    assert living == len((await vendor.call("GET", "/v1/webhooks")).json)
    await vendor.control("POST", f"persons/{person}/screening")
    assert attempts + living == len(await vendor.settled())


async def test_deleting_a_subscription_drops_its_queue(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, time_scale=10.0, time_limit=1.0))
    created = await vendor.subscribed("PERSON_CHANGED")
    vendor.receiver.answers = [500]
    await vendor.control("POST", f"persons/{await vendor.person()}/screening")
    await until(lambda: len(vendor.receiver.got) == 1)

    assert 204 == (await vendor.call("DELETE", f"/v1/webhooks/{created['id']}")).status
    assert 1 == len(await vendor.settled())
    assert [] == (await vendor.call("GET", "/v1/webhooks")).json


async def test_the_same_seed_loses_the_same_share(start_vendor: StartVendor) -> None:
    lost = []
    for _ in range(2):
        vendor = await start_vendor(behaviour=replace(QUICK, drop=0.2))
        await vendor.subscribed("PERSON_CHANGED")
        person = await vendor.person()
        for _ in range(50):
            await vendor.control("POST", f"persons/{person}/screening")
        attempts = await vendor.settled()
        lost.append({each["notification"] for each in attempts if each["error"] == "dropped on purpose"})
        assert 50 == len(attempts)
        assert 50 - len(lost[-1]) == len(vendor.receiver.got)

    assert lost[0] == lost[1]
    assert 3 <= len(lost[0]) <= 20


async def test_webhooks_wait_while_it_is_down(vendor: Vendor) -> None:
    await vendor.subscribed("BUSINESS_IDENTIFICATION")
    await vendor.control("POST", "down", {"minutes": 10})
    event = {"event": "BUSINESS_IDENTIFICATION", "entity": "1bid", "body": {"id": "1bid", "status": "pending"}}
    assert 1 == (await vendor.control("POST", "webhooks", event))["notifications"]
    assert 502 == (await vendor.call("GET", "/v1/webhooks")).status
    assert [] == vendor.receiver.got

    await vendor.control("POST", "clock", {"advance": 600})
    await vendor.settled()
    assert [b'{"id":"1bid","status":"pending"}'] == [body for body, _ in vendor.receiver.got]
    assert 200 == (await vendor.call("GET", "/v1/webhooks")).status


async def test_duplicates_are_one_notification_sent_again(vendor: Vendor) -> None:
    await vendor.subscribed("PERSON_CHANGED")
    await vendor.control("PUT", "faults", {"duplicates": 3})
    await vendor.control("POST", f"persons/{await vendor.person()}/screening")
    await vendor.settled()

    assert 3 == len(vendor.receiver.got)
    assert 1 == len({headers["solaris-webhook-id"] for _, headers in vendor.receiver.got})
