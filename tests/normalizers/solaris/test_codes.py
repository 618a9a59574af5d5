"""IDnow's 59 reason codes: each is told with its class, its category, its permanence and its cause."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import reasons
from schemas.event import Check, CheckKind, CheckResult, Outcome, ReasonClass
from tests.normalizers.solaris import facts

Read = Callable[..., Reading | Unreadable | None]

CODES = {code: (category, permanent, user) for category, code, _, permanent, user in facts.rows("6.4")}
CAUSED = {"yes": CheckResult.PASS, "no": CheckResult.FAIL, "–": CheckResult.UNKNOWN}  # noqa: RUF001 - the facts' dash
SUSPICION = "NO_ESIGN_FRAUD"


def test_the_table_has_exactly_the_59_codes_of_the_facts() -> None:
    """Section 6.4."""
    assert (59, CODES.keys()) == (len(CODES), reasons.IDNOW.keys())


def _told(code: str) -> list[Check]:
    """What is told of a code besides whether to try again."""
    category, _, user = CODES[code]
    return [
        Check(CheckKind.UNKNOWN, "reason_category", CheckResult.UNKNOWN, category),
        Check(CheckKind.UNKNOWN, "caused_by_user", CAUSED[user], code),
    ]


def _retryable(code: str) -> Check:
    """Section 6.1: permanent means not retryable. Of suspicion it is not known yet."""
    usual = CheckResult.FAIL if CODES[code][1] == "yes" else CheckResult.PASS
    return Check(CheckKind.UNKNOWN, "retryable", CheckResult.REVIEW if code == SUSPICION else usual, code)


@pytest.mark.parametrize("status", ["aborted", "canceled"])
@pytest.mark.parametrize("code", CODES)
def test_a_code_of_an_identification_is_told_whole(status: str, code: str, read_document: Read) -> None:
    """Whatever the code, it closes nothing; and suspicion is no cancellation (the end of section 6.4)."""
    reading = read_document(json.dumps({"id": "i1", "status": status, "failure_reason": code}).encode())

    assert isinstance(reading, Reading)
    outcome = Outcome.NEEDS_REVIEW if code == SUSPICION else Outcome.CANCELLED
    assert (outcome, False, ()) == (reading.outcome, reading.final, reading.unmapped)
    assert [code] == [reason.code for reason in reading.reasons]
    assert (*_told(code), _retryable(code)) == reading.checks
    assert (code == "OTHER_TEST") is reading.test


@pytest.mark.parametrize("result", ["ABORTED", "CANCELED"])
@pytest.mark.parametrize("code", CODES)
def test_a_code_of_an_attempt_is_told_whole(result: str, code: str, read_document: Read) -> None:
    """Section 7: the attempt is where a reason is sure to stand."""
    reading = read_document(json.dumps([{"id": "a1", "result": result, "reason": code}]).encode())

    assert isinstance(reading, Reading)
    attempt = Check(CheckKind.UNKNOWN, "idnow_attempt", CheckResult.NOT_DONE, result)
    assert (_retryable(code), attempt, *_told(code)) == reading.checks
    assert [code] == [reason.code for reason in reading.reasons]
    assert ((), code == "OTHER_TEST") == (reading.unmapped, reading.test)


def test_a_code_that_no_list_has_is_temporary_and_of_no_category(read_document: Read) -> None:
    """The end of section 6.4: expect more codes than the list has."""
    reading = read_document(b'{"id": "i1", "status": "aborted", "failure_reason": "TECH_HOLOGRAPHIC"}')

    assert isinstance(reading, Reading)
    assert (Check(CheckKind.UNKNOWN, "retryable", CheckResult.PASS, "TECH_HOLOGRAPHIC"),) == reading.checks
    assert ("failure_reason=TECH_HOLOGRAPHIC",) == reading.unmapped


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
