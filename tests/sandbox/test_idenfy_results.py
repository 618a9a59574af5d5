"""What the iDenfy sandbox's webhooks say, and when they come: users, reviewers and time, played over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idenfy import Account, Behaviour

if TYPE_CHECKING:
    from tests.sandbox.conftest import StartVendor, Vendor

Sample = Callable[[str], Any]
Members = Callable[[object], object]

TEST = Account(environment="TEST", credits=20, steps={})


async def test_a_result_has_the_members_of_the_constructed_sample(
    start_vendor: StartVendor, sample: Sample, members: Members
) -> None:
    """Facts 5.1 to 5.4: every member in its order; lists, links and optional checks aside."""
    vendor = await start_vendor(TEST)
    published, open_shape = sample("webhook-manual-finished-approved-constructed"), {"emailVerification": None}
    open_shape |= {"phoneVerification": None, "riskAssessment": None}
    scan_ref = (await vendor.token(documents=["ID_CARD"]))["scanRef"]

    await vendor.play(scan_ref, "finish")
    await vendor.play(scan_ref, "review")
    await vendor.settled()

    for delivery in vendor.receiver.got:
        assert members(published | open_shape) == members(delivery.json | open_shape)


async def test_automatic_then_manual_is_what_a_reviewed_verification_sends(start_vendor: StartVendor) -> None:
    """Facts 2: AUTO_FINISHED with ``final`` false and manual values null, then MANUAL_FINISHED, always final."""
    vendor = await start_vendor(TEST)
    scan_ref = (await vendor.token())["scanRef"]

    await vendor.play(scan_ref, "finish")
    await vendor.play(scan_ref, "review", outcome="DENIED")
    await vendor.settled()

    assert ["IDENTIFICATION_AUTO_FINISHED", "IDENTIFICATION_MANUAL_FINISHED"] == vendor.receiver.events
    auto, manual = (delivery.json for delivery in vendor.receiver.got)
    assert (False, "APPROVED", None, None) == (
        auto["final"],
        auto["status"]["overall"],
        auto["status"]["manualFace"],
        auto["status"]["manualDocument"],
    )
    assert (True, "DENIED", "FAKE_FACE", "DOC_FAKE") == (
        manual["final"],
        manual["status"]["overall"],
        manual["status"]["manualFace"],
        manual["status"]["manualDocument"],
    )
    assert (auto["startTime"], auto["finishTime"]) == (manual["startTime"], manual["finishTime"])
    assert auto["startTime"] < auto["finishTime"]


async def test_links_are_signed_anew_for_every_webhook(vendor: Vendor) -> None:
    """Sample README: the file URLs of the manual webhook were signed anew."""
    scan_ref = await vendor.finished()
    await vendor.play(scan_ref, "review")
    await vendor.settled()

    first, second = (delivery.json["fileUrls"] for delivery in vendor.receiver.got)
    assert list(first) == list(second)
    assert not set(first.values()) & set(second.values())


@pytest.mark.parametrize(("review", "final"), [(True, False), (False, True)])
async def test_final_says_whether_people_review_it(vendor: Vendor, *, review: bool, final: bool) -> None:
    scan_ref = (await vendor.token())["scanRef"]

    await vendor.play(scan_ref, "finish", review=review)
    await vendor.settled()

    assert final is vendor.receiver.got[0].json["final"]


async def test_a_manager_may_review_again_and_again(vendor: Vendor) -> None:
    """Facts 4.2: a final result can come more than once, APPROVED, DENIED, APPROVED."""
    scan_ref = await vendor.finished()
    for outcome in ("APPROVED", "DENIED", "APPROVED"):
        await vendor.play(scan_ref, "review", outcome=outcome)
    await vendor.settled()

    manual = [delivery.json["status"]["overall"] for delivery in vendor.receiver.got[1:]]
    assert ["APPROVED", "DENIED", "APPROVED"] == manual


async def test_any_face_document_and_tag_can_be_reviewed(vendor: Vendor) -> None:
    """All value lists are open (facts 6): the reviewer's words go out as they are."""
    scan_ref = await vendor.finished()

    await vendor.play(
        scan_ref,
        "review",
        face="FACE_GLARED",
        document="DOC_SPOOF_DETECTED",
        fraudTags=["BRAND_NEW_TAG"],
        mismatchTags=["OVER_AGE"],
    )
    await vendor.settled()

    status = vendor.receiver.got[-1].json["status"]
    assert ("FACE_GLARED", "DOC_SPOOF_DETECTED", "DENIED") == (
        status["manualFace"],
        status["manualDocument"],
        status["overall"],
    )
    assert (["BRAND_NEW_TAG"], ["OVER_AGE"]) == (status["fraudTags"], status["mismatchTags"])


