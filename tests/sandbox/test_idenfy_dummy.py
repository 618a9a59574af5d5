"""Dummy results of the iDenfy sandbox: the page "KYC Dummy results", value by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idenfy import Account, words

if TYPE_CHECKING:
    from tests.sandbox.conftest import StartVendor, Vendor

PUBLISHED_STATUSES = ["APPROVED", "DENIED", "SUSPECTED", "ACTIVE", "EXPIRED"]
PUBLISHED_FACES = """FACE_MATCH FACE_MISMATCH NO_FACE_FOUND TOO_MANY_FACES FACE_TOO_BLURRY FACE_UNCERTAIN
FACE_NOT_ANALYSED FACE_NOT_CHECKED FACE_ERROR AUTO_UNVERIFIABLE FAKE_FACE"""
PUBLISHED_DOCUMENTS = """DOC_VALIDATED DOC_INFO_MISMATCH DOC_NOT_FOUND DOC_NOT_FULLY_VISIBLE DOC_NOT_SUPPORTED
DOC_FACE_NOT_FOUND DOC_TOO_BLURRY DOC_FACE_GLARED MRZ_NOT_FOUND MRZ_OCR_READING_ERROR BARCODE_NOT_FOUND DOC_EXPIRED
COUNTRY_MISMATCH DOC_TYPE_MISMATCH DOC_DAMAGED DOC_FAKE DOC_ERROR AUTO_UNVERIFIABLE DOC_NOT_ANALYSED DOC_NAME_ERROR
DOC_SURNAME_ERROR DOC_EXPIRY_ERROR DOC_DOB_ERROR DOC_PERSONAL_NUMBER_ERROR DOC_NUMBER_ERROR DOC_DATE_OF_ISSUE_ERROR
DOC_SEX_ERROR DOC_NATIONALITY_ERROR"""


def test_the_words_are_those_of_the_page() -> None:
    """The lists above were typed from the page; the program's own must be the same."""
    assert PUBLISHED_STATUSES == list(words.DUMMY_STATUSES)
    assert PUBLISHED_FACES.split() == list(words.DUMMY_FACE_VALUES)
    assert PUBLISHED_DOCUMENTS.split() == list(words.DUMMY_DOCUMENT_VALUES)


@pytest.mark.parametrize("status", PUBLISHED_STATUSES)
async def test_every_dummy_status_sends_its_automatic_webhook(vendor: Vendor, status: str) -> None:
    """Facts 10: the dummy verification is finished at once and its automatic webhook is sent."""
    scan_ref = (await vendor.token(dummyStatus=status))["scanRef"]

    await vendor.settled()

    event = "IDENTIFICATION_EXPIRED" if status == "EXPIRED" else "IDENTIFICATION_AUTO_FINISHED"
    assert [event] == vendor.receiver.events
    body = vendor.receiver.got[0].json
    assert (scan_ref, status) == (body["scanRef"], body["status"]["overall"])
    assert status == (await vendor.call("status", scanRef=scan_ref)).json["status"]


