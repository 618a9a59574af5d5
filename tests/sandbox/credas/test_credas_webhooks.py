"""How the Credas sandbox tells: three kinds of webhook, the fixed header, the process' own URL, losses and copies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.credas import Account, Behaviour

if TYPE_CHECKING:
    from tests.sandbox.credas.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001, visible_after=0.0)
REACHED: dict[str, Any] = {"emailAddress": "user@example.com", "phoneNumber": "07000000000"}
BOTH = REACHED | {"contactViaEmail": True, "contactViaSms": True}


async def test_a_process_webhook_is_the_published_one(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 2.1 and 3: PascalCase, status 2, the fixed header, the process' own URL with its query."""
    made = await vendor.create("?t=a-token.0f")
    await vendor.play(made, "complete")
    await vendor.settled()

    [got] = vendor.inbox.at("process")
    published = sample("webhook-process-complete")
    assert published | {"ProcessId": made.process, "ClientId": vendor.account.client_id} == got.json
    assert list(published) == list(got.json)
    assert ("t=a-token.0f", "a value") == (got.query, got.headers["webhookAuth"])


async def test_an_invitation_is_told_from_sent_to_delivered(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 2.2 and 6.5: camelCase, several per process, the fixed header."""
    made = await vendor.create(**BOTH)
    await vendor.advance(0.001)
    await vendor.advance(0.003)
    await vendor.settled()

    sent, delivered = vendor.inbox.at("actor")
    published, actor = sample("webhook-process-actor-delivered"), delivered.json["processActorId"]
    own = {"clientId": vendor.account.client_id, "processId": made.process, "entityId": made.entity}
    assert published | own | {"processActorId": actor} == delivered.json
    assert list(published) == list(delivered.json)
    assert (1, "Sent", 1, "Sent") == tuple(sent.json[name] for name in list(published)[4:])
    assert "a value" == sent.headers["webhookAuth"]


async def test_nobody_is_invited_by_a_channel_that_was_not_asked_for(vendor: Vendor) -> None:
    silent, by_mail = await vendor.create(), await vendor.create(**REACHED, contactViaEmail=True)
    await vendor.advance(1)
    await vendor.play(by_mail, "message", sms=5, email=5)
    await vendor.settled()

    got = [each.json for each in vendor.inbox.at("actor")]
    assert {by_mail.process} == {each["processId"] for each in got} - {silent.process}
    assert [(0, 1), (0, 2), (0, 5)] == [(each["smsStatus"], each["emailStatus"]) for each in got]


async def test_a_status_update_holds_json_in_a_string(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 2.3: the payload is parsed a second time; a name check's members are published."""
    made = await vendor.completed()
    await vendor.play(made, "review", name=3)
    await vendor.settled()

    [got] = vendor.inbox.at("status")
    members = {
        "EntityIdvEntryIdDocumentId": (await vendor.verification(made))["documentId"],
        "NameCheckVerificationResult": 3,
        "EntityId": made.entity,
        "ClientId": vendor.account.client_id,
    }
    published = sample("webhook-status-update-name-check")
    assert (list(published), 1, members) == (list(got.json), got.json["UpdateType"], got.payload)
    assert list(json.loads(published["Payload"])) == list(got.payload)
    assert "a value" == got.headers["webhookAuth"]


async def test_the_back_office_reviews_what_is_there_and_tells_each_change(vendor: Vendor) -> None:
    """Facts 6.4: one update for each component that changed; somebody else's submission is not there."""
    made, other = await vendor.completed(supporting=[3]), await vendor.completed()
    await vendor.play(made, "review", document=4, supporting=[5])
    path = f"/_sandbox/processes/{made.process}/review"
    refused = [
        await vendor.request("POST", path, body) for body in ({"supporting": [4, 4]}, {"entity_id": other.entity})
    ]
    await vendor.settled()

    assert [400, 404] == [answer.status for answer in refused]
    assert [(4, 4), (5, 5)] == [
        (each.json["UpdateType"], each.payload["VerificationResult"]) for each in vendor.inbox.at("status")
    ]


async def test_a_second_invitation_ends_in_the_identical_body(vendor: Vendor) -> None:
    """Facts 4: the same bytes are news; the summary holds two results of the process by then."""
    made = await vendor.completed(liveness=2)
    assert 200 == (await vendor.call("PUT", f"/processes/{made.process}/reinvite-idv")).status
    await vendor.advance(60)
    await vendor.play(made, "complete")
    await vendor.settled()

    first, second = vendor.inbox.at("process")
    results = (await vendor.get(f"/entities/{made.entity}/summary"))["identityVerifications"]
    assert first.body == second.body
    assert [3, 1] == [each["overallResult"] for each in results]
    assert results[0]["dateCompleted"] < results[1]["dateCompleted"]
    assert {made.process} == {each["processId"] for each in results}


@pytest.mark.parametrize("told", [True, False])
async def test_a_deleted_process_is_told_with_status_3(start_vendor: StartVendor, *, told: bool) -> None:
    """Facts 2.1: observed; the process is then 404."""
    vendor = await start_vendor(behaviour=replace(QUICK, tell_deletion=told))
    made = await vendor.create()
    assert 200 == (await vendor.call("DELETE", f"/processes/{made.process}")).status
    await vendor.settled()

    assert ([3] if told else []) == [each.json["Status"] for each in vendor.inbox.at("process")]
    assert 404 == (await vendor.call("GET", f"/processes/{made.process}")).status


async def test_guids_may_be_written_in_capitals(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, upper_case=True))
    made = await vendor.completed()
    await vendor.settled()

    name = vendor.inbox.at("process")[0].json["ProcessId"]
    assert made.process.upper() == name
    assert made.process == (await vendor.get(f"/processes/{name}"))["id"]


