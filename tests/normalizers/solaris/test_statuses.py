"""Every status, result and scenario of the facts' tables, through the mapping."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import statuses
from schemas.event import CheckResult, Outcome
from tests.normalizers.solaris import facts

Read = Callable[..., Reading | Unreadable | None]
Flag = tuple[str, CheckResult] | None

FLAGS: dict[str, Flag] = {
    "provisional: positive": ("provisional", CheckResult.PASS),
    "provisional: negative": ("provisional", CheckResult.FAIL),
    "retryable": ("retryable", CheckResult.PASS),
    "action_required": ("action_required", CheckResult.NOT_DONE),
}


def _outcome(cell: str) -> Outcome:
    return Outcome(re.findall(r"\w+", cell)[0].upper())


STATUSES = {
    word: (_outcome(outcome), final.startswith("yes"), next((FLAGS[flag] for flag in facts.marked(outcome)), None))
    for words, _, final, outcome in facts.rows("6.1")
    for word in facts.marked(words)
}
"""Section 6.1: outcome, finality and flag of a status."""

RESULTS = {
    word: (_outcome(outcome), kind == "final", status)
    for words, kind, status, outcome in facts.rows("10")
    for word in re.findall(r"\b[A-Z_]{5,}\b", words)
}
"""Section 10: outcome and finality of a result, and the status of Solaris' that goes with it."""

_STEPS = facts.marked(facts.line_of("5.2", "`status` (required; ").split(")")[0])
_BUSINESS_STEPS = facts.marked(facts.line_of("5.2", "`url`, `status` (").split(")")[0])


def _sentence(start: str, steps: Collection[str]) -> dict[str, Outcome]:
    """The outcomes of the steps that the sentence tells; a form with an asterisk stands for the steps of that end."""
    sentence = facts.line_of("6.1", start).split(". ")[0].split(";")[0]
    return {
        step: Outcome(outcome.upper())
        for forms, outcome in facts.arrows(sentence)
        for form in forms
        for step in steps
        if step == form or (form[0] == "*" and step.endswith(form[1:]))
    }


ORIGINATIONS = _sentence("Identification origination **(proposal)**: ", _STEPS)
BUSINESSES = _sentence("Business identification: ", _BUSINESS_STEPS)


def _final(outcome: Outcome) -> bool:
    return outcome is not Outcome.PENDING


@pytest.mark.parametrize(
    ("size", "listed", "table"),
    [
        pytest.param(19, STATUSES, statuses.IDENTIFICATION, id="identification"),
        pytest.param(9, RESULTS, statuses.IDNOW_RESULT, id="idnow"),
        pytest.param(7, _STEPS, statuses.ORIGINATION, id="origination"),
        pytest.param(7, ORIGINATIONS, statuses.ORIGINATION, id="outcomes of an origination"),
        pytest.param(5, _BUSINESS_STEPS, statuses.BUSINESS_IDENTIFICATION, id="business"),
        pytest.param(5, BUSINESSES, statuses.BUSINESS_IDENTIFICATION, id="outcomes of a business"),
    ],
)
def test_a_table_has_exactly_the_words_of_its_list(size: int, listed: Collection[str], table: Collection[str]) -> None:
    """Sections 5.2, 6.1 and 10; a status that is lost on the way here would be lost from the code too."""
    assert (size, set(listed)) == (len(listed), set(table))


@pytest.mark.parametrize("word", STATUSES)
def test_a_status_of_an_identification_has_the_outcome_of_the_facts(word: str, read_document: Read) -> None:
    """Section 6.1, and its flag as a check: what the outcome cannot say."""
    outcome, final, flag = STATUSES[word]

    reading = read_document(json.dumps({"id": "i1", "status": word}).encode())

    assert isinstance(reading, Reading)
    assert (outcome, final, word, ()) == (reading.outcome, reading.final, reading.vendor_status, reading.unmapped)
    assert ([] if flag is None else [(*flag, word)]) == [
        (check.name, check.result, check.vendor_value) for check in reading.checks
    ]


