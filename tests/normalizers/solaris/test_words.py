"""No word of Solaris' or IDnow's lists is missing from the tables. The lists are typed from the facts, not the code."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import person, reasons, statuses, words
from normalizers.vendors.solaris.webhooks import THIN, WEBHOOKS
from schemas.event import CheckResult, Outcome, ReasonClass

Read = Callable[..., Reading | Unreadable | None]
Decision = tuple[Outcome, bool]
"""The outcome, and whether it is final."""

EVENTS = """
IDENTIFICATION IDENTIFICATION_SESSION IDENTIFICATION_ORIGINATION IDENTIFICATION_REFERENCE_TRANSFER_ATTEMPT
BUSINESS_IDENTIFICATION LEGAL_REPRESENTATIVE BENEFICIAL_OWNER PERSON_CHANGED PERSON_DELETED
PERSON_MOBILE_NUMBER_CREATED PERSON_MOBILE_NUMBER_DELETED PERSON_TAX_IDENTIFICATION_CHANGED QUESTIONS_REQUIRE_RESPONSE
BUSINESS_CHANGED BUSINESS_DELETED ACCOUNT_OPENING_REQUEST
"""
"""Section 5."""
HANDSHAKE = "WEBHOOK-SUBSCRIPTION"
"""Section 2."""
METHODS = "bank bank_id bank_plus fourthline idnow idnow_autoident manual postident idnow_custom"
"""Section 6.2."""
PROOFS_OF_ADDRESS = """
BANK_ACCOUNT_STATEMENT CERTIFICATE_OF_REGISTRATION ELECTRICITY_BILL GAS_BILL HEATING_BILL INTERNET_BILL TELEPHONE_BILL
WATER_BILL
"""
DOCUMENT_TYPES = """
KYC_REPORT ID_DOCUMENT SIGNATURE PICTURE VIDEO QES_DOCUMENT SIGNED_QES_DOCUMENT SIGNED_CONTRACT
ANNUAL_FINANCIAL_STATEMENT REGISTER_CHECK REGISTER_EXTRACT FOUNDATION_DOCUMENT SHARE_HOLDERS_AGREEMENT
SHAREHOLDERS_LIST TRADING_LICENSE TRANSPARENCY_REGISTER_EXTRACT VAT_CERTIFICATE SCHUFA_COMPACT_REPORT SCHUFA_GWG_REPORT
SCHUFA_FULL_REPORT SCHUFA_SHORT_REPORT CREDIT_AGENCY_REPORT INVOICE OTHER
"""
FAILURES = "ALREADY_IDENTIFIED_SUCCESSFULLY account_snapshot_expired account_snaphot_failed"
"""The three above: section 6.3."""
CDD = {
    "screening_progress": "NOT_SCREENED POTENTIAL_MATCH SCREENED_ACCEPTED SCREENED_DECLINED",
    "risk_classification_status": """
        NOT_SCORED POTENTIAL_RISK NORMAL_RISK INFORMATION_REQUESTED INFORMATION_RECEIVED RISK_ACCEPTED RISK_REJECTED
        CUSTOMER_UNRESPONSIVE SCORING_NOT_REQUIRED""",
    "customer_vetting_status": """
        NOT_VETTED NO_MATCH POTENTIAL_MATCH INFORMATION_REQUESTED INFORMATION_RECEIVED RISK_ACCEPTED RISK_REJECTED
        CUSTOMER_UNRESPONSIVE VETTING_NOT_REQUIRED""",
}
"""Section 6.3."""

IDENTIFICATION = """
created no PENDING
pending no PENDING
pending_successful no NEEDS_REVIEW
pending_failed no NEEDS_REVIEW
successful yes VERIFIED
aborted no CANCELLED
canceled no CANCELLED
failed yes REJECTED
expired yes EXPIRED
rejected yes REJECTED
authorization_required no PENDING
confirmation_required no PENDING
confirmed no PENDING
processed no PENDING
signed no PENDING
pre_successful no PENDING
identification_data_required no PENDING
pending_account_creation no PENDING
pending_ref_transfer no PENDING
"""
"""Section 6.1: status, final, outcome."""
ORIGINATION = """
identification_trigger_pending no PENDING
esign_pending no PENDING
identification_completion_pending no PENDING
screening_pending no PENDING
failed yes REJECTED
completed yes VERIFIED
expired yes EXPIRED
"""
BUSINESS = """
created no PENDING
pending no PENDING
successful yes VERIFIED
failed yes REJECTED
expired yes EXPIRED
"""
"""The two above: sections 5.2 and 6.1."""
IDNOW_RESULT = """
SUCCESS yes VERIFIED
SUCCESS_DATA_CHANGED yes VERIFIED
SUCCESS_DATA_CHANGE yes VERIFIED
FRAUD_SUSPICION_CONFIRMED yes REJECTED
REVIEW_PENDING no NEEDS_REVIEW
FRAUD_SUSPICION_PENDING no NEEDS_REVIEW
CHECK_PENDING no PENDING
ABORTED no CANCELLED
CANCELED no CANCELLED
"""
"""Section 10."""

REASONS = """
Data DATA_APPLICATION_ADDRESS yes yes
Data DATA_APPLICATION_DATA yes yes
Data DATA_ID_EXPIRED no yes
Technical TECH_AUDIO no yes
Technical TECH_DISCONNECTED_VIDEO no yes
Technical TECH_DISCONNECTED_WEBSOCKET no yes
Technical TECH_HOLOGRAM no yes
Technical TECH_ID_TYPE no yes
Technical TECH_IDENT_CODE_DELIVERY no yes
Technical TECH_INTERNAL_SERVER_ERROR no no
Technical TECH_INTERNET_CONNECTION no yes
Technical TECH_LIGHTING no yes
Technical TECH_PHOTO no yes
Technical TECH_TIMEOUT no yes
Technical TECH_VIDEO no yes
Technical NO_VIDEO no yes
Technical BAD_VIDEO no yes
Technical VIDEO_ENVIRONMENT no yes
Technical VIDEO_OTHER no yes
Technical NO_AUDIO no yes
Technical BAD_AUDIO no yes
Technical BAD_AUDIO_ENVIRONMENT no yes
Technical AUDIO_OTHER no yes
Technical BAD_PHOTO_QUALITY no yes
Technical PHOTO_OTHER no yes
Technical CONNECTION_LOST no yes
Technical CONNECTION_BAD no yes
Technical NO_CONNECTION no yes
Technical CONNECTION_OTHER no yes
Technical IDENT_CODE_NOT_RECEIVED no no
Technical IDENT_CODE_REPEATEDLY_INCORRECT no yes
User USER_ABORT_WHILE_WAITING no yes
User USER_STARTED_NEW_REQUEST no yes
User USER_CANCELLATION no yes
User ENROLLED_TO_WAITING_LIST yes yes
User ID_NOT_SUPPORTED no yes
User ID_DAMAGED no yes
User ID_OTHER no yes
User DISAGREE_WITH_VIDEO_RECORDING no yes
User INCORRECT_ID_NUMBER no no
User INCORRECT_NAME_IN_QES no no
User WRONG_PHONE_NUMBER no yes
User USER_ID_NUMBER no yes
User USER_IDENT_CODE no yes
User USER_LANGUAGE yes yes
User USER_NO_ID no yes
User USER_WRONG_PERSON no yes
User INDECENT_BEHAVIOUR yes yes
Other OTHER_ABUSE no yes
Other OTHER_MISCELLANEOUS_PERMANENT yes -
Other OTHER_MISCELLANEOUS_TEMPORARY no -
Other OTHER_TEST no yes
Other OTHER_ERROR no yes
Other STALLED_TIMEOUT no -
Other NO_SECURITY_QUESTION_ASKED no -
Other SECURITY_QUESTION_NOT_CORRECT_ANSWERED no -
Other SECURITY_QUESTION no -
Other CALL_QUALITY_FAIL no yes
Other NO_ESIGN_FRAUD no yes
"""
"""Section 6.4: category, code, permanent, caused by the user."""
ROWS = [line.split() for line in REASONS.split("\n") if line]


def _table(text: str) -> list[tuple[str, Decision]]:
    rows = [line.split() for line in text.split("\n") if line]
    return [(word, (Outcome(outcome), final == "yes")) for word, final, outcome in rows]


@pytest.mark.parametrize(
    ("listed", "table"),
    [
        (f"{EVENTS} {HANDSHAKE}", THIN | WEBHOOKS.keys()),
        (METHODS, words.METHODS),
        ("idnow itm import", words.BUSINESS_METHODS),
        (PROOFS_OF_ADDRESS, words.PROOFS_OF_ADDRESS),
        (DOCUMENT_TYPES, words.DOCUMENT_TYPES),
        (FAILURES, reasons.FAILURES.keys() - reasons.IDNOW.keys()),
        (" ".join(CDD), person.CDD),
        (CDD["screening_progress"], words.SCREENING),
        (CDD["risk_classification_status"], words.RISK),
        (CDD["customer_vetting_status"], words.VETTING),
        (" ".join(word for word, _ in _table(IDENTIFICATION)), statuses.IDENTIFICATION),
        (" ".join(word for word, _ in _table(ORIGINATION)), statuses.ORIGINATION),
        (" ".join(word for word, _ in _table(BUSINESS)), statuses.BUSINESS_IDENTIFICATION),
        (" ".join(word for word, _ in _table(IDNOW_RESULT)), statuses.IDNOW_RESULT),
        (" ".join(code for _, code, _, _ in ROWS), reasons.IDNOW),
        ("name_not_matched", reasons.TRANSFERS),
        ("information_required", words.LEGAL),
    ],
)
def test_a_table_has_exactly_the_words_of_its_list(listed: str, table: Collection[str]) -> None:
    """Sections 2, 5, 6 and 10 list the words; a word that no list has may be no one's invention either."""
    assert set(listed.split()) == set(table)