async def test_duplicates_are_the_same_bytes_and_lost_ones_can_be_redelivered(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", drop=1)
    made = await vendor.completed()
    assert ["dropped on purpose"] == [each["error"] for each in await vendor.settled()]

    await vendor.control("PUT", "faults", drop=0, duplicates=3)
    await vendor.play(made, "redeliver")
    await vendor.play(made, "status", status=4)
    noted = await vendor.settled()

    assert ["redelivered", *["scheduled"] * 3] == [each["kind"] for each in noted if each["status"] == 200]
    assert [2, 4, 4, 4] == [each.json["Status"] for each in vendor.inbox.at("process")]


async def test_held_webhooks_go_out_in_another_order(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", reorder=20)
    made = [await vendor.completed() for _ in range(8)]
    assert [] == vendor.inbox.got
    await vendor.control("POST", "flush")
    await vendor.settled()

    got = [each.json["ProcessId"] for each in vendor.inbox.at("process")]
    assert {each.process for each in made} == {*got}
    assert [each.process for each in made] != got


@pytest.mark.parametrize(
    ("header", "query", "expected"),
    [
        ("wrong", "right", ("not-a value", "t=x")),
        ("missing", "right", (None, "t=x")),
        ("right", "wrong", ("a value", "t=not-x")),
        ("right", "missing", ("a value", "")),
    ],
)
async def test_a_forgery_lacks_one_of_the_secrets(
    vendor: Vendor, header: str, query: str, expected: tuple[str | None, str]
) -> None:
    """Facts 3: no signature; the header and the URL's token are all that tells them apart."""
    made = await vendor.create("?t=x")
    await vendor.play(made, "complete")
    await vendor.play(made, "forge", header=header, query=query)
    await vendor.settled()

    true, forged = vendor.inbox.at("process")
    assert true.body == forged.body
    assert expected == (forged.headers.get("webhookAuth"), forged.query)


@pytest.mark.parametrize(("answers", "statuses"), [([500, 302, 204], [500, 302, 204]), ([500] * 3, [500] * 3)])
async def test_retries_are_those_of_the_behaviour(
    start_vendor: StartVendor, answers: list[int], statuses: list[int]
) -> None:
    """Facts 4: none is published, so none is the default."""
    vendor = await start_vendor(behaviour=replace(QUICK, retries=(1.0, 2.0)))
    vendor.inbox.answers = [*answers]
    await vendor.completed()

    assert statuses == [each["status"] for each in await vendor.settled()]
    assert () == Behaviour().retries


async def test_any_webhook_can_be_sent(vendor: Vendor) -> None:
    """Variants that no page prints: of steps, in another case."""
    body = {"updateType": 3, "payload": "{}"}
    sent = await vendor.control("POST", "webhooks", type="status", body=body)
    unheard = await vendor.control("POST", "webhooks", type="process", body=body)
    await vendor.settled()

    assert ({"sent": True}, {"sent": False}) == (sent, unheard)
    assert [body] == [each.json for each in vendor.inbox.at("status")]


async def test_the_portal_tells_where_and_with_what_it_is_told_to(vendor: Vendor) -> None:
    told = await vendor.control("PUT", "notification", url=f"{vendor.inbox.url}/all", header_value="new")
    made = await vendor.control("POST", "processes", contactViaSms=True, phoneNumber="07000000000")
    await vendor.control("POST", f"processes/{made['id']}/complete")
    await vendor.control("POST", f"processes/{made['id']}/review", liveness=5)
    await vendor.settled()

    assert ["webhookAuth"] == told["headers"]
    assert ["new", "new"] == [each.headers["webhookAuth"] for each in vendor.inbox.at("all")]
    bad = await vendor.request("PUT", "/_sandbox/notification", {"header_name": "X-Auth", "header_value": "new"})
    assert 400 == bad.status


def test_a_header_with_a_hyphen_is_none_that_credas_sends() -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        Account(headers=(("X-Auth", "value"),))
