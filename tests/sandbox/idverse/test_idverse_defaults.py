"""Who is told of transactions whose create request names no receiver."""

from __future__ import annotations

import pytest

from tests.sandbox.idverse.conftest import StartVendor, Vendor

CREATED: dict[str, object] = {"notifications": {"complete": []}}


async def created(vendor: Vendor) -> str:
    answer = await vendor.call("POST", "/v1/transactions", CREATED)
    return str(answer.json["transaction_id"])


async def test_without_a_default_nobody_is_told(vendor: Vendor) -> None:
    """Facts 2.1: the create request alone says who is."""
    await vendor.play(await created(vendor), "complete")
    assert [] == await vendor.settled()


@pytest.mark.parametrize("name", [None, "X-Secret"])
async def test_the_default_receiver_is_told_with_its_header(vendor: Vendor, name: str | None) -> None:
    """``Authorization`` unless another name is given; of transactions that are created from then on."""
    before = await created(vendor)
    header = {} if name is None else {"header_name": name}
    await vendor.control("PUT", "notification", url=vendor.inbox.url, header_value="a value", **header)
    after = await created(vendor)
    for each in (before, after):
        await vendor.play(each, "complete")
    await vendor.settled()

    [got] = vendor.inbox.got
    assert f"status=COMPLETED&transaction_id={after}" == got.body
    assert "a value" == got.headers[name or "Authorization"]


async def test_a_receiver_of_its_own_comes_before_the_default(start_vendor: StartVendor) -> None:
    vendor, other = await start_vendor(), await start_vendor()
    await vendor.control("PUT", "notification", url=other.inbox.url)
    await vendor.play(await vendor.create(), "complete")
    await vendor.settled()

    assert (1, 0) == (len(vendor.inbox.got), len(other.inbox.got))


async def test_both_channels_of_enterprise_have_the_default(vendor: Vendor) -> None:
    await vendor.control("PUT", "notification", url=vendor.inbox.url)
    form = b"grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-client-secret"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    token = (await vendor.request("POST", "/api/3.5/oauthToken", form, **kind)).json["access_token"]
    body = {"phoneCode": "+61", "phoneNumber": "400000000"}
    sent = await vendor.request("POST", "/api/3.5/sendSms", body, Authorization=f"Bearer {token}")
    await vendor.control("POST", f"enterprise/{sent.json['transactionId']}/event", event="completedPass")
    await vendor.settled()

    assert ["pending", "completedPass", "completedPass"] == [each.body.split('"')[-2] for each in vendor.inbox.got]


async def test_held_notifications_go_out_when_told_to(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", reorder=10)
    for _ in range(3):
        await vendor.play(await vendor.create(), "complete")
    assert [] == vendor.inbox.got

    assert {"sent": 3} == await vendor.control("POST", "flush")
    await vendor.settled()
    assert 3 == len(vendor.inbox.got)


@pytest.mark.parametrize(
    ("url", "status"), [("http://receive:8080/hook", 200), ("ftp://receive/hook", 400), ("x", 400)]
)
async def test_the_default_receiver_may_be_any_web_address(vendor: Vendor, url: str, status: int) -> None:
    answer = await vendor.request("PUT", "/_sandbox/notification", {"url": url})
    assert status == answer.status