def test_a_type_is_either_thin_or_speaks() -> None:
    """Section 1: of what can be read the resource speaks; one decision is never told by both."""
    assert not THIN & WEBHOOKS.keys()


@pytest.mark.parametrize(("word", "expected"), _table(IDENTIFICATION))
def test_a_status_of_an_identification_has_the_outcome_of_the_facts(
    word: str, expected: Decision, read_document: Read
) -> None:
    """Section 6.1, through the mapping."""
    reading = read_document(json.dumps({"id": "i1", "status": word}).encode())

    assert isinstance(reading, Reading)
    assert (expected, word, ()) == ((reading.outcome, reading.final), reading.vendor_status, reading.unmapped)


@pytest.mark.parametrize(("word", "expected"), _table(BUSINESS))
def test_a_status_of_a_business_has_the_outcome_of_the_facts(
    word: str, expected: Decision, read_document: Read
) -> None:
    """The end of section 6.1, through the mapping."""
    reading = read_document(json.dumps({"id": "b1", "business_id": "z1", "status": word}).encode())

    assert isinstance(reading, Reading)
    assert (expected, word, ()) == ((reading.outcome, reading.final), reading.vendor_status, reading.unmapped)


@pytest.mark.parametrize(("word", "expected"), _table(ORIGINATION))
def test_a_status_of_an_origination_has_the_outcome_of_the_facts(
    word: str, expected: Decision, read_webhook: Read
) -> None:
    """The end of section 6.1, through the mapping."""
    body = {"identification_origination_id": "o1", "status": word}

    reading = read_webhook(json.dumps(body).encode(), "IDENTIFICATION_ORIGINATION")

    assert isinstance(reading, Reading)
    assert (expected, word, ()) == ((reading.outcome, reading.final), reading.vendor_status, reading.unmapped)