async def test_a_dummy_approved_passes_and_carries_the_given_person(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    """Page "KYC Dummy results"; facts 5.2: in DEV the manual values are simulated from the automatic ones."""
    await vendor.call("token", **sample("token-dummy-request"))
    await vendor.settled()
    body = vendor.receiver.got[0].json

    passed = {"autoFace": "FACE_MATCH", "manualFace": "FACE_MATCH", "autoDocument": "DOC_VALIDATED"}
    assert passed == {name: body["status"][name] for name in passed}
    assert body["status"]["manualDocument"] == "DOC_VALIDATED"
    read = {"docFirstName": "JOHN TOM", "docLastName": "SMITH", "docNumber": "123456", "docPersonalCode": "123456789"}
    assert read == {name: body["data"][name] for name in read}
    assert ("PASSPORT", "MALE", "LT") == tuple(body["data"][name] for name in ("docType", "docSex", "docNationality"))
    assert body["externalRef"] == "reference"


async def test_a_suspected_dummy_passes_its_checks_but_has_tags(vendor: Vendor) -> None:
    """Facts 6.1: SUSPECTED means that at least one fraud or mismatch tag exists."""
    await vendor.token(dummyStatus="SUSPECTED")
    await vendor.settled()
    status = vendor.receiver.got[0].json["status"]

    assert ("FACE_MATCH", "DOC_VALIDATED") == (status["autoFace"], status["autoDocument"])
    assert status["fraudTags"] + status["mismatchTags"]


async def test_every_published_pair_of_manual_values_sends_the_manual_webhook(start_vendor: StartVendor) -> None:
    """Page "KYC Dummy results": approved takes FACE_MATCH and DOC_VALIDATED; any other published value denies."""
    vendor = await start_vendor()
    pairs = [(face, "DOC_VALIDATED") for face in PUBLISHED_FACES.split()]
    pairs += [("FACE_MATCH", document) for document in PUBLISHED_DOCUMENTS.split()]
    scan_ref = (await vendor.token(dummyStatus="APPROVED"))["scanRef"]
    await vendor.settled()

    for face, document in pairs:
        body = {"scanRef": scan_ref, "manualFaceMatchResult": face, "manualDocumentValidity": document}
        answer = await vendor.call("add-dummy-status", **body)
        assert (200, b"") == (answer.status, answer.raw)
    await vendor.settled()

    manual = vendor.receiver.got[1:]
    assert {"IDENTIFICATION_MANUAL_FINISHED"} == {delivery.event for delivery in manual}
    said = [delivery.json["status"] for delivery in manual]
    assert pairs == [(status["manualFace"], status["manualDocument"]) for status in said]
    approved = [pair == ("FACE_MATCH", "DOC_VALIDATED") for pair in pairs]
    assert approved == [status["overall"] == "APPROVED" for status in said]
    assert {"APPROVED", "DENIED"} == {status["overall"] for status in said}
    assert {True} == {delivery.json["final"] for delivery in manual}


@pytest.mark.parametrize("status", PUBLISHED_STATUSES)
async def test_a_manual_approval_follows_every_dummy_status(vendor: Vendor, status: str) -> None:
    """Page "KYC Dummy results": giving the two passing values is all that an approval needs."""
    scan_ref = (await vendor.token(dummyStatus=status))["scanRef"]

    body = {"scanRef": scan_ref, "manualFaceMatchResult": "FACE_MATCH", "manualDocumentValidity": "DOC_VALIDATED"}
    answer = await vendor.call("add-dummy-status", **body)
    await vendor.settled()

    assert answer.status == 200
    assert "APPROVED" == vendor.receiver.got[-1].json["status"]["overall"]


@pytest.mark.parametrize(
    ("change", "status", "identifier", "field"),
    [
        ({"manualFaceMatchResult": "FACE_SMILES"}, 400, "BAD_VALUE", "manualFaceMatchResult"),
        ({"manualFaceMatchResult": "DOC_VALIDATED"}, 400, "BAD_VALUE", "manualFaceMatchResult"),
        ({"manualFaceMatchResult": None}, 400, "MISSING_VALUE", "manualFaceMatchResult"),
        ({"manualDocumentValidity": "doc_fake"}, 400, "BAD_VALUE", "manualDocumentValidity"),
        ({"manualDocumentValidity": None}, 400, "MISSING_VALUE", "manualDocumentValidity"),
        ({"scanRef": None}, 400, "MISSING_VALUE", "scanRef"),
        ({"scanRef": ["unique_scan_ref"]}, 400, "BAD_VALUE", "scanRef"),
        ({"scanRef": "unique_scan_ref"}, 404, "BAD_VALUE", "scanRef"),
    ],
)
async def test_a_wrong_dummy_result_is_refused_with_its_fields_name(
    vendor: Vendor, change: dict[str, object], status: int, identifier: str, field: str
) -> None:
    scan_ref = (await vendor.token(dummyStatus="APPROVED"))["scanRef"]
    right = {"scanRef": scan_ref, "manualFaceMatchResult": "FACE_MATCH", "manualDocumentValidity": "DOC_VALIDATED"}

    answer = await vendor.call("add-dummy-status", **(right | change))

    assert (status, identifier) == (answer.status, answer.json["identifier"])
    assert f"'{field}'" in answer.json["message"]
    await vendor.settled()
    assert len(vendor.receiver.got) == 1


async def test_a_token_nobody_used_takes_no_dummy_result(vendor: Vendor) -> None:
    """Page "KYC Dummy results": the verification should be already created, otherwise generate one with dummyStatus."""
    scan_ref = (await vendor.token())["scanRef"]

    body = {"scanRef": scan_ref, "manualFaceMatchResult": "FACE_MATCH", "manualDocumentValidity": "DOC_VALIDATED"}
    answer = await vendor.call("add-dummy-status", **body)

    assert (400, "PARTNER_ERROR") == (answer.status, answer.json["identifier"])


async def test_with_human_review_the_dummys_automatic_webhook_is_not_final(start_vendor: StartVendor) -> None:
    """Facts 5.2: a documented example has filled manual values with ``final`` false."""
    vendor = await start_vendor(Account(human_review=True))

    await vendor.token(dummyStatus="APPROVED")
    await vendor.settled()
    body = vendor.receiver.got[0].json

    assert (False, "FACE_MATCH") == (body["final"], body["status"]["manualFace"])
