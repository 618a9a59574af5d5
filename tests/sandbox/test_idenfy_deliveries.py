"""How the iDenfy sandbox delivers: signatures, retries, duplicates, another order, losses, and one seed's sameness."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.idenfy import ONE_RETRY, TEN_RETRIES, THREE_TRIES, Account, Behaviour, make_app
from sandbox.idenfy.deliver import sign

if TYPE_CHECKING:
    from tests.sandbox.conftest import StartVendor, Vendor

KEY = "sandbox-signing-key"
QUICK = Behaviour(seed="tests", time_scale=0.001)


def test_signatures_are_those_of_the_published_scheme(sample: Callable[[str], Any]) -> None:
    """Facts 3, test vectors: hex HMAC-SHA256 over the raw body with the signing key."""
    for vector in sample("signature-vectors"):
        made = sign(vector["secret"], vector["raw_body"].encode())
        assert vector["valid"] is (made == vector["header"]), vector["name"]


async def test_every_delivery_is_signed_json(vendor: Vendor) -> None:
    scan_ref = await vendor.finished()
    for way in ("review", "resubmit", "cancel", "redeliver"):
        await vendor.play(scan_ref, way)
    await vendor.settled()

    assert 5 == len(vendor.receiver.got)
    for delivery in vendor.receiver.got:
        assert delivery.is_signed_with(KEY)
        assert "application/json" == delivery.content_type


async def test_a_notification_without_a_key_sends_unsigned(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(Account(signing_key=None))
    await vendor.finished()
    await vendor.settled()

    assert vendor.receiver.got[0].signature is None


async def test_the_notifications_key_and_url_can_change(vendor: Vendor) -> None:
    """A resend goes to the new receiver with the new key, and with the same bytes."""
    scan_ref = await vendor.finished()
    await vendor.settled()

    answer = await vendor.control("PUT", "notification", signingKey="another-key")
    await vendor.play(scan_ref, "redeliver")
    await vendor.settled()

    assert {"url": vendor.receiver.url, "signed": True} == answer
    first, second = vendor.receiver.got
    assert first.body == second.body
    assert second.is_signed_with("another-key")


async def test_a_callback_url_overrides_the_notifications(vendor: Vendor) -> None:
    """Facts 2: a session can override the receiver with ``callbackUrl``."""
    await vendor.control("PUT", "notification", url="http://127.0.0.1:9/nobody")

    await vendor.finished(callbackUrl=vendor.receiver.url)
    attempts = await vendor.settled()

    assert [(vendor.receiver.url, 200)] == [(attempt["url"], attempt["status"]) for attempt in attempts]


async def test_without_the_permission_a_callback_url_is_refused(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(Account(callback_url_allowed=False))

    answer = await vendor.call("token", clientId="1", callbackUrl="https://example.com/hook")

    assert (400, "PARTNER_CONTRACT_ERROR") == (answer.status, answer.json["identifier"])


@pytest.mark.parametrize(
    ("schedule", "failures", "attempts"),
    [
        (TEN_RETRIES, 0, 1),
        (TEN_RETRIES, 4, 5),
        (TEN_RETRIES, 10, 11),
        (TEN_RETRIES, 20, 11),
        (THREE_TRIES, 2, 3),
        (THREE_TRIES, 20, 3),
        (ONE_RETRY, 1, 2),
        (ONE_RETRY, 20, 2),
    ],
)
async def test_a_failing_receiver_gets_the_same_bytes_until_the_schedule_ends(
    start_vendor: StartVendor, schedule: tuple[float, ...], failures: int, attempts: int
) -> None:
    """Facts 4.1: the three published schedules; success is any 2xx."""
    vendor = await start_vendor(behaviour=replace(QUICK, retries=schedule))
    vendor.receiver.answers = [*([500, 404, 302, 429, 503] * 4)[:failures], 204]

    await vendor.finished()
    noted = await vendor.settled()

    assert attempts == len(vendor.receiver.got) == len(noted)
    assert 1 == len({delivery.body for delivery in vendor.receiver.got})
    assert list(range(1, attempts + 1)) == [attempt["attempt"] for attempt in noted]
    assert (204 if failures < attempts else noted[-1]["status"]) == noted[-1]["status"]
    assert {hashlib.sha256(vendor.receiver.got[0].body).hexdigest()} == {attempt["sha256"] for attempt in noted}


def test_the_schedules_are_the_published_ones() -> None:
    """Facts 4.1: ten retries at most 10 s apart; three tries 0.5 s apart; once after 0.5 s."""
    assert ((10.0,) * 10, (0.5, 0.5), (0.5,)) == (TEN_RETRIES, THREE_TRIES, ONE_RETRY)
    assert (TEN_RETRIES, 10.0) == (Behaviour().retries, Behaviour().time_limit)


async def test_an_unreachable_receiver_is_noted_with_its_error(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, retries=ONE_RETRY))
    await vendor.control("PUT", "notification", url="http://127.0.0.1:9/nobody")

    await vendor.finished()
    attempts = await vendor.settled()

    assert [(None, "ClientConnectorError")] * 2 == [(each["status"], each["error"]) for each in attempts]


async def test_a_receiver_slower_than_the_time_limit_has_failed(start_vendor: StartVendor) -> None:
    """Facts 4.1: the time limit is 10 seconds, here a hundredth of one. Quick time makes it no shorter."""
    vendor = await start_vendor(behaviour=Behaviour(seed=1, time_scale=0.001, retries=(), time_limit=0.01))
    vendor.receiver.may_answer.clear()

    await vendor.finished()
    attempts = await vendor.settled()
    vendor.receiver.may_answer.set()

    assert [None] == [attempt["status"] for attempt in attempts]
    assert "Timeout" in attempts[0]["error"]


async def test_without_a_url_nothing_is_sent_but_the_webhook_can_be_resent(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, retries=()))
    await vendor.control("PUT", "notification", url=None)
    scan_ref = await vendor.finished()
    assert ["the notification has no URL"] == [attempt["error"] for attempt in await vendor.settled()]

    await vendor.control("PUT", "notification", url=vendor.receiver.url)
    await vendor.play(scan_ref, "redeliver")
    await vendor.settled()

    assert ["IDENTIFICATION_AUTO_FINISHED"] == vendor.receiver.events


async def test_redelivery_repeats_the_bytes_of_the_last_or_of_all(
    vendor: Vendor, bodies_of: Callable[[Any], list[bytes]]
) -> None:
    scan_ref = await vendor.finished()
    await vendor.play(scan_ref, "review", outcome="DENIED")
    await vendor.settled()

    await vendor.play(scan_ref, "redeliver")
    await vendor.play(scan_ref, "redeliver", which="all")
    attempts = await vendor.settled()

    auto, manual = bodies_of(vendor.receiver.got[:2])
    assert [auto, manual, manual, auto, manual] == bodies_of(vendor.receiver.got)
    assert ["scheduled"] * 2 + ["redelivered"] * 3 == [attempt["kind"] for attempt in attempts]


@pytest.mark.parametrize("signature", ["wrong", "missing", "prefixed"])
async def test_a_forged_webhook_does_not_verify(vendor: Vendor, signature: str) -> None:
    """Facts 3: only the bare hex of the right key is a signature. The forger gets no retries."""
    scan_ref = await vendor.finished("DENIED")
    await vendor.settled()
    vendor.receiver.answers = [401]

    await vendor.play(scan_ref, "forge", signature=signature)
    attempts = await vendor.settled()

    genuine, forged = vendor.receiver.got
    assert genuine.is_signed_with(KEY)
    assert not forged.is_signed_with(KEY)
    assert (signature == "missing") is (forged.signature is None)
    assert ("DENIED", "APPROVED") == (genuine.json["status"]["overall"], forged.json["status"]["overall"])
    assert [("scheduled", 200), ("forged", 401)] == [(each["kind"], each["status"]) for each in attempts]


async def test_duplicates_come_byte_for_byte(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, duplicates=3))
    await vendor.finished()
    await vendor.settled()

    assert 3 == len(vendor.receiver.got)
    assert 1 == len(set(vendor.receiver.got))


async def test_held_webhooks_all_come_in_the_order_of_the_seed(start_vendor: StartVendor) -> None:
    """Reordering loses nothing, changes the order, and does the same for the same seed."""
    orders = []
    for _ in range(2):
        vendor = await start_vendor(behaviour=replace(QUICK, reorder=8))
        scan_ref = await vendor.finished()
        for outcome in ("APPROVED", "DENIED") * 4:
            await vendor.play(scan_ref, "review", outcome=outcome)
        assert 1 == (await vendor.control("POST", "flush"))["sent"]
        await vendor.settled()
        events = (await vendor.control("GET", f"verifications/{scan_ref}"))["events"]
        assert (9, sorted(events)) == (len(vendor.receiver.got), sorted(vendor.receiver.events))
        orders.append([delivery.json["fileUrls"]["FACE"] for delivery in vendor.receiver.got])

    assert orders[0] == orders[1]
    assert sorted(orders[0], key=lambda link: int(link.rpartition("=")[2])) != orders[0]


async def test_dropped_webhooks_are_noted_and_never_come(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", drop=1)
    await vendor.finished()
    assert ["dropped on purpose"] == [attempt["error"] for attempt in await vendor.settled()]

    answer = await vendor.control("PUT", "faults", drop=0, duplicates=2)
    await vendor.finished()
    await vendor.settled()

    assert {"duplicates": 2, "reorder": 0, "drop": 0, "api": []} == answer
    assert 2 == len(vendor.receiver.got)


@pytest.mark.parametrize(
    ("way", "path", "body"),
    [
        ("PUT", "faults", {"duplicates": 0}),
        ("PUT", "faults", {"drop": 2}),
        ("PUT", "faults", {"api": [200]}),
        ("PUT", "notification", {"url": 5}),
        ("POST", "clock", {"advance": -1}),
        ("POST", "webhooks", {"event": "COMPANY_REVIEW", "body": []}),
    ],
)
async def test_a_wrong_order_to_the_sandbox_is_refused(vendor: Vendor, way: str, path: str, body: object) -> None:
    answer = await vendor.request(way, f"/_sandbox/{path}", body)

    assert (400, "BAD_VALUE") == (answer.status, answer.json["identifier"])


async def test_any_other_event_can_be_sent(vendor: Vendor) -> None:
    """Facts 2: other types share the headers, the signature and the schedule."""
    body = {"id": "a1", "expirationStatus": "PENDING"}

    await vendor.control("POST", "webhooks", event="COMPANY_EXPIRATION", body=body)
    attempts = await vendor.settled()

    delivery = vendor.receiver.got[0]
    assert ("COMPANY_EXPIRATION", body) == (delivery.event, delivery.json)
    assert delivery.is_signed_with(KEY)
    assert "a1" == attempts[0]["scanRef"]


async def _everything(vendor: Vendor) -> tuple[list[bytes], list[bytes]]:
    """Answers and webhooks of a varied day."""
    answers = [await vendor.call("token", clientId=f"c-{number}", generateDigitString=True) for number in range(5)]
    refs = [answer.json["scanRef"] for answer in answers]
    for scan_ref, outcome in zip(refs, ("APPROVED", "DENIED", "SUSPECTED"), strict=False):
        await vendor.play(scan_ref, "finish", outcome=outcome, review=True)
        await vendor.play(scan_ref, "review")
    await vendor.play(refs[3], "cancel")
    await vendor.control("POST", "clock", advance=4000)
    answers += [await vendor.call(name, scanRef=refs[2]) for name in ("status", "data", "files", "full-status")]
    await vendor.settled()
    return [answer.raw for answer in answers], [delivery.body for delivery in vendor.receiver.got]


async def test_the_same_seed_and_requests_give_the_same_bytes(start_vendor: StartVendor) -> None:
    """Ids, people, links and times all follow from the seed; another seed gives others."""
    runs = [
        await _everything(await start_vendor(behaviour=replace(QUICK, seed=seed))) for seed in ("one", "one", "two")
    ]

    assert runs[0][0] == runs[1][0]
    assert sorted(runs[0][1]) == sorted(runs[1][1])
    assert 8 == len(runs[0][1])
    assert not set(runs[0][1]) & set(runs[2][1])


async def test_without_a_seed_two_sandboxes_differ(start_vendor: StartVendor) -> None:
    vendors = [await start_vendor(behaviour=replace(QUICK, seed=None)) for _ in range(2)]
    tokens = [await vendor.token() for vendor in vendors]

    assert tokens[0]["authToken"] != tokens[1]["authToken"]
    assert tokens[0]["scanRef"] != tokens[1]["scanRef"]


async def test_memory_is_bounded(start_vendor: StartVendor) -> None:
    """The oldest verifications and attempts are forgotten beyond ``keep``."""
    vendor = await start_vendor(behaviour=replace(QUICK, keep=3))
    for number in range(5):
        await vendor.finished(clientId=f"c-{number}")
        attempts = await vendor.settled()

    kept = (await vendor.control("GET", "verifications"))["verifications"]
    assert ["c-2", "c-3", "c-4"] == [each["clientId"] for each in kept]
    assert [3, 4, 5] == [attempt["delivery"] for attempt in attempts]


async def test_the_sandboxs_own_truth_holds_nothing_personal(vendor: Vendor) -> None:
    scan_ref = await vendor.finished(firstName="Ann", personalNumber="48801010000")
    await vendor.settled()

    for path in ("verifications", f"verifications/{scan_ref}", "deliveries"):
        answer = await vendor.request("GET", f"/_sandbox/{path}")
        assert 200 == answer.status
        assert b"ANN" not in answer.raw
        assert b"48801010000" not in answer.raw


async def test_cleanup_ends_deliveries_that_still_wait() -> None:
    """A receiver is down and ten retries of ten real seconds lie ahead: cleanup does not wait for them."""
    app = make_app(Account(webhook_url="http://127.0.0.1:9/nobody"), Behaviour(seed=1))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    before = asyncio.all_tasks()
    account = Account()
    keys = base64.b64encode(f"{account.api_key}:{account.api_secret}".encode()).decode()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as http:
        body = {"clientId": "1", "dummyStatus": "APPROVED"}
        async with http.post("/api/v2/token", json=body, headers={"Authorization": f"Basic {keys}"}) as response:
            assert 200 == response.status
        started = [task for task in asyncio.all_tasks() - before if task.get_name().startswith("delivery")]

    async with asyncio.timeout(5):
        await runner.cleanup()

    assert [True] == [task.cancelled() for task in started]