@pytest.mark.parametrize(("word", "expected"), _table(IDNOW_RESULT))
def test_a_result_of_idnow_has_the_outcome_of_the_facts(word: str, expected: Decision, read_document: Read) -> None:
    """Section 10, through the mapping."""
    reading = read_document(json.dumps([{"id": "a1", "result": word, "reason": None}]).encode())

    assert isinstance(reading, Reading)
    assert (expected, word, ()) == ((reading.outcome, reading.final), reading.vendor_status, reading.unmapped)


def test_the_facts_list_59_codes() -> None:
    """A row that was lost on the way here would be lost from the code too."""
    assert 59 == len({code for _, code, _, _ in ROWS})


@pytest.mark.parametrize(("category", "code", "permanent", "by_user"), ROWS, ids=lambda value: value)
def test_a_reason_code_has_its_category_permanence_and_cause(
    category: str, code: str, permanent: str, by_user: str
) -> None:
    """Section 6.4, row by row."""
    reason = reasons.IDNOW[code]

    assert (category, permanent == "yes") == (reason.category.value, reason.permanent)
    assert {"yes": True, "no": False, "-": None}[by_user] is reason.by_user


@pytest.mark.parametrize("status", ["aborted", "canceled"])
@pytest.mark.parametrize(("code", "permanent"), [(code, permanent) for _, code, permanent, _ in ROWS])
def test_every_reason_code_is_told_and_says_whether_to_try_again(
    status: str, code: str, permanent: str, read_document: Read
) -> None:
    """Section 6.1: permanent means not retryable, and closes nothing all the same. Suspicion is no cancellation."""
    reading = read_document(json.dumps({"id": "i1", "status": status, "failure_reason": code}).encode())

    assert isinstance(reading, Reading)
    suspicion = code == "NO_ESIGN_FRAUD"
    outcome = Outcome.NEEDS_REVIEW if suspicion else Outcome.CANCELLED
    usual = CheckResult.FAIL if permanent == "yes" else CheckResult.PASS
    assert (outcome, False, ()) == (reading.outcome, reading.final, reading.unmapped)
    assert [code] == [reason.code for reason in reading.reasons]
    assert [("retryable", CheckResult.REVIEW if suspicion else usual, code)] == [
        (check.name, check.result, check.vendor_value) for check in reading.checks
    ]


