"""What may be shown of a document, whichever vendor's it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.findings import FREE_TEXT, MAX_ENTRIES, Findings, is_word
from schemas.event import Check, CheckKind, CheckResult, Reason, ReasonClass

RESULTS = {"GOOD": CheckResult.PASS, "BAD": CheckResult.FAIL}
CLASSES = {"GOOD": None, "BAD": ReasonClass.FRAUD}
NOTHING_FOUND = ((), (), ())
ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text())
)


@given(ANYTHING)
def test_no_value_is_shown_that_is_no_word(value: object) -> None:
    """Whatever stands where a word is due: a known word is told, another word too, and anything else by its place."""
    findings = Findings()
    findings.judge(CheckKind.FACE, "face", value, RESULTS)
    findings.reason("why", value, CLASSES)
    findings.free_reason("text", value, CLASSES)
    findings.flag(CheckKind.EMAIL, "flag", value)
    findings.word("word", value, RESULTS)

    checks, reasons, unmapped = findings.settle()
    shown = {check.vendor_value for check in checks} | {reason.code for reason in reasons}
    shown |= {place.partition("=")[2] for place in unmapped}
    assert [] == [each for each in shown - {None, "", "true", "false", FREE_TEXT} if not is_word(each)]


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_found_in_nothing(value: object) -> None:
    """A member that is not filled is no finding, in whatever place."""
    findings = Findings()
    findings.judge(CheckKind.FACE, "face", value, RESULTS)
    findings.reason("why", value, CLASSES)
    assert ({}, ()) == (findings.members_of("object", value), findings.entries_of("list", value))
    assert NOTHING_FOUND == findings.settle()


def test_a_vendor_may_have_other_words_and_another_way_to_say_nothing() -> None:
    """Solaris writes its words in small letters too, and the text null where it means null."""
    findings = Findings(re.compile("[a-z]+"), ("", "null"))
    findings.judge(CheckKind.FACE, "face", "null", RESULTS)
    findings.judge(CheckKind.FACE, "face", "fair", RESULTS)
    findings.judge(CheckKind.FACE, "face", "FAIR", RESULTS)

    checks, _, unmapped = findings.settle()
    assert (
        Check(CheckKind.FACE, "face", CheckResult.UNKNOWN, "fair"),
        Check(CheckKind.FACE, "face", CheckResult.UNKNOWN),
    ) == checks
    assert ("face", "face=fair") == unmapped


def test_a_reason_is_told_once_with_its_class_and_good_news_is_none() -> None:
    """A word whose class is ``None`` is known, and says that nothing is wrong."""
    findings = Findings()
    assert ["BAD", "BAD", "GOOD", "NEW"] == [
        findings.reason("why", word, CLASSES) for word in ("BAD", "BAD", "GOOD", "NEW")
    ]

    _, reasons, unmapped = findings.settle()
    assert (Reason(ReasonClass.FRAUD, "BAD"), Reason(ReasonClass.UNKNOWN, "NEW")) == reasons
    assert ("why=NEW",) == unmapped


def test_what_one_event_carries_is_bounded() -> None:
    """However much a document holds, its event fits on the log."""
    findings = Findings()
    for number in range(MAX_ENTRIES + 1):
        findings.judge(CheckKind.FACE, "face", f"NEW_{number}", RESULTS)
        findings.reason("why", f"NEW_{number}", CLASSES)
    assert [MAX_ENTRIES] * 3 == [len(found) for found in findings.settle()]
