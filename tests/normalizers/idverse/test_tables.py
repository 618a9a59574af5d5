"""Each table of the facts, row by row: whoever adds a row there and not here finds out."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.idverse import members, words
from schemas.callback import CallbackKind
from schemas.event import Outcome
from tests.normalizers.facts import Page, marked

FACTS = Page("idverse")
Read = Callable[..., Reading | Unreadable | None]


def outcome_of(cell: str) -> Outcome:
    """The outcome that a cell begins with: "pending plus alert" is PENDING."""
    return Outcome(cell.split(maxsplit=1)[0].rstrip(",:").upper())


STATUSES = [(marked(row[0]), row[2]) for row in FACTS.rows("6.1")]


@pytest.mark.parametrize(("named", "said"), STATUSES)
def test_every_status_has_the_outcome_of_its_row(named: list[str], said: str, read_body: Read) -> None:
    """Section 6.1; the words of the webhook alone, and any other, are PENDING."""
    word = named[0] if named else "SOMETHING_NEW"
    if said.startswith("by `results"):
        assert words.STATUSES[word] is None
        return
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": word}))
    assert isinstance(reading, Reading)
    expected = Outcome.PENDING if said.startswith("fetch") else outcome_of(said)
    assert expected is reading.outcome


def test_no_status_is_missing_and_none_too_many() -> None:
    known = {word for named, said in STATUSES for word in named if not said.startswith("fetch")}
    assert known == words.STATUSES.keys()


RESULTS = {
    "COMPLETE + PASSED, no part FLAGGED": {"overall": "PASSED", "documents": "PASSED", "liveness": "PASSED"},
    "COMPLETE + PASSED, some part FLAGGED (contradiction)": {"overall": "PASSED", "documents": "FLAGGED"},
    "COMPLETE + FLAGGED": {"overall": "FLAGGED", "documents": "FLAGGED"},
    "COMPLETE + unknown value": {"overall": "BORDERLINE"},
    "COMPLETE without results": None,
    "not COMPLETE but results present": {"overall": "PASSED"},
}
"""Each row of section 6.2, as a transaction has it."""


def test_every_row_about_results_is_known() -> None:
    assert RESULTS.keys() == {row[0].replace("`", "") for row in FACTS.rows("6.2")}


@pytest.mark.parametrize(("row", "said"), [(row[0].replace("`", ""), row[1]) for row in FACTS.rows("6.2")])
def test_every_combination_of_results_has_the_outcome_of_its_row(row: str, said: str, read_body: Read) -> None:
    """Section 6.2; "follow status" of one that is submitted is PENDING."""
    status = "SUBMITTED" if row.startswith("not") else "COMPLETE"
    body = {"transaction_id": "t1", "status": status} | ({"results": RESULTS[row]} if RESULTS[row] else {})
    reading = read_body(orjson.dumps(body))
    assert isinstance(reading, Reading)
    assert (Outcome.PENDING if said.startswith("ignore") else outcome_of(said.replace("; ", " "))) is reading.outcome


@pytest.mark.parametrize("part", words.PARTS)
def test_every_flagged_part_is_a_reason(part: str, read_body: Read) -> None:
    """Section 6.3 names them."""
    body = {"transaction_id": "t1", "status": "COMPLETE", "results": {"overall": "FLAGGED", part: "FLAGGED"}}
    reading = read_body(orjson.dumps(body))
    assert isinstance(reading, Reading)
    assert [f"{part}_flagged"] == [reason.code for reason in reading.reasons]
    assert f"{part}_flagged" in marked(FACTS.section("6.3"))


EVENTS = [(event, row[1]) for row in FACTS.rows("6.4") for event in marked(row[0]) or ["somethingNew"]]


@pytest.mark.parametrize(("event", "said"), EVENTS)
def test_every_event_of_enterprise_has_the_outcome_of_its_row(event: str, said: str, read_body: Read) -> None:
    """Section 6.4."""
    body = orjson.dumps({"transactionId": "t1", "event": event})
    reading = read_body(body, CallbackKind.CALLBACK, options={"product": "enterprise"})
    assert isinstance(reading, Reading)
    assert outcome_of(said) is reading.outcome


def test_no_event_is_missing_and_none_too_many() -> None:
    """Sections 2.2 and 6.4 list the same."""
    assert words.EVENTS.keys() == {event for event, _ in EVENTS} - {"somethingNew"}
    assert words.EVENTS.keys() == {marked(row[0])[0] for row in FACTS.rows("2.2")}


OTHERS = {marked(row[0])[0] if marked(row[0]) else row[0]: set(marked(row[1])) for row in FACTS.rows("6.5")}


def test_the_other_words_are_those_of_the_facts() -> None:
    """Section 6.5."""
    assert OTHERS["likeness_overall"] == words.LIKENESS.keys()
    assert OTHERS["spoof_result"] == words.SPOOF.keys()
    assert OTHERS["asf_breakdown.*"] == words.RESULTS.keys()
    assert OTHERS["created_by"] == words.CREATED_BY
    assert OTHERS["flow_type"] == words.FLOWS
    assert OTHERS["current_step"] == words.STEPS
    assert OTHERS["data providers"] == words.PROVIDERS


def test_the_members_are_those_of_the_facts() -> None:
    """Section 5, the table of the transaction."""
    table = FACTS.section("5").split("### 5.1")[0]
    rows = [line.strip("|").split("|")[0] for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in marked(row)} == members.TRANSACTION