async def test_a_reviewer_may_suspect_and_a_manager_may_set_any_status(vendor: Vendor) -> None:
    """Facts 6.1: SUSPECTED has at least one tag; facts 4.2: the dashboard can change a status."""
    scan_ref = await vendor.finished()
    await vendor.play(scan_ref, "review", outcome="SUSPECTED")
    await vendor.play(scan_ref, "review", overall="ARCHIVED")
    await vendor.settled()

    suspected, archived = (delivery.json["status"] for delivery in vendor.receiver.got[1:])
    assert ("SUSPECTED", "ARCHIVED") == (suspected["overall"], archived["overall"])
    assert suspected["fraudTags"] + suspected["mismatchTags"]


async def test_a_suspected_result_brings_the_evidence_of_its_tags(vendor: Vendor) -> None:
    """Facts 5.3, 5.5, 6.5: duplicates, AML and LID entries belong to their tags."""
    scan_ref = (await vendor.token())["scanRef"]
    tags = ["AML_SUSPECTION", "LID_SUSPECTION", "DUPLICATE_FACE"]

    await vendor.play(scan_ref, "finish", outcome="SUSPECTED", fraudTags=tags, mismatchTags=["SURNAME"])
    await vendor.settled()
    body = vendor.receiver.got[0].json

    assert ("SUSPECTED", tags, ["SURNAME"]) == tuple(
        body["status"][name] for name in ("overall", "fraudTags", "mismatchTags")
    )
    for name in ("AML", "LID"):
        assert ("SUSPECTED", name) == (body[name][0]["status"]["overallStatus"], body[name][0]["serviceGroupType"])
    assert len(body["data"]["duplicateFaces"]) == 1
    assert body["data"]["duplicateFaces"][0] != scan_ref


async def test_an_unreadable_document_leaves_the_data_null(vendor: Vendor) -> None:
    """Constructed sample "manual-finished-denied": most of ``data`` is null, type and country stay."""
    scan_ref = (await vendor.token(country="LV", documents=["PASSPORT"]))["scanRef"]

    await vendor.play(scan_ref, "finish", outcome="DENIED", document="DOC_NOT_FULLY_VISIBLE")
    await vendor.settled()
    data = vendor.receiver.got[0].json["data"]

    known = {name: value for name, value in data.items() if value is not None}
    expected = {"docType": "PASSPORT", "docSex": "UNDEFINED", "docIssuingCountry": "LV", "selectedCountry": "LV"}
    assert expected | {"manuallyDataChanged": False} == known


async def test_a_resubmission_reopens_a_final_result(start_vendor: StartVendor) -> None:
    """Facts 2 and 4.2: IDENTIFICATION_RESUBMITTED may follow a final result, with ``final`` either way."""
    vendor = await start_vendor(TEST)
    scan_ref = (await vendor.token())["scanRef"]
    for way, body in (("finish", {}), ("review", {"outcome": "DENIED"}), ("resubmit", {}), ("review", {})):
        await vendor.play(scan_ref, way, **body)
    await vendor.settled()

    bodies = [delivery.json for delivery in vendor.receiver.got]
    assert "IDENTIFICATION_RESUBMITTED" == vendor.receiver.events[2]
    assert [False, True, False, True] == [body["final"] for body in bodies]
    assert (None, None) == (bodies[2]["status"]["manualFace"], bodies[2]["status"]["manualDocument"])
    assert bodies[1]["finishTime"] < bodies[2]["startTime"] < bodies[2]["finishTime"]
    assert ["APPROVED", "DENIED", "APPROVED", "APPROVED"] == [body["status"]["overall"] for body in bodies]