CLASSES = {
    ReasonClass.MISMATCH: """
        DATA_APPLICATION_ADDRESS DATA_APPLICATION_DATA INCORRECT_ID_NUMBER INCORRECT_NAME_IN_QES WRONG_PHONE_NUMBER
        USER_ID_NUMBER USER_WRONG_PERSON SECURITY_QUESTION_NOT_CORRECT_ANSWERED SECURITY_QUESTION""",
    ReasonClass.EXPIRED_DOCUMENT: "DATA_ID_EXPIRED",
    ReasonClass.UNSUPPORTED: "TECH_ID_TYPE ID_NOT_SUPPORTED USER_LANGUAGE",
    ReasonClass.QUALITY: """
        TECH_AUDIO TECH_HOLOGRAM TECH_LIGHTING TECH_PHOTO TECH_VIDEO BAD_VIDEO VIDEO_ENVIRONMENT BAD_AUDIO
        BAD_AUDIO_ENVIRONMENT BAD_PHOTO_QUALITY PHOTO_OTHER ID_DAMAGED""",
    ReasonClass.NOT_DONE: "TECH_TIMEOUT STALLED_TIMEOUT NO_SECURITY_QUESTION_ASKED",
    ReasonClass.FRAUD: "NO_ESIGN_FRAUD",
    ReasonClass.CUSTOMER: """
        IDENT_CODE_REPEATEDLY_INCORRECT USER_ABORT_WHILE_WAITING USER_STARTED_NEW_REQUEST USER_CANCELLATION
        ENROLLED_TO_WAITING_LIST ID_OTHER DISAGREE_WITH_VIDEO_RECORDING USER_IDENT_CODE USER_NO_ID INDECENT_BEHAVIOUR
        OTHER_ABUSE OTHER_TEST""",
    ReasonClass.TECHNICAL: """
        TECH_DISCONNECTED_VIDEO TECH_DISCONNECTED_WEBSOCKET TECH_IDENT_CODE_DELIVERY TECH_INTERNAL_SERVER_ERROR
        TECH_INTERNET_CONNECTION NO_VIDEO VIDEO_OTHER NO_AUDIO AUDIO_OTHER CONNECTION_LOST CONNECTION_BAD NO_CONNECTION
        CONNECTION_OTHER IDENT_CODE_NOT_RECEIVED OTHER_MISCELLANEOUS_PERMANENT OTHER_MISCELLANEOUS_TEMPORARY OTHER_ERROR
        CALL_QUALITY_FAIL""",
}


def test_every_reason_code_has_the_class_that_its_meaning_gives() -> None:
    """Section 6.4, the column of meanings; no code is left without a class."""
    assert {code: kind for kind, codes in CLASSES.items() for code in codes.split()} == dict(reasons.IDNOW_CLASSES)


RESULTS_OF_CDD = {
    CheckResult.PASS: "ACCEPTED NORMAL_RISK NO_MATCH NOT_REQUIRED",
    CheckResult.REVIEW: "POTENTIAL_MATCH POTENTIAL_RISK INFORMATION_REQUESTED INFORMATION_RECEIVED",
    CheckResult.FAIL: "DECLINED REJECTED CUSTOMER_UNRESPONSIVE",
    CheckResult.NOT_DONE: "NOT_SCREENED NOT_SCORED NOT_VETTED",
}
"""The end of section 6.3, by the ends of words: clear, needs_review, rejected, pending."""


@pytest.mark.parametrize(("member", "word"), [(name, word) for name, listed in CDD.items() for word in listed.split()])
def test_due_diligence_is_a_check_and_never_an_outcome(member: str, word: str, read_document: Read) -> None:
    """Section 6.3: a separate compliance signal, never folded into the identification's outcome."""
    reading = read_document(json.dumps({"id": "p1", member: word}).encode())

    assert isinstance(reading, Reading)
    expected = [result for result, ends in RESULTS_OF_CDD.items() if any(word.endswith(end) for end in ends.split())]
    assert [(member, word)] == [(check.name, check.vendor_value) for check in reading.checks]
    assert expected == [check.result for check in reading.checks]
    assert (Outcome.UNKNOWN, False, ()) == (reading.outcome, reading.final, reading.unmapped)


def test_words_that_no_list_has_are_kept_and_no_error(read_document: Read) -> None:
    """Section 6.1, its last row, and section 5: be a tolerant reader."""
    body = {
        "id": "i1",
        "status": "new_status",
        "method": "new_method",
        "failure_reason": "NEW_REASON",
        "proof_of_address_type": "NEW_BILL",
        "documents": [{"document_type": "NEW_PAPER"}],
    }

    reading = read_document(json.dumps(body).encode())

    assert isinstance(reading, Reading)
    assert (Outcome.NEEDS_REVIEW, False, "new_status") == (reading.outcome, reading.final, reading.vendor_status)
    assert (
        "documents.document_type=NEW_PAPER",
        "failure_reason=NEW_REASON",
        "method=new_method",
        "proof_of_address_type=NEW_BILL",
        "status=new_status",
    ) == reading.unmapped
