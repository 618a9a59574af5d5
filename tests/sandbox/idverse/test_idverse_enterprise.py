"""Enterprise 3.5 of the sandbox: its token, sendSms, and events on two channels."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idverse import Behaviour, words

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import Answer, StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = b"grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-client-secret"
NAME = "txn-test-001"


async def _token(vendor: Vendor, form: bytes = GOOD) -> Answer:
    return await vendor.request("POST", "/api/3.5/oauthToken", form, **FORM)


async def _send(vendor: Vendor, request: object, **members: object) -> Answer:
    """``sendSms`` with both channels led to the inbox."""
    assert isinstance(request, dict)
    urls = {f"notifyUrl{channel}": f"{vendor.inbox.url}?{channel}" for channel in ("Event", "Complete")}
    bearer = f"Bearer {(await _token(vendor)).json['access_token']}"
    return await vendor.request("POST", "/api/3.5/sendSms", request | urls | members, Authorization=bearer)


async def _seen(vendor: Vendor) -> list[tuple[str, str]]:
    """Channel and event of everything that came."""
    await vendor.settled()
    return [(got.query.rstrip("="), json.loads(got.body)["event"]) for got in vendor.inbox.got]


async def test_the_token_has_the_published_members(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 3.3: 15 minutes."""
    answer, published = await _token(vendor), sample("enterprise-oauth-token-response")

    assert (200, published | {"access_token": ""}) == (answer.status, answer.json | {"access_token": ""})


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (GOOD + b"x", 401, "invalid_client"),
        (b"grant_type=client_credentials", 401, "invalid_client"),
        (b"grant_type=password", 400, "unsupported_grant_type"),
        (b"grant_type=\xff", 400, "invalid_request"),
        (b"grant_type=client_credentials&client_id=sandbox-client&client_secret=%ff", 401, "invalid_client"),
    ],
)
async def test_a_faulty_token_request_has_the_published_error(
    vendor: Vendor, form: bytes, status: int, error: str
) -> None:
    """Facts 3.3: error, error_description, hint, message."""
    answer = await _token(vendor, form)

    assert (status, error) == (answer.status, answer.json["error"])
    assert ["error", "error_description", "hint", "message"] == list(answer.json)


async def test_the_published_request_sends_the_published_first_event(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    """Facts 2.2: ``pending`` on the event channel alone, JSON, the static header."""
    answer = await _send(vendor, sample("enterprise-send-sms-request"))
    await vendor.settled()

    [got] = vendor.inbox.got
    assert (200, {"transactionId": NAME}) == (answer.status, answer.json)
    assert sample("enterprise-webhook-event-pending") == json.loads(got.body)
    assert ("application/json", "Bearer EXAMPLE") == (got.headers["Content-Type"], got.headers["Authorization"])


async def test_idkits_form_does_not_change_enterprises(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    await vendor.control("PUT", "faults", form="query")
    await _send(vendor, sample("enterprise-send-sms-request"))

    assert [("Event", "pending")] == await _seen(vendor)


@pytest.mark.parametrize("event", words.ENTERPRISE_EVENTS)
async def test_each_event_comes_on_its_channels(vendor: Vendor, sample: Callable[[str], Any], event: str) -> None:
    """Facts 2.2: the four ends on both channels, the steps on the event channel."""
    await _send(vendor, sample("enterprise-send-sms-request"))

    await vendor.control("POST", f"enterprise/{NAME}/event", event=event)

    both = event in {"completedPass", "completedFlagged", "expired", "cancelled"}
    expected = [("Event", "pending"), ("Event", event), *([("Complete", event)] if both else [])]
    assert expected == await _seen(vendor)
    truth = await vendor.control("GET", f"truth/{NAME}")
    assert {"transaction_id": NAME, "product": "enterprise", "event": event} == truth


@pytest.mark.parametrize("end", words.ENTERPRISE_ENDS)
async def test_the_events_come_over_time_up_to_each_end(
    start_vendor: StartVendor, sample: Callable[[str], Any], end: str
) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, time_scale=1.0))
    await _send(vendor, sample("enterprise-send-sms-request"))
    await vendor.control("POST", f"enterprise/{NAME}/play", outcome=end)

    for _ in range(17):
        await vendor.advance(10)

    assert [*(("Event", step) for step in words.ENTERPRISE_STEPS), ("Event", end), ("Complete", end)] == await _seen(
        vendor
    )


async def test_the_completion_webhook_is_the_published_one(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    await _send(vendor, sample("enterprise-send-sms-request"))
    await vendor.control("POST", f"enterprise/{NAME}/event", event="completedPass")
    await vendor.settled()

    assert sample("enterprise-webhook-completed-pass") == json.loads(vendor.inbox.got[-1].body)


async def test_after_an_end_nothing_more_arises_but_old_events_can_come_again(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    """Facts 6.4: the event channel may be late."""
    await _send(vendor, sample("enterprise-send-sms-request"))
    await vendor.control("POST", f"enterprise/{NAME}/event", event="cancelled")
    answer = await vendor.request("POST", f"/_sandbox/enterprise/{NAME}/event", {"event": "liveness"})

    await vendor.control("POST", f"enterprise/{NAME}/redeliver", which="all")

    once = [("Event", "pending"), ("Event", "cancelled"), ("Complete", "cancelled")]
    assert 409 == answer.status
    assert once * 2 == await _seen(vendor)


async def test_a_link_that_nobody_opens_expires_after_48_hours(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 3.1: the Enterprise manual's life of a link."""
    await _send(vendor, sample("enterprise-send-sms-request"))
    await vendor.advance(48 * 3600)

    assert "expired" == (await vendor.control("GET", f"truth/{NAME}"))["event"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"phoneCode": "1"},
        {"phoneNumber": "555 123"},
        {"transactionId": "short"},
        {"transactionId": "x" * 129},
        {"notifyUrlEvent": "ftp://example.com"},
        {"notifyUrlCompleteAuthKey": "a\nb"},
    ],
)
async def test_a_faulty_request_is_422(vendor: Vendor, sample: Callable[[str], Any], wrong: dict[str, object]) -> None:
    """Facts 7: 422 on validation errors."""
    answer = await _send(vendor, sample("enterprise-send-sms-request"), **wrong)

    assert (422, "invalid_request") == (answer.status, answer.json["error"])
    assert [] == (await vendor.control("GET", "truth"))["transactions"]


async def test_a_taken_id_is_422_and_a_missing_one_is_made(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    request = sample("enterprise-send-sms-request")
    await _send(vendor, request)

    assert 422 == (await _send(vendor, request)).status
    del request["transactionId"]
    assert 26 == len((await _send(vendor, request)).json["transactionId"])


async def test_a_token_of_the_other_product_is_not_accepted(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    idkit = f"Bearer {(await vendor.token()).json['access_token']}"

    answer = await vendor.request(
        "POST", "/api/3.5/sendSms", sample("enterprise-send-sms-request"), Authorization=idkit
    )

    assert 401 == answer.status