async def test_an_unused_token_expires_with_nothing_in_it(vendor: Vendor) -> None:
    """Facts 2 and 13.4: no value of ``final`` is promised, and what never happened is null."""
    scan_ref = (await vendor.token(externalRef="order-7"))["scanRef"]

    await vendor.play(scan_ref, "expire")
    await vendor.settled()
    body = vendor.receiver.got[0].json

    assert (["IDENTIFICATION_EXPIRED"], "EXPIRED") == (vendor.receiver.events, body["status"]["overall"])
    assert "final" not in body
    nothing = ("fileUrls", "startTime", "finishTime", "clientIp")
    assert [None] * 4 == [body[name] for name in nothing]
    assert (scan_ref, "order-7", "c-1") == (body["scanRef"], body["externalRef"], body["clientId"])


async def test_time_expires_the_tokens_whose_life_is_over(vendor: Vendor) -> None:
    """Facts 4.2: a never used token sends one webhook once it expires; a used one does not."""
    short, _ = (await vendor.token(expiryTime=60))["scanRef"], await vendor.token(expiryTime=600)
    await vendor.finished(expiryTime=60)

    moved = await vendor.control("POST", "clock", advance=60)
    await vendor.settled()

    assert 1 == moved["expired"]
    assert [short] == [each.json["scanRef"] for each in vendor.receiver.got if each.event == "IDENTIFICATION_EXPIRED"]


async def test_a_session_that_ran_out_after_an_attempt_is_denied_first_and_decided_later(vendor: Vendor) -> None:
    """Facts 4.2 (b): DENIED at the session's end, then the real result of the analysis, which can be APPROVED."""
    scan_ref = (await vendor.token())["scanRef"]

    await vendor.play(scan_ref, "expire", attempted=True)
    await vendor.play(scan_ref, "finish")
    await vendor.settled()

    assert ["IDENTIFICATION_EXPIRED", "IDENTIFICATION_AUTO_FINISHED"] == vendor.receiver.events
    assert ["DENIED", "APPROVED"] == [delivery.json["status"]["overall"] for delivery in vendor.receiver.got]


@pytest.mark.parametrize(("before", "overall"), [([], "EXPIRED"), (["finish"], "APPROVED")])
async def test_only_the_events_name_says_cancelled(vendor: Vendor, before: list[str], overall: str) -> None:
    """Facts 6.1: no published value of ``overall`` means cancelled."""
    scan_ref = (await vendor.token())["scanRef"]
    for way in [*before, "cancel"]:
        await vendor.play(scan_ref, way)
    await vendor.settled()

    last = vendor.receiver.got[-1]
    assert ("IDENTIFICATION_CANCELLED", overall) == (last.event, last.json["status"]["overall"])
    assert "final" not in last.json


@pytest.mark.parametrize(
    ("plays", "identifier"),
    [
        (["review"], "PARTNER_ERROR"),
        (["resubmit"], "PARTNER_ERROR"),
        (["finish", "finish"], "TOKEN_NOT_VALID"),
        (["expire", "finish"], "TOKEN_NOT_VALID"),
        (["cancel", "finish"], "TOKEN_NOT_VALID"),
        (["expire", "review"], "PARTNER_ERROR"),
        (["finish", "expire"], "PARTNER_ERROR"),
        (["redeliver"], "PARTNER_ERROR"),
        (["forge"], "PARTNER_ERROR"),
    ],
)
async def test_what_cannot_happen_is_refused_and_sends_nothing(
    vendor: Vendor, plays: list[str], identifier: str
) -> None:
    scan_ref = (await vendor.token())["scanRef"]
    for way in plays[:-1]:
        await vendor.play(scan_ref, way)

    answer = await vendor.request("POST", f"/_sandbox/verifications/{scan_ref}/{plays[-1]}")
    await vendor.settled()

    assert (400, identifier) == (answer.status, answer.json["identifier"])
    assert len(plays) - 1 == len(vendor.receiver.got)


