"""What the Solaris sandbox adds for those who try: secrets known ahead, receivers beside it, one call for three."""

from __future__ import annotations

import pytest

from sandbox.solaris import Account
from tests.sandbox.solaris.conftest import StartVendor, Vendor


async def test_a_secret_that_is_known_ahead_signs_every_subscription(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(Account(webhook_secret="known ahead"))
    first, second = await vendor.subscribed("IDENTIFICATION"), await vendor.subscribed("PERSON_CHANGED")

    assert {"known ahead"} == {first["secret"], second["secret"]}
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receive.invalid/hook", "invalid_webhook_url"),
        ("http://other.invalid/hook", "unsafe_webhook_url"),
        ("http:///hook", "unsafe_webhook_url"),
    ],
)
async def test_plain_http_goes_to_the_hosts_of_the_account_alone(
    start_vendor: StartVendor, url: str, code: str
) -> None:
    """The host of the account is called and does not answer; the others are not even called."""
    vendor = await start_vendor(Account(plain_http=("receive.invalid",)))
    answer = await vendor.call("POST", "/v1/webhooks", {"event_type": "IDENTIFICATION", "url": url})

    assert (400, code) == (answer.status, answer.json["errors"][0]["code"])


async def test_the_token_endpoint_meets_with_its_own_faults(vendor: Vendor) -> None:
    """Each once and in turn; then tokens are given as before."""
    await vendor.control("PUT", "faults", {"token": ["429", "500", "html", "truncated"]})
    answers = [await vendor.log_in() for _ in range(5)]

    assert [429, 500, 503, 200, 200] == [answer.status for answer in answers]
    assert not answers[3].raw.endswith(b"}")
    assert "access_token" in answers[4].json


async def test_one_control_call_makes_a_requested_identification(vendor: Vendor) -> None:
    """A person that no robot plays for, its identification and the request: pending, until it is driven."""
    begun = await vendor.control("POST", "identifications", {"last_name": "Doe"})
    done = await vendor.control("POST", f"identifications/{begun['id']}/result", {"result": "SUCCESS"})

    assert ("pending", "HAPPYPATH") == (begun["status"], begun["scenario"])
    assert "successful" == done["status"]


async def test_held_notifications_go_out_when_told_to(vendor: Vendor) -> None:
    await vendor.subscribed()
    await vendor.control("PUT", "faults", {"reorder": 10})
    await vendor.requested()
    assert [] == vendor.receiver.got

    assert {"sent": 2} == await vendor.control("POST", "flush")
    await vendor.settled()
    assert 2 == len(vendor.receiver.got)
