"""No word of iDenfy's lists is missing from the tables. The lists are typed from the facts, apart from the code."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.idenfy import company, decision, person, reasons, results
from normalizers.vendors.idenfy.read import WEBHOOKS
from schemas.event import EventKind, Outcome, ReasonClass

ReadBody = Callable[..., Reading | Unreadable]

EVENTS = """
IDENTIFICATION IDENTIFICATION_AUTO_FINISHED IDENTIFICATION_MANUAL_FINISHED IDENTIFICATION_RESUBMITTED
IDENTIFICATION_EXPIRED IDENTIFICATION_CANCELLED DOCUMENT_EXPIRATION FACIAL_AUTHENTICATION VIDEO_CALL_FINISHED
AGE_ESTIMATION AML_MONITORING AML_MONITORING_EXPIRATION BANK_VERIFICATION BANK_CARD_VERIFICATION_COMPLETED ACCOUNT_CHECK
COMPANY_SUBMIT COMPANY_REVIEW COMPANY_AML_REVIEW COMPANY_INFO_REQUEST COMPANY_EXPIRATION COMPANY_DELETE
GOV_ORDERED_DOCUMENT SOS_REPORT
"""
OVERALL = "APPROVED DENIED SUSPECTED REVIEWING ACTIVE EXPIRED EXPIRED-DELETED DELETED ARCHIVED"
DOCUMENT_TYPES = """
ID_CARD PASSPORT RESIDENCE_PERMIT DRIVER_LICENSE PAN_CARD AADHAAR VISA NATIONAL_PASSPORT PROVISIONAL_DRIVER_LICENSE
OLD_ID_CARD MILITARY_CARD ADDRESS_CARD SMART_ID CLEAR ONE_ID BANK_ID_SE BANK_ID_NO BANK_ID_CZ FTN MIT_ID VERIMI
LA_WALLET SAMSUNG_WALLET MOJE_ID_CZ YOTI_ID OTHER BORDER_CROSSING ASYLUM PHOTO_CARD PROOF_OF_AGE_CARD TRAVEL_CARD
SOCIAL_SECURITY_CARD VOTER_CARD DIPLOMATIC_ID WORK_PERMIT INTERNATIONAL_PASSPORT
"""
FACE = """
FACE_MATCH FACE_NOT_CHECKED FACE_MISMATCH NO_FACE_FOUND TOO_MANY_FACES FACE_TOO_BLURRY FACE_GLARED FACE_UNCERTAIN
FACE_NOT_ANALYSED FACE_ERROR AUTO_UNVERIFIABLE FAKE_FACE FACE_SUSPECTED FACE_BLACKLISTED
"""
DOCUMENT = """
DOC_VALIDATED DOC_INFO_MISMATCH DOC_NOT_FOUND DOC_FACE_NOT_FOUND DOC_NOT_FULLY_VISIBLE DOC_TOO_BLURRY DOC_GLARED
DOC_FACE_GLARED DOC_DAMAGED MRZ_NOT_FOUND MRZ_OCR_READING_ERROR BARCODE_NOT_FOUND MRZ_INVALID DOC_EXPIRED
DOC_NOT_SUPPORTED COUNTRY_NOT_SUPPORTED DOC_NOT_ALLOWED COUNTRY_MISMATCH DOC_TYPE_MISMATCH DOC_SUBTYPE_MISMATCH
DOC_SIDE_MISMATCH DOC_FAKE DOC_SPOOF_DETECTED DOC_PERSONAL_CODE_INVALID DOC_NAME_ERROR DOC_SURNAME_ERROR
DOC_EXPIRY_ERROR DOC_DOB_ERROR DOC_PERSONAL_NUMBER_ERROR DOC_NUMBER_ERROR DOC_DATE_OF_ISSUE_ERROR DOC_SEX_ERROR
DOC_NATIONALITY_ERROR DOC_NOT_ANALYSED AUTO_UNVERIFIABLE DOC_ERROR EID_FAILED NFC_INIT_FAILED NFC_FAILED NFC_TIMEOUT
"""
FRAUD_TAGS = """
FACE_IN_BLACKLIST DOC_FACE_IN_BLACKLIST FACE_BLACKLISTED DOC_FACE_BLACKLISTED DATA_BLACKLISTED DATA_IN_BLACKLIST
DUPLICATE_FACE DUPLICATE_DOC_FACE DUPLICATE_PERSONAL_DATA VIRTUAL_CAMERA DEV_TOOLS_OPENED PORTRAIT_SUBSTITUTION
FAKE_PHOTO DOC_PRINT_SPOOFED DOC_MOBILE_PHOTO FACE_SUSPECTED ADDRESS_UNVERIFIED AML_SUSPECTION SANCTIONS_SUSPECTION
LID_SUSPECTION CRIMINAL_SUSPECTED AML_FAILED SANCTIONS_FAILED LID_FAILED CRIMINAL_CHECK_FAILED RC_FAILED DL_FAILED
AUTO_UNVERIFIABLE URJANET_FAILURE UTILITY_ADDRESS_CHECK_FAILURE
"""
MISMATCH_TAGS = """
NAME SURNAME FULL_NAME DOCUMENT_NUMBER PERSONAL_CODE EXPIRY_DATE DATE_OF_BIRTH DATE_OF_ISSUE NATIONALITY SEX
DOC_INFO_MISMATCH UNDER_AGE OVER_AGE UNKNOWN_AGE UTILITY_ADDRESS UTILITY_NAME EXPIRED_UTILITY_BILL
INVALID_ADDITIONAL_STEP ADDITIONAL_STEP_NOT_FOUND ADDITIONAL_STEP_INFORMATION_MISMATCH
EXPIRED_ADDITIONAL_STEP_INFORMATION NOT_SUPPORTED_POA_DOCUMENT_TYPE NOT_SUPPORTED_POA_DOCUMENT_COUNTRY
POA_COUNTRIES_MISMATCH POA_SCREENSHOT_DETECTED REGISTRY_CENTER_INFO_MISMATCH DRIVER_LICENSE_INFO_MISMATCH GDC_NOT_MATCH
"""
DATASETS = """
PEP PEP_CURRENT PEP_FORMER PEP_LINKED SAN SAN_CURRENT SAN_FORMER INS RRE DD POI REL GRI SOE SOE_CURRENT SOE_FORMER
"""
RISK = "VERY_LOW LOW MEDIUM HIGH VERY_HIGH NOT_CHECKED"

GOOD_NEWS = {"FACE_MATCH", "DOC_VALIDATED"}


@pytest.mark.parametrize(
    ("words", "table"),
    [
        (EVENTS, decision.EVENTS | WEBHOOKS.keys()),
        (OVERALL, decision.OVERALL),
        (DOCUMENT_TYPES, results.DOCUMENT_TYPES),
        (FACE, reasons.FACE),
        (DOCUMENT, reasons.DOCUMENT),
        (FACE, results.FACE),
        (DOCUMENT, results.DOCUMENT),
        (FRAUD_TAGS, reasons.FRAUD_TAGS),
        (MISMATCH_TAGS, reasons.MISMATCH_TAGS),
        (RISK, results.RISK),
        ("Success Failed Expired Canceled Pending", person.FACE_AUTHENTICATION),
        ("SUCCESS UNDERAGE FACE_MISMATCH ATTEMPTS_EXCEEDED UNCERTAIN", person.AGE_ESTIMATION),
        ("MATCH NO_MATCH NOT_COMPARED", person.BANK_CARD),
        ("APPROVED DENIED", company.APPROVAL),
        ("REQUESTED EXPIRED CANCELED", company.INFO_REQUEST),
        ("EXPIRED PENDING", company.EXPIRATION),
        ("NOT_CHECKED NO_FLAGS FALSE_POSITIVE TRUE_POSITIVE FLAGS_FOUND", results.SCREENED),
        ("MATCH NO_MATCH PARTIAL_MATCH NO_DATA NO_INPUT INVALID", results.REGISTERED),
        ("MATCH NOT_MATCH NOT_FOUND NO_DATA", results.COMPARED),
        ("SANCTION INTERPOL PEPS ADVERSE_MEDIA OTHER", results.SUSPICIONS),
        (
            DATASETS,
            results.DATASETS,
        ),
    ],
)
def test_a_table_has_exactly_the_words_of_its_list(words: str, table: Collection[str]) -> None:
    """Sections 2, 5 and 6 list the words; a word that no list has may be no one's invention either."""
    assert set(words.split()) == set(table)