@pytest.mark.parametrize(("word", "outcome"), BUSINESSES.items())
def test_a_status_of_a_business_has_the_outcome_of_the_facts(word: str, outcome: Outcome, read_document: Read) -> None:
    """The end of section 6.1."""
    reading = read_document(json.dumps({"id": "b1", "business_id": "z1", "status": word}).encode())

    assert isinstance(reading, Reading)
    assert (outcome, _final(outcome), word, ()) == (
        reading.outcome, reading.final, reading.vendor_status, reading.unmapped,
    )  # fmt: skip


@pytest.mark.parametrize("word", BUSINESSES)
def test_a_business_of_which_more_is_asked_is_in_review(word: str, read_document: Read) -> None:
    """The end of section 6.1: whatever its status, it is not over."""
    body = {"id": "b1", "business_id": "z1", "status": word, "legal_identification_status": "information_required"}

    reading = read_document(json.dumps(body).encode())

    assert isinstance(reading, Reading)
    assert (Outcome.NEEDS_REVIEW, False) == (reading.outcome, reading.final)


@pytest.mark.parametrize(("word", "outcome"), ORIGINATIONS.items())
def test_a_status_of_an_origination_has_the_outcome_of_the_facts(
    word: str, outcome: Outcome, read_webhook: Read
) -> None:
    """The end of section 6.1."""
    body = {"identification_origination_id": "o1", "status": word}

    reading = read_webhook(json.dumps(body).encode(), "IDENTIFICATION_ORIGINATION")

    assert isinstance(reading, Reading)
    assert (outcome, _final(outcome), word, ()) == (
        reading.outcome, reading.final, reading.vendor_status, reading.unmapped,
    )  # fmt: skip


@pytest.mark.parametrize("word", RESULTS)
def test_a_result_of_idnow_has_the_outcome_of_the_facts(word: str, read_document: Read) -> None:
    """Section 10; and the status that Solaris makes of it means the same, by section 6.1."""
    outcome, final, status = RESULTS[word]

    reading = read_document(json.dumps([{"id": "a1", "result": word, "reason": None}]).encode())

    assert isinstance(reading, Reading)
    assert (outcome, final, word, ()) == (reading.outcome, reading.final, reading.vendor_status, reading.unmapped)
    assert (outcome, final) == STATUSES.get(status, (outcome, final))[:2]


def _path(cell: str, words: Collection[str]) -> list[str]:
    """The words of a scenario's cell in their order, one that repeats at once only once."""
    found = [word for word in re.findall(r"\w+", cell) if word in words]
    return [word for place, word in enumerate(found) if found[place - 1 : place] != [word]]


SCENARIOS = {row[0].split(" ")[0]: (_path(row[1], RESULTS), _path(row[2], STATUSES)) for row in facts.rows("9")}
"""Section 9: IDnow's results, and Solaris' statuses after ``created`` and ``pending``."""


def test_the_facts_list_ten_scenarios_and_each_ends_in_a_status() -> None:
    """The nine of the guide and the one of IDnow's manual; only the certificate's results are told in words."""
    assert {
        "HAPPYPATH", "CHANGEALL", "CHANGEALLREVIEW", "ABORTIDENT", "FRAUDOK", "CANCELED", "LONGREVIEW",
        "HOLDCERTIFICATE", "FRAUDIDENT", "FRAUDREVIEW",
    } == SCENARIOS.keys()  # fmt: skip
    assert {"HOLDCERTIFICATE"} == {name for name, (results, _) in SCENARIOS.items() if not results}
    assert [] == [name for name, (_, path) in SCENARIOS.items() if not path]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_results_and_the_statuses_of_a_scenario_lead_to_the_same_end(name: str, read_document: Read) -> None:
    """Section 9, step by step: every step is known, and Solaris' end is what IDnow's last result means."""
    results, path = SCENARIOS[name]

    attempts = [read_document(json.dumps([{"id": "a1", "result": word}]).encode()) for word in results]
    steps = [read_document(json.dumps({"id": "i1", "status": word}).encode()) for word in path]

    told = [(step.outcome, step.final) for step in steps if isinstance(step, Reading)]
    tried = [(step.outcome, step.final) for step in attempts if isinstance(step, Reading)]
    assert [STATUSES[word][:2] for word in path] == told
    assert tried[-1:] in ([], told[-1:])
