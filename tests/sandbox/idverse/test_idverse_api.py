"""The IDKit API of the sandbox: tokens, create, fetch, report, redact, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idverse import Account

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import StartVendor, Vendor

FORM = "application/x-www-form-urlencoded"
NOBODY = "01HH3KA3FBT5NW60H8PC2KAD3N"


async def test_a_token_has_the_published_members(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 3.2: 60 minutes, Bearer."""
    answer, published = await vendor.token(), sample("oauth-token-response")

    assert (200, list(published)) == (answer.status, list(answer.json))
    assert (published["expires_in"], published["token_type"]) == (answer.json["expires_in"], answer.json["token_type"])


@pytest.mark.parametrize(
    ("query", "authorization", "content_type", "status", "shape"),
    [
        ("grant_type=client_credentials&scope=transactions/get", "Basic wrong", FORM, 401, "error-unauthenticated"),
        ("grant_type=client_credentials&scope=transactions/get", "", FORM, 401, "error-unauthenticated"),
        ("grant_type=client_credentials&scope=transactions/get", "Basic \udcff", FORM, 401, "error-unauthenticated"),
        ("grant_type=password&scope=transactions/get", "Basic sandbox-api-key", FORM, 400, "error-bad-request"),
        ("grant_type=client_credentials&scope=other", "Basic sandbox-api-key", FORM, 400, "error-bad-request"),
        (
            "grant_type=client_credentials&scope=transactions/get",
            "Basic sandbox-api-key",
            "a/b",
            400,
            "error-bad-request",
        ),
    ],
)
async def test_a_faulty_token_request_is_refused(
    vendor: Vendor,
    sample: Callable[[str], Any],
    query: str,
    authorization: str,
    content_type: str,
    status: int,
    shape: str,
) -> None:
    headers = {"Authorization": authorization, "Content-Type": content_type}

    answer = await vendor.request("POST", f"/oauth2/token?{query}", **headers)

    assert (status, sample(shape)) == (answer.status, answer.json)