@pytest.mark.parametrize(
    ("member", "words"),
    [("autoFace", FACE), ("manualFace", FACE), ("autoDocument", DOCUMENT), ("manualDocument", DOCUMENT)],
)
def test_every_face_and_document_value_is_known_and_all_but_the_good_ones_say_why(
    member: str, words: str, read_body: ReadBody
) -> None:
    """Sections 6.3 and 6.4, through the mapping: one check, and one reason with a class, or none for good news."""
    for word in words.split():
        reading = read_body(json.dumps({"scanRef": "r", "status": {"overall": "DENIED", member: word}}).encode())

        assert isinstance(reading, Reading)
        assert [(member, word)] == [(check.name, check.vendor_value) for check in reading.checks]
        assert ([] if word in GOOD_NEWS else [word]) == [reason.code for reason in reading.reasons]
        assert ReasonClass.UNKNOWN not in {reason.reason_class for reason in reading.reasons}
        assert () == reading.unmapped


@pytest.mark.parametrize(
    ("member", "words"),
    [("fraudTags", FRAUD_TAGS), ("suspicionReasons", FRAUD_TAGS), ("mismatchTags", MISMATCH_TAGS)],
)
def test_every_tag_gives_a_reason_of_a_class(member: str, words: str, read_body: ReadBody) -> None:
    """Sections 6.5 and 6.6, through the mapping, all tags of a list at once."""
    tags = words.split()

    reading = read_body(json.dumps({"scanRef": "r", "status": {"overall": "SUSPECTED", member: tags}}).encode())

    assert isinstance(reading, Reading)
    assert tags == [reason.code for reason in reading.reasons]
    assert ReasonClass.UNKNOWN not in {reason.reason_class for reason in reading.reasons}
    assert () == reading.unmapped


