"""No word of Solaris' or IDnow's lists is missing from the tables, and no table has a word that no list has."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from fnmatch import fnmatchcase

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import person, reasons, words
from normalizers.vendors.solaris.webhooks import THIN, WEBHOOKS
from schemas.event import CheckResult, Outcome
from tests.normalizers.solaris import facts

Read = Callable[..., Reading | Unreadable | None]

HANDSHAKE = "WEBHOOK-SUBSCRIPTION"
"""Section 2."""
EVENTS = [word for row in facts.rows("5") for word in facts.marked(row[0])]
DOCUMENT_TYPES = [word for row in facts.rows("6.3") for word in facts.marked(row[0])]
PROOFS_OF_ADDRESS = facts.marked(facts.line_of("6.3", "`proof_of_address_type`:").split(";")[0])
FAILURES = facts.marked(facts.line_of("6.3", "`failure_reason`").split(". `provider_status_code`")[0])
BUSINESS_METHODS = facts.marked(facts.line_of("5.2", "`BUSINESS_IDENTIFICATION`: `id`, `method`").split(")")[0])
LEGAL = [part for part in facts.marked(facts.section("6.1")) if part.startswith("legal_identification_status: ")]
CDD = {
    name: facts.line_of("6.3", f"`{name}`:").split(", ")
    for name in ("screening_progress", "risk_classification_status", "customer_vetting_status")
}
CDD_WORDS = [(name, word.strip()) for name, listed in CDD.items() for word in listed]


@pytest.mark.parametrize(
    ("size", "listed", "table"),
    [
        pytest.param(17, [*EVENTS, HANDSHAKE], THIN | WEBHOOKS.keys(), id="events"),
        pytest.param(9, facts.marked(facts.section("6.2")), words.METHODS, id="methods"),
        pytest.param(3, BUSINESS_METHODS, words.BUSINESS_METHODS, id="methods of businesses"),
        pytest.param(8, PROOFS_OF_ADDRESS, words.PROOFS_OF_ADDRESS, id="proofs of address"),
        pytest.param(24, DOCUMENT_TYPES, words.DOCUMENT_TYPES, id="document types"),
        pytest.param(3, FAILURES, reasons.FAILURES.keys() - reasons.IDNOW.keys(), id="failures"),
        pytest.param(1, [part.split(": ")[1] for part in LEGAL], words.LEGAL, id="legal status"),
        pytest.param(1, [facts.line_of("5.2", "capital R; e.g. `").split("`")[0]], reasons.TRANSFERS, id="transfers"),
        pytest.param(3, [*CDD], person.CDD, id="due diligence"),
        pytest.param(4, [word for name, word in CDD_WORDS if name[0] == "s"], words.SCREENING, id="screening"),
        pytest.param(9, [word for name, word in CDD_WORDS if name[0] == "r"], words.RISK, id="risk"),
        pytest.param(9, [word for name, word in CDD_WORDS if name[0] == "c"], words.VETTING, id="vetting"),
    ],
)
def test_a_table_has_exactly_the_words_of_its_list(size: int, listed: list[str], table: Collection[str]) -> None:
    """Sections 2, 5 and 6 list the words; a word that no list has may be no one's invention either."""
    assert (size, set(listed)) == (len(listed), set(table))


def test_a_type_is_either_thin_or_speaks() -> None:
    """Section 1: of what can be read the resource speaks; one decision is never told by both."""
    assert not THIN & WEBHOOKS.keys()


RESULTS = {
    "clear": CheckResult.PASS,
    "needs_review": CheckResult.REVIEW,
    "rejected": CheckResult.FAIL,
    "pending": CheckResult.NOT_DONE,
}
SIGNALS = [
    (form, RESULTS[outcome])
    for forms, outcome in facts.arrows(facts.line_of("6.3", "never folded into the identification outcome: "))
    for form in forms
]


@pytest.mark.parametrize(("member", "word"), CDD_WORDS)
def test_due_diligence_is_a_check_and_never_an_outcome(member: str, word: str, read_document: Read) -> None:
    """Section 6.3: a separate compliance signal, never folded into the identification's outcome."""
    reading = read_document(json.dumps({"id": "p1", member: word}).encode())

    assert isinstance(reading, Reading)
    assert [(member, word)] == [(check.name, check.vendor_value) for check in reading.checks]
    assert {result for form, result in SIGNALS if fnmatchcase(word, form)} == {check.result for check in reading.checks}
    assert (Outcome.UNKNOWN, False, ()) == (reading.outcome, reading.final, reading.unmapped)


@pytest.mark.parametrize("word", DOCUMENT_TYPES)
def test_a_paper_is_told_by_its_type_and_by_nothing_else(word: str, read_document: Read) -> None:
    """Section 6.3, and section 7: file names and content types say nothing, and no paper decides."""
    paper = {"id": "d1", "name": "CANARY.pdf", "content_type": "CANARY", "document_type": word, "size": 1}

    reading = read_document(json.dumps({"id": "i1", "status": "pending", "documents": [paper]}).encode())

    assert isinstance(reading, Reading)
    assert [("documents", CheckResult.UNKNOWN, word)] == [
        (check.name, check.result, check.vendor_value) for check in reading.checks
    ]
    assert (Outcome.PENDING, ()) == (reading.outcome, reading.unmapped)
    assert "CANARY" not in repr(reading)


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
