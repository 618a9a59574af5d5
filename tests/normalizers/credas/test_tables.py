"""Each table of the facts, row by row: whoever adds a row there and not here finds out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.credas import arrays, datachecks, entries, members, registration, words, zones
from normalizers.vendors.credas.process import STATUSES
from normalizers.vendors.credas.verification import PARTS
from schemas.callback import CallbackKind
from schemas.event import DecidedBy, EventKind, Outcome
from tests.normalizers.credas.conftest import PROCESS
from tests.normalizers.facts import Page, marked

FACTS = Page("credas")
Read = Callable[..., Reading | Unreadable | None]

ENTITY = "3bd81445-a87d-4aa1-9f1d-72afc60fa414"
ENTRY = "9811e0dc-7bbb-4fdf-be96-b8c7c1050800"
ANOTHER = 99
"""What no list has."""


def summary(**results: object) -> bytes:
    """The entity's summary with one result of the process."""
    return orjson.dumps({"id": ENTITY, "identityVerifications": [{"processId": PROCESS, "entryId": ENTRY, **results}]})


def reading_of(result: Reading | Unreadable | None) -> Reading:
    assert isinstance(result, Reading)
    return result


def outcome_of(cell: str) -> Outcome:
    """The outcome that a cell begins with: "verified (flag manual)" is VERIFIED."""
    return Outcome(re.findall(r"\w+", cell)[0].upper())


def table(section: str) -> Mapping[int, tuple[str, Outcome]]:
    """Number, name and outcome of each row that has a number."""
    return {int(row[0]): (row[1], outcome_of(row[2])) for row in FACTS.rows(section) if row[0].isdigit()}


def listed(text: str) -> dict[int, str]:
    """``1 pass, 2 refer`` as numbers and words."""
    text = re.sub(r"\(.*?\)", "", text)
    return {int(number): word.strip() for number, word in re.findall(r"(\d+) ([A-Za-z ]+)", text)}


OTHERS = {re.sub(r"`| \[C\d+\]", "", row[0]): row[1] for row in FACTS.rows("6.6")}


@pytest.mark.parametrize(("section", "known"), [("6.1", words.VERIFICATION_RESULT), ("6.3", words.CHECK_RESULT)])
def test_a_list_has_exactly_the_rows_of_its_section(section: str, known: words.Words) -> None:
    """Sections 6.1 and 6.3: numbers, names and outcomes; what is in neither needs a review."""
    assert table(section) == {number: (word.name, word.outcome) for number, word in known.items()}
    assert Outcome.NEEDS_REVIEW is words.UNLISTED.outcome


def test_what_a_person_decided_is_flagged_so() -> None:
    """Section 6.1: the rows that say "flag manual"; automatic is what its name says is."""
    manual = {int(row[0]) for row in FACTS.rows("6.1") if "flag manual" in row[2]}
    by = {number: word.decided_by for number, word in words.VERIFICATION_RESULT.items()}
    assert manual == {number for number, decided_by in by.items() if decided_by is DecidedBy.HUMAN}
    assert {1, 2} == {number for number, decided_by in by.items() if decided_by is DecidedBy.AUTOMATIC}


@pytest.mark.parametrize(("number", "name", "said"), FACTS.rows("6.2"))
def test_every_status_of_a_process_has_the_outcome_of_its_row(
    number: str, name: str, said: str, read_body: Read
) -> None:
    """Section 6.2, of a process of which nothing is known; Complete gives no outcome."""
    reading = reading_of(read_body(orjson.dumps({"id": PROCESS, "status": int(number)})))
    expected = {"no": Outcome.UNKNOWN, "keep": Outcome.CANCELLED}.get(said.split(maxsplit=1)[0]) or outcome_of(said)
    assert (name, expected) == (reading.vendor_status, reading.outcome)


def test_no_status_is_missing_and_none_too_many() -> None:
    assert {int(row[0]) for row in FACTS.rows("6.2")} == STATUSES.keys()