def test_lists_that_share_a_word_agree_on_its_class() -> None:
    """``reasons.TAGS`` joins four lists, so a word with two classes would silently lose one."""
    for table in (reasons.FACE, reasons.DOCUMENT, reasons.FRAUD_TAGS, reasons.MISMATCH_TAGS):
        assert dict(table) == {word: reasons.TAGS[word] for word in table}


OUTCOMES_OF_OVERALL = {
    "APPROVED": Outcome.VERIFIED,
    "DENIED": Outcome.REJECTED,
    "SUSPECTED": Outcome.NEEDS_REVIEW,
    "REVIEWING": Outcome.PENDING,
    "ACTIVE": Outcome.PENDING,
    "EXPIRED": Outcome.EXPIRED,
    "EXPIRED-DELETED": Outcome.EXPIRED,
    "DELETED": Outcome.ERROR,
    "ARCHIVED": Outcome.ERROR,
    "SOMETHING_NEW": Outcome.NEEDS_REVIEW,
}
FINAL_IS_ABSENT = object()


def _by_the_table(event: str, overall: str, final: object) -> Outcome:
    """Section 6.1 once more, rule by rule in its own words."""
    if event == "IDENTIFICATION_CANCELLED":
        return Outcome.CANCELLED
    if overall in ("EXPIRED", "EXPIRED-DELETED"):
        return Outcome.EXPIRED
    if final is False:
        return Outcome.PENDING
    absent = final in (FINAL_IS_ABSENT, None, "-")
    if absent and event in ("IDENTIFICATION_AUTO_FINISHED", "IDENTIFICATION_RESUBMITTED"):
        return Outcome.PENDING
    if absent and event == "IDENTIFICATION_EXPIRED" and overall in ("APPROVED", "DENIED", "SUSPECTED"):
        return Outcome.PENDING
    return OUTCOMES_OF_OVERALL[overall]


@pytest.mark.parametrize("event", sorted(decision.EVENTS))
@pytest.mark.parametrize("overall", sorted(OUTCOMES_OF_OVERALL))
@pytest.mark.parametrize(
    "final", [True, False, None, "-", FINAL_IS_ABSENT], ids=["yes", "no", "null", "dash", "absent"]
)
def test_the_whole_decision_table_holds(event: str, overall: str, final: object, read_body: ReadBody) -> None:
    """Section 6.1, every type with every value and every way to say ``final``, with nothing remembered."""
    body = {"scanRef": "r", "status": {"overall": overall}, "final": final}
    if final is FINAL_IS_ABSENT:
        del body["final"]
    expected = _by_the_table(event, overall, final)

    reading = read_body(json.dumps(body).encode(), event)

    assert isinstance(reading, Reading)
    assert (expected, expected is not Outcome.PENDING) == (reading.outcome, reading.final)
    assert (event == "IDENTIFICATION_RESUBMITTED" and not reading.final) == reading.reopens


@pytest.mark.parametrize("overall", ["DELETED", "ARCHIVED"])
@pytest.mark.parametrize("kept", [Previous(Outcome.REJECTED, final=True), Previous(Outcome.PENDING, final=False)])
def test_a_deleted_or_archived_verification_keeps_its_outcome(
    overall: str, kept: Previous, read_body: ReadBody
) -> None:
    """Section 6.1: the previous outcome stays; only what was remembered of this very verification counts."""
    remembered = {
        ("r", EventKind.VERIFICATION): kept,
        ("r", EventKind.AML): Previous(Outcome.NEEDS_REVIEW, final=False),
        ("another", EventKind.VERIFICATION): Previous(Outcome.VERIFIED, final=True),
    }

    reading = read_body(json.dumps({"scanRef": "r", "status": {"overall": overall}}).encode(), remembered=remembered)

    assert isinstance(reading, Reading)
    assert (kept.outcome, kept.final, overall) == (reading.outcome, reading.final, reading.vendor_status)
