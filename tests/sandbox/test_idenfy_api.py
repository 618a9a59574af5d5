"""Reading, deleting and uploading at the iDenfy sandbox, and how it says no."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idenfy import Account

if TYPE_CHECKING:
    from tests.sandbox.conftest import StartVendor, Vendor

Sample = Callable[[str], Any]
Members = Callable[[object], object]

PATHS = ["token", "add-dummy-status", "status", "data", "files", "full-status", "delete", "upload-additional-step"]
IMAGE = base64.b64encode(b"a picture").decode()


async def test_status_has_the_published_shape(vendor: Vendor, sample: Sample, members: Members) -> None:
    """Page "data-retrieval": ``status`` is a text here, with the details beside it."""
    published = sample("status-response-approved")
    scan_ref = await vendor.finished(clientId="W2GL2K333Y")

    answer = await vendor.call("status", scanRef=scan_ref)

    assert (200, members(published)) == (answer.status, members(answer.json))
    assert published | {"scanRef": scan_ref} == answer.json


async def test_status_says_active_then_reviewing_then_the_decision(vendor: Vendor) -> None:
    """Facts 6.1: token unused, a human is looking at it, decided."""
    scan_ref = (await vendor.token())["scanRef"]
    seen = [(await vendor.call("status", scanRef=scan_ref)).json["status"]]
    for way, body in (("finish", {"review": True}), ("review", {"face": "FAKE_FACE"})):
        await vendor.play(scan_ref, way, **body)
        seen.append((await vendor.call("status", scanRef=scan_ref)).json["status"])

    assert ["ACTIVE", "REVIEWING", "DENIED"] == seen


async def test_data_are_those_of_the_webhook_with_the_references(vendor: Vendor) -> None:
    """Facts 8: document data as in 5.3 plus ``scanRef`` and ``clientId``."""
    scan_ref = await vendor.finished()
    await vendor.settled()

    answer = await vendor.call("data", scanRef=scan_ref)

    assert vendor.receiver.got[0].json["data"] | {"scanRef": scan_ref, "clientId": "c-1"} == answer.json


async def test_files_are_linked_anew_with_every_call(vendor: Vendor) -> None:
    """Facts 8: fresh file URLs; facts 5.4: presigned S3 links that carry ``Expires``."""
    scan_ref = await vendor.finished(documents=["ID_CARD"])

    first, second = [(await vendor.call("files", scanRef=scan_ref)).json for _ in range(2)]

    assert ["FRONT", "BACK", "FACE", "UTILITY_BILL"] == list(first) == list(second)
    assert not set(first.values()) & set(second.values())
    for link in first.values():
        assert link.startswith("https://s3.eu-west-1.amazonaws.com/")
        assert "Signature=" in link
        assert "Expires=" in link


async def test_full_status_has_the_published_shape(vendor: Vendor, sample: Sample, members: Members) -> None:
    """Page "IdentificationDataRetrieval" (2020): snake_case, M/F, empty texts, times without a zone."""
    published = sample("full-status-response-2020")
    scan_ref = await vendor.finished(firstName="John Tom", sex="M", dateOfBirth="2000-06-29")
    await vendor.play(scan_ref, "review")

    answer = (await vendor.call("full-status", scanRef=scan_ref)).json

    assert members(published) == members(answer)
    document = answer["client_identity_document"]
    read = {"doc_name": "JOHN TOM", "mrz_sex": "M", "manual_date_of_birth": "2000-06-29", "doc_license_categories": ""}
    assert read == {name: document[name] for name in read}
    times = [answer[name] for name in ("start_time", "finish_time", "review_time")]
    assert times == sorted(times)
    assert {len("2020-06-26 09:54:32")} == {len(time) for time in times}


async def test_a_verification_nobody_took_part_in_has_no_data_and_no_files(vendor: Vendor) -> None:
    scan_ref = (await vendor.token(firstName="Ann"))["scanRef"]

    data = (await vendor.call("data", scanRef=scan_ref)).json
    files = (await vendor.call("files", scanRef=scan_ref)).json

    known = {name: value for name, value in data.items() if value is not None}
    assert known == {"manuallyDataChanged": False, "scanRef": scan_ref, "clientId": "c-1"}
    assert files == {}


async def test_a_living_token_cannot_be_deleted(vendor: Vendor, sample: Sample) -> None:
    """Page "IdentificationDeletion": the published refusal, and 200 without a body once it is over."""
    scan_ref = (await vendor.token())["scanRef"]

    refused = await vendor.call("delete", scanRef=scan_ref)
    await vendor.play(scan_ref, "expire")
    deleted = await vendor.call("delete", scanRef=scan_ref)

    assert (400, sample("error-token-not-expired")) == (refused.status, refused.json)
    assert (200, b"") == (deleted.status, deleted.raw)
    assert "EXPIRED-DELETED" == (await vendor.call("status", scanRef=scan_ref)).json["status"]


async def test_deletion_removes_the_persons_data(vendor: Vendor) -> None:
    scan_ref = await vendor.finished(firstName="Ann", personalNumber="48801010000")

    assert (await vendor.call("delete", scanRef=scan_ref)).status == 200

    answers = [await vendor.call(name, scanRef=scan_ref) for name in ("status", "data", "files", "full-status")]
    assert [200] * 4 == [answer.status for answer in answers]
    assert "DELETED" == answers[0].json["status"]
    assert not any(b"ANN" in answer.raw or b"48801010000" in answer.raw for answer in answers)
    again = await vendor.request("POST", f"/_sandbox/verifications/{scan_ref}/review", {})
    assert (400, "PARTNER_ERROR") == (again.status, again.json["identifier"])


async def test_identifications_of_a_client_are_listed_by_page(vendor: Vendor) -> None:
    """Facts 8: ``{count, next, previous, results[{scanRef, status, suspected}]}``."""
    refs = [(await vendor.token(clientId="mine"))["scanRef"] for _ in range(3)]
    await vendor.token(clientId="another")

    first = (await vendor.request("GET", "/kyc/identifications/?clientId=mine&perPage=2")).json
    second = (await vendor.request("GET", first["next"].removeprefix(vendor.url))).json

    assert (3, None, None) == (first["count"], first["previous"], second["next"])
    assert refs == [entry["scanRef"] for entry in first["results"] + second["results"]]
    assert {"scanRef": refs[0], "status": "ACTIVE", "suspected": False} == first["results"][0]
    wrong = await vendor.request("GET", "/kyc/identifications/?page=0")
    assert (400, "BAD_VALUE") == (wrong.status, wrong.json["identifier"])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("keys", ["", ":", "sandbox-api-key:wrong", "wrong:sandbox-api-secret"])
async def test_without_the_right_keys_nothing_is_answered(vendor: Vendor, path: str, keys: str) -> None:
    """Facts 9: UNAUTHORIZED for a missing or wrong key or secret."""
    answer = await vendor.request("POST", f"/api/v2/{path}", {}, keys=keys)

    assert (401, "UNAUTHORIZED") == (answer.status, answer.json["identifier"])


async def test_a_request_without_credentials_is_unauthorized(vendor: Vendor) -> None:
    async with vendor.http.post(f"{vendor.url}/api/v2/status", json={}) as response:
        assert 401 == response.status
    async with vendor.http.post(f"{vendor.url}/api/v2/status", headers={"Authorization": "Basic ///"}) as response:
        assert 401 == response.status


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("raw", "identifier"),
    [
        (b"", "JSON_ERROR"),
        (b"{", "JSON_ERROR"),
        (b"scanRef=1", "JSON_ERROR"),
        (b'["scanRef"]', "JSON_ERROR"),
        (b'{"scanRef": "\xff"}', "ENCODING_ERROR"),
        (b"{}", "MISSING_VALUE"),
    ],
)
async def test_an_unreadable_body_is_refused(vendor: Vendor, path: str, raw: bytes, identifier: str) -> None:
    answer = await vendor.request("POST", f"/api/v2/{path}", raw)

    assert (400, identifier) == (answer.status, answer.json["identifier"])
    assert ["message", "identifier", "documentation", "severity"] == list(answer.json)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_wrong_method_is_refused(vendor: Vendor, path: str, method: str) -> None:
    answer = await vendor.request(method, f"/api/v2/{path}")

    assert (400, "METHOD_NOT_ALLOWED") == (answer.status, answer.json["identifier"])


@pytest.mark.parametrize("path", PATHS[2:-1])
async def test_an_unknown_scan_ref_is_refused(vendor: Vendor, path: str) -> None:
    answer = await vendor.call(path, scanRef="6a31253e-e10a-11eb-cc95-02cb49d118ed")

    assert (404, "BAD_VALUE") == (answer.status, answer.json["identifier"])
    assert "'scanRef'" in answer.json["message"]


async def test_calls_fail_as_ordered_and_then_work_again(vendor: Vendor) -> None:
    await vendor.control("PUT", "faults", api=[500, 429, 503])

    answers = [await vendor.call("token", clientId="1") for _ in range(4)]

    assert [500, 429, 503, 201] == [answer.status for answer in answers]
    expected = ["INTERNAL_ERROR", "TOO_MANY_REQUESTS", "INTERNAL_ERROR"]
    assert expected == [answer.json["identifier"] for answer in answers[:3]]


async def test_an_uploaded_step_overrides_and_sends_the_result_again(start_vendor: StartVendor, sample: Sample) -> None:
    """Page "Additional steps": the upload overrides; facts 4.2: the result comes again, without ``fileUrls``."""
    vendor = await start_vendor(Account(steps={"UTILITY_BILL": "COMPARE"}))
    scan_ref = (await vendor.token(additionalData={"UTILITY_BILL": {"address": "Old 1"}}))["scanRef"]
    await vendor.play(scan_ref, "finish", stepResult="INVALID")
    await vendor.settled()

    changed = {"scanRef": scan_ref, "image": IMAGE, "additionalData": {"address": "New 2"}}
    answer = await vendor.call("upload-additional-step", **(sample("upload-additional-step-request") | changed))
    await vendor.settled()

    assert (200, b"") == (answer.status, answer.raw)
    before, after = (delivery.json for delivery in vendor.receiver.got)
    assert ["IDENTIFICATION_AUTO_FINISHED"] * 2 == vendor.receiver.events
    assert ("SUSPECTED", "INVALID") == (before["status"]["overall"], before["status"]["additionalSteps"])
    assert ("APPROVED", "VALID") == (after["status"]["overall"], after["status"]["additionalSteps"])
    assert {"UTILITY_BILL": {"address": {"value": "New 2", "status": "MATCH"}}} == after["data"]["additionalData"]
    assert "fileUrls" not in after


@pytest.mark.parametrize(
    ("change", "identifier"),
    [
        ({"step": "SELFIE_WITH_CAT"}, "PARTNER_CONTRACT_ERROR"),
        ({"step": None}, "MISSING_VALUE"),
        ({"image": None}, "MISSING_VALUE"),
        ({"image": "{{Base64 image}}"}, "BAD_VALUE"),
        ({"additionalData": {"address": 1}}, "BAD_VALUE"),
        ({"additionalData": "address"}, "BAD_VALUE"),
    ],
)
async def test_a_wrong_upload_is_refused(vendor: Vendor, change: dict[str, object], identifier: str) -> None:
    """Page "Additional steps": works only if the step exists in the account's settings."""
    scan_ref = await vendor.finished()
    right = {"scanRef": scan_ref, "image": IMAGE, "step": "UTILITY_BILL", "additionalData": {}}

    answer = await vendor.call("upload-additional-step", **(right | change))

    assert (400, identifier) == (answer.status, answer.json["identifier"])


async def test_an_upload_needs_a_completed_verification(vendor: Vendor) -> None:
    scan_ref = (await vendor.token())["scanRef"]

    answer = await vendor.call("upload-additional-step", scanRef=scan_ref, image=IMAGE, step="UTILITY_BILL")

    assert (400, "PARTNER_ERROR") == (answer.status, answer.json["identifier"])