@pytest.mark.parametrize("number", [*words.CHECK_RESULT, ANOTHER])
def test_every_overall_result_has_the_outcome_of_its_row(number: int, read_body: Read) -> None:
    """Section 6.3 is the list of an identity verification, where the account says nothing else."""
    expected = table("6.3").get(number, (None, Outcome.NEEDS_REVIEW))
    reading = reading_of(read_body(summary(overallResult=number)))
    assert expected == (reading.vendor_status, reading.outcome)
    assert (expected[1] in (Outcome.VERIFIED, Outcome.REJECTED)) == reading.final


@pytest.mark.parametrize("number", [*words.VERIFICATION_RESULT, ANOTHER])
def test_every_result_of_a_submission_has_the_outcome_of_its_row(number: int, read_body: Read) -> None:
    """Section 6.1 is the list of members that end in VerificationResult; none of them is ever final."""
    expected = table("6.1").get(number, (None, Outcome.NEEDS_REVIEW))
    body = orjson.dumps([{"id": ENTRY, "idDocuments": [], "verificationResult": number}])
    reading = reading_of(read_body(body, target="idv-entries"))
    assert (*expected, False) == (reading.vendor_status, reading.outcome, reading.final)


TWO: tuple[tuple[str, str, Mapping[str, Any], Outcome], ...] = (
    ("the process", "process", {"id": PROCESS, "status": 2}, Outcome.UNKNOWN),
    ("a submission", "idv-entries", {"id": ENTRY, "idDocuments": [], "verificationResult": 2}, Outcome.REJECTED),
    ("right to rent", "right-to-rent", {"id": 1, "status": 2}, Outcome.REJECTED),
    ("right to work", "right-to-work", {"id": 1, "status": 2}, Outcome.REJECTED),
    ("safe harbour", "safe-harbour", {"id": 1, "status": 2}, Outcome.REJECTED),
    ("land registry", "land-registry", {"id": 1, "status": 2}, Outcome.REJECTED),
    ("the bank account", "bank-account", {"id": 1, "result": 2}, Outcome.NEEDS_REVIEW),
    ("screening", "sanctions-and-peps", {"id": 1, "status": 2}, Outcome.VERIFIED),
)


@pytest.mark.parametrize(("target", "document", "expected"), [row[1:] for row in TWO], ids=[row[0] for row in TWO])
def test_two_means_what_it_means_there(
    target: str, document: Mapping[str, Any], expected: Outcome, read_body: Read
) -> None:
    """Section 6, the biggest trap: complete, fail, refer, and nobody found."""
    assert expected is reading_of(read_body(orjson.dumps(document), target=target)).outcome


def test_the_smaller_lists_are_those_of_the_facts() -> None:
    """Section 6.6: the bank check, screening, and matches of the land registry."""
    assert listed(OTHERS["bank check result"]) == _spoken(words.BANK_RESULT)
    assert listed(OTHERS["international screening status"].split("(proposal)")[0]) == _spoken(words.SCREENING)
    assert listed(OTHERS["match (land registry, public code)"]) == _spoken(words.MATCH)
    entity = listed(OTHERS["entity status"].split("(proposal)")[0])
    assert ("deleted", "expired") == (entity[words.DELETED_ENTITY], entity[words.EXPIRED_ENTITY])


def _spoken(known: words.Words) -> dict[int, str]:
    """``NotChecked`` as the facts write it: not checked."""
    return {number: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word.name or "").lower() for number, word in known.items()}


SCREENED = listed(OTHERS["international screening status"].split("(proposal)")[1].replace("needs_review", "review"))


@pytest.mark.parametrize(("number", "said"), SCREENED.items())
def test_screening_has_the_outcomes_of_its_row(number: int, said: str) -> None:
    """Section 6.6: 2 is complete, which means that nobody was found."""
    expected = {"pending": Outcome.PENDING, "clear": Outcome.VERIFIED, "review": Outcome.NEEDS_REVIEW}[said]
    assert expected is words.SCREENING[number].outcome


