"""Manual overrides at the Credas sandbox: what they set, what follows from it, what is told, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.credas import Behaviour

if TYPE_CHECKING:
    from tests.sandbox.credas.conftest import StartVendor, Vendor

QUICK = Behaviour(seed="tests", time_scale=0.001, visible_after=0.0)
NOBODY = "00000000-0000-4000-8000-000000000000"
WAYS = [("verify", 4, 1), ("reject", 5, 3), ("refer", 6, 2)]


@pytest.mark.parametrize(("way", "result", "check"), WAYS)
async def test_liveness_is_overridden_and_told_once(
    vendor: Vendor, sample: Callable[[str], Any], way: str, result: int, check: int
) -> None:
    """Facts 5.2: the entry has the result of facts 6.1, the summary that of 6.3; a repeated PUT changes nothing."""
    made = await vendor.completed(liveness=2)
    path, reason = await vendor.entry_path(made), sample("override-reason-request")
    before = await vendor.verification(made)

    answers = [(await vendor.call("PUT", f"{path}/{way}-liveness", reason)).status for _ in range(2)]
    await vendor.settled()

    entry, after = await vendor.get(path), await vendor.verification(made)
    assert ([200, 200], 3) == (answers, before["livenessResult"])
    assert (result, result == 4, reason["reason"]) == (
        entry["livenessVerificationResult"],
        entry["livenessVerified"],
        entry["verificationReason"],
    )
    assert (check, check, 1) == (after["livenessResult"], after["overallResult"], after["documentResult"])
    [told] = vendor.inbox.at("status")
    assert (3, made.entity, result) == (
        told.json["UpdateType"],
        told.payload["EntityId"],
        told.payload["LivenessVerificationResult"],
    )


@pytest.mark.parametrize(("way", "result", "check"), WAYS)
async def test_an_id_document_is_overridden_and_told_once(
    vendor: Vendor, sample: Callable[[str], Any], way: str, result: int, check: int
) -> None:
    made = await vendor.completed(outcome="refer")
    document, reason = (await vendor.verification(made))["documentId"], sample("override-reason-request")
    path = await vendor.entry_path(made)
    for _ in range(2):
        assert 200 == (await vendor.call("PUT", f"{path}/id-document/{document}/{way}", reason)).status
    await vendor.settled()

    [held], after = (await vendor.get(path))["idDocuments"], await vendor.verification(made)
    assert (result, reason["reason"], "2025-06-16T12:00:00") == (
        held["verificationResult"],
        held["verificationReason"],
        held["verificationDate"],
    )
    assert (check, check, 1) == (after["documentResult"], after["overallResult"], after["livenessResult"])
    [told] = vendor.inbox.at("status")
    assert (4, document) == (told.json["UpdateType"], told.payload["EntityIdvEntryIdDocumentId"])


async def test_supporting_documents_are_reviewed_together(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Results 4, 5 and 6; each that changed is told."""
    made = await vendor.completed(supporting=[3, 3, 3])
    path, [form] = await vendor.entry_path(made), sample("override-non-biometric-documents-review-request")
    names = [each["supportingDocumentId"] for each in (await vendor.verification(made))["supportingDocuments"]]
    review = [form | {"id": name, "result": result} for name, result in zip(names, (4, 5, 6), strict=True)]

    for _ in range(2):
        assert 200 == (await vendor.call("PUT", f"{path}/non-biometic-documents/review", review)).status
    await vendor.settled()

    found = await vendor.verification(made)
    assert [4, 5, 6] == [each["overallResult"] for each in found["supportingDocuments"]]
    assert [5, 5, 5] == [each.json["UpdateType"] for each in vendor.inbox.at("status")]
    assert {made.entity} == {each.payload["EntityId"] for each in vendor.inbox.at("status")}


async def test_a_review_is_done_of_all_documents_or_of_none(vendor: Vendor) -> None:
    made = await vendor.completed(supporting=[3])
    path, found = await vendor.entry_path(made), await vendor.verification(made)
    known = {"id": found["supportingDocuments"][0]["supportingDocumentId"], "result": 4, "comments": "fine"}

    wrong: list[dict[str, Any]] = [{"id": NOBODY}, {"result": 8}, {"result": True}, {"id": None}]
    for other, status in zip(wrong, (404, 400, 400, 400), strict=True):
        answer = await vendor.call("PUT", f"{path}/non-biometic-documents/review", [known, known | other])
        assert status == answer.status
    bodies: list[object] = [[], {}, b"x", [7]]
    for body in bodies:
        assert 400 == (await vendor.call("PUT", f"{path}/non-biometic-documents/review", body)).status
    assert found == await vendor.verification(made)
    assert [] == vendor.inbox.at("status")


