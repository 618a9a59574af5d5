"""Whom a vendor's word says that one waits for: each page's list (docs/vendors), read through the mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from normalizers.memory import Remembered
from normalizers.normalize import normalize
from normalizers.reading import Reading
from normalizers.vendors import MAPPINGS
from normalizers.vendors.credas import process, registration
from normalizers.vendors.credas import words as of_credas
from normalizers.vendors.idenfy import decision
from normalizers.vendors.idverse import words as of_idverse
from normalizers.vendors.solaris import statuses
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome, Raw, WaitsFor
from schemas.waiting import waits_for
from tests.examples import NOON
from tests.normalizers.facts import Page, marked

PROCESS = "1e144e85-f45b-4ae3-8915-ae2826ea1e55"
ENTITY = "3bd81445-a87d-4aa1-9f1d-72afc60fa414"
SECTIONS = {"idenfy": "15.1", "idverse": "15.1", "solaris": "15.1", "credas": "13.1"}
LISTED = [
    (vendor, word, WaitsFor(whom))
    for vendor, section in SECTIONS.items()
    for said, whom, _ in Page(vendor).rows(section)
    for word in marked(said)
]
CASES = sorted(Path(__file__).parent.glob("*/cases/*/expected.json"))


def came(vendor: str, body: object, kind: CallbackKind = CallbackKind.DOCUMENT, **more: Any) -> Callback:  # noqa: ANN401 - any field
    content = json.dumps(body).encode()
    callback = Callback("an-id", vendor, vendor, verification_id="v1", received_at=NOON, body=content, kind=kind)
    return replace(callback, **more)


def from_idenfy(word: str) -> Callback:
    is_company = word.startswith("COMPANY")
    body = {"id": "c1"} if is_company else {"scanRef": "v1", "status": {"overall": word}, "final": False}
    headers = (("Idenfy-Event-Type", word if is_company else "IDENTIFICATION"),)
    return came("idenfy", body, CallbackKind.CALLBACK, http_headers=headers)


def from_idverse(word: str) -> Callback:
    if word in of_idverse.STATUSES:
        return came("idverse", {"transaction_id": "v1", "status": word, "created_at": NOON.isoformat()})
    body, options = {"transactionId": "v1", "event": word}, (("product", "enterprise"),)
    return came("idverse", body, CallbackKind.CALLBACK, options=options)


def from_solaris(word: str) -> Callback:
    if word in statuses.IDENTIFICATION:
        return came("solaris", {"id": "v1", "status": word})
    if word in statuses.IDNOW_RESULT:
        return came("solaris", [{"id": "a1", "result": word}])
    body = {"identification_origination_id": "v1", "status": word}
    headers = (("Solaris-Webhook-Event-Type", "IDENTIFICATION_ORIGINATION"),)
    return came("solaris", body, CallbackKind.CALLBACK, http_headers=headers)


def from_credas(word: str) -> Callback:
    if word == "summary":
        return came(
            "credas",
            {"id": ENTITY, "identityVerifications": []},
            checked_by=fetched("process"),
            verification_id=PROCESS,
        )
    if word == "Bounced":
        body = {"processId": PROCESS, "processActorId": "1", "emailStatus": of_credas.BOUNCED, "smsStatus": 0}
        return came("credas", body, CallbackKind.CALLBACK, verification_id=PROCESS)
    if word == "Pending":
        number = number_of(word, {number: each.name for number, each in of_credas.SCREENING.items()})
        return came("credas", {"status": number}, checked_by=fetched("sanctions-and-peps"), verification_id=PROCESS)
    if word in {each.name for each in of_credas.REGISTRATION.values()}:
        number = number_of(word, {number: each.name for number, each in of_credas.REGISTRATION.items()})
        options = ((registration.OPTION, "results"),)
        return came("credas", {"regCode": "v1", "status": number}, CallbackKind.CALLBACK, options=options)
    number = number_of(word, {number: each.name for number, each in process.STATUSES.items()})
    return came("credas", {"id": PROCESS, "status": number}, checked_by=fetched("process"), verification_id=PROCESS)


def fetched(target: str) -> str:
    return f"fetched portal.credas.com/api/v2/ci {target}"


def number_of(name: str, names: Mapping[int, str | None]) -> int:
    (number,) = (number for number, each in names.items() if each == name)
    return number


SAYING: Mapping[str, Callable[[str], Callback]] = {
    "idenfy": from_idenfy,
    "idverse": from_idverse,
    "solaris": from_solaris,
    "credas": from_credas,
}


def reading_of(vendor: str, word: str) -> tuple[Callback, Reading]:
    callback = SAYING[vendor](word)
    reading = MAPPINGS[vendor].read(callback, lambda _name, _kind: None)
    assert reading is not None
    return callback, reading


@pytest.mark.parametrize(("vendor", "word", "expected"), LISTED)
def test_a_word_says_whom_one_waits_for_as_its_page_lists_it(vendor: str, word: str, expected: WaitsFor) -> None:
    _, reading = reading_of(vendor, word)
    assert expected is reading.waits_for


def saying(table: Mapping[str, Any]) -> set[str]:
    """The words of a table that say whom one waits for."""
    return {word for word, each in table.items() if each is not None and each.waits_for is not None}


def by_name(table: Mapping[int, Any]) -> dict[str, Any]:
    return {each.name: each for each in table.values()}


@pytest.mark.parametrize(
    ("vendor", "tables"),
    [
        ("idenfy", {*decision.WAITS_FOR, "COMPANY_SUBMIT", "COMPANY_REVIEW"}),
        ("idverse", saying(of_idverse.STATUSES) | saying(of_idverse.EVENTS) | {"COMPLETE"}),
        (
            "solaris",
            saying(statuses.IDENTIFICATION)
            | saying(statuses.BUSINESS_IDENTIFICATION)
            | saying(statuses.ORIGINATION)
            | saying(statuses.IDNOW_RESULT),
        ),
        (
            "credas",
            saying(by_name(process.STATUSES))
            | saying(by_name(of_credas.SCREENING))
            | saying(by_name(of_credas.REGISTRATION))
            | {"summary", "Bounced"},
        ),
    ],
)
def test_no_word_is_missing_on_the_page(vendor: str, tables: Collection[str]) -> None:
    assert set(tables) == {word for name, word, _ in LISTED if name == vendor}


@pytest.mark.parametrize(("vendor", "word", "expected"), LISTED)
def test_whom_one_waits_for_is_no_part_of_the_decision(vendor: str, word: str, expected: WaitsFor) -> None:
    """Of the same bytes the event has the same id, whatever a mapping knew of it, and memory is the same."""
    callback, reading = reading_of(vendor, word)
    raw = Raw("a-topic", 0, 0, callback.id, callback.sha256)
    otherwise = [replace(reading, waits_for=whom) for whom in (None, *WaitsFor)]
    read = [normalize(MAPPINGS[vendor], callback, each, Remembered(), raw) for each in (reading, *otherwise)]
    events = [event for event, _ in read if event is not None]
    assert [events[0].event_id] * len(read) == [each.event_id for each in events]
    assert [read[0][1]] * len(read) == [memory for _, memory in read]
    derived = waits_for(reading.kind, reading.outcome, reading.checks, final=reading.final)
    assert [expected, derived, *WaitsFor] == [each.waits_for for each in events]


def test_only_what_may_go_on_says_whom_it_waits_for() -> None:
    """In all recorded cases: never what is final, nor a kind that asks for nothing; and some say it."""
    events = [event for path in CASES for event in json.loads(path.read_bytes())["events"] if "waits_for" in event]
    assert {word for _, _, word in LISTED} == {WaitsFor(event["waits_for"]) for event in events}
    assert {False} == {event["final"] for event in events}
    assert {Outcome.PENDING, Outcome.ERROR} == {Outcome(event["outcome"]) for event in events}
    assert set() == {EventKind.SIGNAL, EventKind.ERASED, EventKind.UNKNOWN} & {EventKind(e["kind"]) for e in events}