@pytest.mark.parametrize("status", [number for number, name in listed(OTHERS["entity status"]).items() if name])
def test_an_entity_without_results_is_pending_unless_it_ended(status: int, read_body: Read) -> None:
    """Section 6.6: 5 cancelled, 6 expired, others pending; section 5.1: no result means that it is analysed."""
    body = orjson.dumps({"id": ENTITY, "status": status, "identityVerifications": []})
    expected = {5: Outcome.CANCELLED, 6: Outcome.EXPIRED}.get(status, Outcome.PENDING)
    assert expected is reading_of(read_body(body)).outcome


REGISTERED = listed(FACTS.line_of("9", "registration status").split(";")[0])


@pytest.mark.parametrize(("number", "name"), REGISTERED.items())
def test_every_status_of_a_legacy_registration_has_its_outcome(number: int, name: str, read_body: Read) -> None:
    """Section 9: 2 verified, 3 rejected, 1, 4 and 6 pending, 0 needs a review."""
    said = {2: Outcome.VERIFIED, 3: Outcome.REJECTED, 0: Outcome.NEEDS_REVIEW}.get(number, Outcome.PENDING)
    body = orjson.dumps({"regCode": "ABC-123", "status": number})
    reading = reading_of(read_body(body, target="registration", verification_id="ABC-123"))
    assert (name, said) == (reading.vendor_status, reading.outcome)


def test_no_status_of_a_registration_is_missing_and_none_too_many() -> None:
    assert REGISTERED.keys() == words.REGISTRATION.keys()


UPDATES = [int(number) for number in re.findall(r"(\d) [a-zA-Z]", FACTS.section("6.4"))]


@pytest.mark.parametrize("update", [*UPDATES, ANOTHER])
@pytest.mark.parametrize("result", words.VERIFICATION_RESULT)
def test_a_status_update_decides_nothing_whatever_it_tells(update: int, result: int, read_body: Read) -> None:
    """Section 6.4: each is one component; section 1: no webhook is evidence."""
    payload = orjson.dumps({"EntityId": ENTITY, "ProcessId": PROCESS, "LivenessVerificationResult": result}).decode()
    assert read_body(orjson.dumps({"UpdateType": update, "Payload": payload}), CallbackKind.CALLBACK) is None


def test_the_nine_types_of_updates_are_all_there() -> None:
    assert [*range(1, 10)] == UPDATES


BOUNCED: Mapping[str, Previous | None] = {"nothing": None, "pending": Previous(Outcome.PENDING, final=False)}


@pytest.mark.parametrize("known", BOUNCED.values(), ids=BOUNCED)
@pytest.mark.parametrize("sms", [None, *listed(FACTS.line_of("6.5", "SMS:").split(".")[0])])
@pytest.mark.parametrize("email", [None, *listed(FACTS.line_of("6.5", "E-mail:").split(".")[0])])
def test_an_invitation_is_undeliverable_where_every_used_channel_bounced(
    sms: int | None, email: int | None, known: Previous | None, read_body: Read
) -> None:
    """Section 6.5: 5 is bounced, 0 not sent; anything else says nothing."""
    body = {"processId": PROCESS, "processActorId": 1, "entityId": ENTITY, "smsStatus": sms, "emailStatus": email}
    standing = {} if known is None else {EventKind.VERIFICATION: known}
    result = read_body(orjson.dumps(body), CallbackKind.CALLBACK, standing=standing)
    used = {status for status in (sms, email) if status}
    assert ({5} == used) == isinstance(result, Reading)
    if isinstance(result, Reading):
        assert (Outcome.PENDING, ["invite_undeliverable"]) == (result.outcome, [each.code for each in result.reasons])


def test_the_members_are_those_of_the_facts() -> None:
    """Section 5.1: the identity verifications, their supporting documents, and the submissions."""
    said = FACTS.line_of("5.1", "[C8]:").split("Other arrays:")[0]
    held = set(re.findall(r"\w+", said.partition("{")[2].partition("}")[0]))
    assert members.SUPPORTING == held
    assert members.VERIFICATION == {name.removesuffix("[]") for name in marked(said)}
    said = FACTS.line_of("5.1", "[C10]:").split("{")[0]
    assert members.ENTRY == {name.removesuffix("[]") for name in marked(said)}