async def test_only_the_published_spelling_is_known_unless_told_otherwise(start_vendor: StartVendor) -> None:
    """Facts 5.2: the "r" is missing on the page; nobody knows of the server."""
    spellings = ("non-biometic-documents", "non-biometric-documents")
    for known in spellings:
        vendor = await start_vendor(behaviour=replace(QUICK, documents_path=known))
        made = await vendor.completed(supporting=[3])
        path, found = await vendor.entry_path(made), await vendor.verification(made)
        review = [{"id": found["supportingDocuments"][0]["supportingDocumentId"], "result": 4}]
        answers = [(await vendor.call("PUT", f"{path}/{each}/review", review)).status for each in spellings]
        assert [200 if each == known else 404 for each in spellings] == answers


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": 7}, [], b"{", b"\xff"])
async def test_without_a_reason_nothing_is_overridden(vendor: Vendor, body: object) -> None:
    made = await vendor.completed(liveness=2)
    path, document = await vendor.entry_path(made), (await vendor.verification(made))["documentId"]

    for way in ("verify-liveness", f"id-document/{document}/verify"):
        assert 400 == (await vendor.call("PUT", f"{path}/{way}", body)).status
    assert 3 == (await vendor.verification(made))["overallResult"]


async def test_what_is_not_there_cannot_be_overridden(vendor: Vendor) -> None:
    """Another entity's entry is not there either."""
    one, other = await vendor.completed(), await vendor.completed()
    entry = (await vendor.verification(one))["entryId"]
    paths = [
        f"/entities/{other.entity}/idv-entries/{entry}/verify-liveness",
        f"/entities/{one.entity}/idv-entries/{NOBODY}/verify-liveness",
        f"/entities/nobody/idv-entries/{entry}/verify-liveness",
        f"/entities/{one.entity}/idv-entries/{entry}/id-document/{NOBODY}/verify",
    ]
    assert [404] * 4 == [(await vendor.call("PUT", path, {"reason": "fine"})).status for path in paths]


async def test_an_override_takes_the_place_of_a_said_overall(vendor: Vendor) -> None:
    made = await vendor.completed(liveness=2, overall=1)
    assert 1 == (await vendor.verification(made))["overallResult"]

    await vendor.call("PUT", f"{await vendor.entry_path(made)}/reject-liveness", {"reason": "a mask"})
    assert 3 == (await vendor.verification(made))["overallResult"]


async def test_a_put_without_an_answer_may_have_had_its_effect(vendor: Vendor) -> None:
    """Facts 7: read before sending again."""
    made = await vendor.completed(liveness=2)
    path = await vendor.entry_path(made)
    results = []
    for fault in ("500", "500-after"):
        await vendor.fault(fault, call="liveness")
        assert 500 == (await vendor.call("PUT", f"{path}/verify-liveness", {"reason": "fine"})).status
        results.append((await vendor.get(path))["livenessVerificationResult"])

    assert [2, 4] == results


async def test_the_answer_of_an_override_is_any_success(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, override_answer=204))
    made = await vendor.completed()
    answer = await vendor.call("PUT", f"{await vendor.entry_path(made)}/refer-liveness", {"reason": "blurred"})
    assert (204, b"") == (answer.status, answer.raw)


@pytest.mark.parametrize(("kind", "update"), [("rtr", 7), ("rtw", 8)])
async def test_right_to_work_and_to_rent_are_set_by_hand(vendor: Vendor, kind: str, update: int) -> None:
    """Facts 5: status of facts 6.1, and comments."""
    made = await vendor.completed()
    truth = await vendor.play(made, "data_check", kind=kind, result=3)
    path = f"/entities/{made.entity}/data-checks/{kind}/{truth['actors'][0]['data_checks'][0]['id']}"

    for _ in range(2):
        assert 200 == (await vendor.call("PUT", path, {"status": 4, "comments": "seen"})).status
    await vendor.settled()

    check = await vendor.get(path)
    assert (4, "seen") == (check["status"], check["comments"])
    assert [(update, 3), (update, 4)] == [
        (each.json["UpdateType"], each.payload["VerificationResult"]) for each in vendor.inbox.at("status")
    ]
    assert 400 == (await vendor.call("PUT", path, {"status": 8})).status