async def test_a_token_ends_after_its_life(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 3.2: 60 minutes; afterwards 401 "Unauthenticated."; a new token works."""
    name = await vendor.create()
    await vendor.advance(3599)
    assert 200 == (await vendor.fetch(name)).status

    await vendor.advance(1)
    refused = await vendor.fetch(name)
    vendor.bearer = ""

    assert (401, sample("error-unauthenticated")) == (refused.status, refused.json)
    assert 200 == (await vendor.fetch(name)).status


async def test_a_new_token_leaves_the_old_one_good_until_all_are_revoked(vendor: Vendor) -> None:
    name = await vendor.create()
    await vendor.token()
    assert 200 == (await vendor.fetch(name)).status

    assert {"revoked": 2} == await vendor.control("POST", "tokens/revoke")

    assert 401 == (await vendor.fetch(name)).status


async def test_the_published_create_request_is_answered_in_the_published_shape(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    """Facts 7: seven days; the id inside ``url`` differs from ``transaction_id``."""
    answer = await vendor.call("POST", "/v1/transactions", sample("create-transaction-request"))

    assert (200, list(sample("create-transaction-response"))) == (answer.status, list(answer.json))
    assert "2025-06-23T12:00:00.000Z" == answer.json["expires_at"]
    assert not answer.json["url"].endswith(answer.json["transaction_id"])


def _told(**members: object) -> dict[str, object]:
    return {"notifications": {"complete": [{"type": "https", "url": "https://example.com"} | members]}}


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b"\xff",
        {"name": 7},
        {"doc_only": "yes"},
        {"notifications": {"closed": []}},
        _told(type="sms"),
        _told(url=None),
        _told(url="http://example.com"),
        _told(url="https://[1"),
        _told(auth_header_name="A"),
        _told(auth_header_name="A b", auth_header_value="x"),
        _told(auth_header_name="A", auth_header_value="x\ny"),
    ],
)
async def test_a_faulty_create_is_a_bad_request(vendor: Vendor, sample: Callable[[str], Any], body: object) -> None:
    """Facts 2.1 and 8; nothing is created."""
    answer = await vendor.call("POST", "/v1/transactions", body)

    assert (400, sample("error-bad-request")) == (answer.status, answer.json)
    assert [] == (await vendor.control("GET", "truth"))["transactions"]


async def test_an_unknown_transaction_is_the_published_error(vendor: Vendor) -> None:
    """Facts 8: "The token was not found.", where "token" means the transaction."""
    for way in ("json", "pdf"):
        answer = await vendor.call("GET", f"/v1/transactions/{NOBODY}/{way}")
        assert (404, {"error_message": "The token was not found."}) == (answer.status, answer.json)


async def test_the_report_is_there_once_the_transaction_is_completed(vendor: Vendor) -> None:
    name = await vendor.create()
    path = f"/v1/transactions/{name}/pdf"
    assert 404 == (await vendor.call("GET", path)).status

    await vendor.play(name, "complete")
    answer = await vendor.call("GET", path)

    assert (200, "application/pdf") == (answer.status, answer.content_type)
    assert answer.raw.startswith(b"%PDF-1.4")
    start = int(answer.raw.rsplit(b"startxref\n", 1)[1].split()[0])
    assert answer.raw[start:].startswith(b"xref\n0 6\n")
    assert name.encode() in answer.raw


async def test_redacting_answers_as_published_and_shows_in_the_next_fetch(
    start_vendor: StartVendor, sample: Callable[[str], Any]
) -> None:
    """Facts 4 and 5: members vanish or become null, results and status stay, nobody is told."""
    vendor = await start_vendor(Account(data_check=True))
    name = await vendor.create(name="Someone")
    await vendor.play(name, "complete")
    before = (await vendor.fetch(name)).json

    answer = await vendor.call("POST", f"/v1/transactions/{name}/redact", {})
    after = (await vendor.fetch(name)).json

    published = sample("redact-transaction-response")
    assert list(published) == list(answer.json)
    assert (published["status"], published["redacted_data"]) == (answer.json["status"], answer.json["redacted_data"])
    assert (before["results"], before["status"]) == (after["results"], after["status"])
    assert {"name", "user_details"} == before.keys() - after.keys()
    assert {f"{part}_redacted_at" for part in ("record", "assets", "face", "data")} == after.keys() - before.keys()
    assert {"DATA_CONNECT": {"ID_MATRIX": None}, "ID_MATRIX": None} == after["data_provider"]
    assert (None, None) == (after["facematch_best_frame"]["url"], after["documents"][0]["extracted"])
    assert 1 == len(await vendor.settled())


async def test_one_part_alone_can_be_redacted(vendor: Vendor) -> None:
    name = await vendor.create()
    await vendor.play(name, "complete")

    truth = await vendor.play(name, "redact", redacted_data=["face"])
    after = (await vendor.fetch(name)).json

    assert ["face"] == truth["redacted_data"]
    assert (None, True) == (after["facematch_best_frame"]["url"], "user_details" in after)
    assert {"face_redacted_at"} == {member for member in after if member.endswith("_redacted_at")}


async def test_an_open_transaction_is_not_ready_for_redaction(vendor: Vendor) -> None:
    name = await vendor.create()

    answer = await vendor.call("POST", f"/v1/transactions/{name}/redact", {})

    assert (409, {"error_message": "Transaction not ready for redaction."}) == (answer.status, answer.json)


async def test_several_are_redacted_together_or_not_at_all(vendor: Vendor) -> None:
    names = [await vendor.create(), await vendor.create()]
    await vendor.play(names[0], "cancel")
    request = {"transaction_ids": names, "redacted_data": ["records"]}
    assert 409 == (await vendor.call("POST", "/v1/transactions/redact", request)).status
    assert [] == (await vendor.control("GET", f"truth/{names[0]}"))["redacted_data"]

    await vendor.play(names[1], "complete")
    answer = await vendor.call("POST", "/v1/transactions/redact", request)

    assert (200, names, ["records"]) == (
        answer.status,
        answer.json["transaction_ids"],
        answer.json["redacted_data"],
    )