def test_every_part_of_a_result_is_a_check() -> None:
    """Section 5.1: what ends in Result; section 6.1: what ends in VerificationResult."""
    said = marked(FACTS.line_of("5.1", "[C8]:").split("Other arrays:")[0])
    assert [name for name in said if name.endswith("Result")] == ["overallResult", *PARTS]
    own, _, documents = FACTS.line_of("5.1", "[C10]:").partition("{")
    assert {name for name in marked(own) if name.endswith("VerificationResult")} == entries.PARTS.keys()
    results = {name for name in marked(documents) if name.lower().endswith("verificationresult")}
    assert results == entries.DOCUMENT_PARTS.keys()


LISTED = {"6.1": "verification", "6.3": "check", "6.6": "bank"}
DEFAULTS = re.findall(r"([A-Za-z, ]+) → (6\.\d)", FACTS.line_of("6.3", "with these defaults: "))


def test_each_array_is_in_the_list_that_the_facts_propose() -> None:
    """Section 6.3; right to work, of which no page speaks, is taken for one like right to rent."""
    proposed = {name.strip(): LISTED[section] for names, section in DEFAULTS for name in names.split(",")}
    assert proposed | {"rightToWorkChecks": "verification"} == {
        name: default for name, (_, default) in arrays.OPTIONS.items()
    }
    assert arrays.ARRAYS.keys() >= set(marked(FACTS.line_of("5.1", "Other arrays:").split("…")[0]))


def test_every_option_is_documented_with_its_words_and_no_other() -> None:
    """Section 12 of the page, the default first; the door's own two stand there too."""
    written = {marked(row[0])[0]: marked(row[1]) for row in FACTS.rows("12")}
    known = {option: [default, *sorted(words.LISTS.keys() - {default})] for option, default in arrays.OPTIONS.values()}
    known |= {zones.OPTION: [*zones.ZONES], registration.OPTION: [*registration.SPEAKING]}
    read = {name: [said[0], *sorted(said[1:])] for name, said in written.items() if name in arrays_options()}
    assert known == read | {name: written[name] for name in (zones.OPTION, registration.OPTION)}
    assert {"auth_header", "documents_path"} == written.keys() - known.keys()


def arrays_options() -> set[str]:
    return {option for option, _ in arrays.OPTIONS.values()}


@pytest.mark.parametrize(("array", "option"), [(array, option) for array, (option, _) in arrays.OPTIONS.items()])
@pytest.mark.parametrize("word", words.LISTS)
def test_an_account_may_bind_another_list_to_any_array(array: str, option: str, word: str, read_body: Read) -> None:
    """Section 6.3: the conflict of two integrations is the account's to settle. 2 and 4 tell the lists apart."""
    for number in (2, 4):
        entry = {"processId": PROCESS, "overallResult": number}
        held = {array: [entry]}
        if array == arrays.SUPPORTING:
            held = {arrays.IDENTITY: [{"processId": PROCESS, "overallResult": 0, array: [entry]}]}  # type: ignore[dict-item]
        elif array != arrays.IDENTITY:
            held[arrays.IDENTITY] = [{"processId": PROCESS, "overallResult": 0}]
        reading = reading_of(read_body(orjson.dumps({"id": ENTITY, **held}), options={option: word}))
        expected = words.LISTS[word].get(number, words.UNLISTED)
        if array == arrays.IDENTITY:
            assert (expected.name, expected.outcome) == (reading.vendor_status, reading.outcome)
        else:
            assert [(array, expected.result)] == [(check.name, check.result) for check in reading.checks]


def test_every_kind_of_data_check_of_section_5_is_read() -> None:
    """Section 5 writes the last three short, in paths."""
    paths = " ".join(FACTS.section("5").split("### ")[0].splitlines())
    for kind in datachecks.KINDS:
        short = {"right-to-rent": "rtr/{id}", "right-to-work": "rtw/{id}", "safe-harbour": "safe-harbour/{id}"}
        assert short.get(kind, kind) in paths