@pytest.mark.parametrize(
    ("kind", "result", "found", "tags"),
    [
        ("UPLOAD", None, None, []),
        ("EXTRACT", "VALID", {"address": {"value": "Taikos pr. 1", "status": "NO_DATA"}}, []),
        (
            "COMPARE",
            "VALID",
            {"address": {"value": "Taikos pr. 1", "status": "NOT_MATCH"}},
            ["ADDITIONAL_STEP_INFORMATION_MISMATCH"],
        ),
    ],
)
async def test_a_step_says_what_its_type_allows(
    start_vendor: StartVendor, kind: str, result: str | None, found: object, tags: list[str]
) -> None:
    """Facts 5.3: UPLOAD is not evaluated, EXTRACT's status must be ignored, COMPARE's is meant."""
    vendor = await start_vendor(Account(environment="TEST", steps={"UTILITY_BILL": kind}))
    scan_ref = (await vendor.token(additionalData={"UTILITY_BILL": {"address": "Taikos pr. 1"}}))["scanRef"]

    await vendor.play(scan_ref, "finish")
    await vendor.play(scan_ref, "review", stepMatch="NOT_MATCH")
    await vendor.settled()

    auto, manual = (delivery.json for delivery in vendor.receiver.got)
    for body in (auto, manual):
        assert {"UTILITY_BILL": kind} == body["additionalSteps"]
        assert ["UTILITY_BILL"] == list(body["additionalStepPdfUrls"])
        assert "UTILITY_BILL" in body["fileUrls"]
    assert (None, None) == (auto["status"]["additionalSteps"], auto["data"]["additionalData"])
    assert (result, tags) == (manual["status"]["additionalSteps"], manual["status"]["mismatchTags"])
    assert (found and {"UTILITY_BILL": found}) == manual["data"]["additionalData"]
    assert ("SUSPECTED" if tags else "APPROVED") == manual["status"]["overall"]


async def test_comparing_without_given_data_has_no_data(start_vendor: StartVendor) -> None:
    """Page "Additional steps": without ``additionalData`` the address is not cross-matched."""
    vendor = await start_vendor(Account(steps={"UTILITY_BILL": "COMPARE"}))
    await vendor.finished()
    await vendor.settled()

    found = vendor.receiver.got[0].json["data"]["additionalData"]
    assert {"UTILITY_BILL": {"address": {"value": None, "status": "NO_DATA"}}} == found


@pytest.mark.parametrize(("country", "steps"), [("LT", {"UTILITY_BILL": "UPLOAD"}), ("LV", None)])
async def test_steps_of_one_country_apply_to_its_documents_only(vendor: Vendor, country: str, steps: object) -> None:
    """Page "Additional steps": with specific countries, the steps are only added to these."""
    asked = {"LT": {"ID_CARD": ["UTILITY_BILL"]}}
    await vendor.finished(country=country, documents=["ID_CARD"], additionalSteps=asked)
    await vendor.settled()

    assert steps == vendor.receiver.got[0].json["additionalSteps"]


async def test_an_older_notification_gets_the_older_event_name(start_vendor: StartVendor) -> None:
    """Facts 2: with IDENTIFICATION and the separate types set, every result comes twice, with different headers."""
    vendor = await start_vendor(Account(events=("IDENTIFICATION", "IDENTIFICATION_AUTO_FINISHED")))
    scan_ref = await vendor.finished()
    await vendor.play(scan_ref, "review")
    await vendor.settled()

    assert ["IDENTIFICATION_AUTO_FINISHED", "IDENTIFICATION", "IDENTIFICATION"] == vendor.receiver.events
    assert vendor.receiver.got[0].body == vendor.receiver.got[1].body


@pytest.mark.parametrize(("escaped", "ascii_only"), [(False, False), (True, True)])
async def test_text_comes_as_utf8_or_escaped(start_vendor: StartVendor, *, escaped: bool, ascii_only: bool) -> None:
    """Facts 3: text may come as UTF-8 or as escapes; both are signed as they are."""
    vendor = await start_vendor(behaviour=Behaviour(seed=1, time_scale=0.001, escaped=escaped))
    await vendor.finished(firstName="Šarūnė")
    await vendor.settled()

    delivery = vendor.receiver.got[0]
    assert ascii_only is delivery.body.isascii()
    assert "ŠARŪNĖ" == delivery.json["data"]["docFirstName"]
    assert delivery.is_signed_with("sandbox-signing-key")
