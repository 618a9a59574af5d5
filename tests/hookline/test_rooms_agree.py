"""What the doors and the normalizers must both know, though neither may import the other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.door import Delivery
from ingest.vendors import DOORS
from ingest.vendors.credas import words as credas_door
from normalizers.reading import Unreadable
from normalizers.vendors.credas import arrays, registration, zones
from normalizers.vendors.credas import words as credas_words
from normalizers.vendors.credas.process import STATUSES
from normalizers.vendors.solaris import MAPPING as SOLARIS
from normalizers.vendors.solaris.webhooks import WEBHOOKS
from schemas.callback import Callback


def came_by_itself(case: Path) -> bool:
    """A document that was fetched never came to a door."""
    return "kind" not in json.loads((case / "request.json").read_bytes())


CASES = [case for case in sorted(Path(__file__).parents[1].glob("normalizers/*/cases/*")) if came_by_itself(case)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_callback_is_partitioned_by_the_verification_that_its_event_is_about(case: Path) -> None:
    """Else one verification's callbacks lie in several partitions, and their order is lost."""
    expected = json.loads((case / "expected.json").read_bytes())
    request = json.loads((case / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (case / request["body_file"]).read_bytes() if raw is None else raw.encode()
    headers = CIMultiDictProxy(CIMultiDict(request["headers"]))
    delivery = Delivery(headers, body, request.get("query", ""), request.get("options", {}))
    found = DOORS[case.parents[1].name].verification_id(delivery) or "$callback"
    assert {event["verification_id"] for event in expected["events"]} <= {found}


ENTITY = "Solaris-Entity-Id"
MEMBERS = ("id", "business_id", "entity_id", "identification_origination_id", "legal_representative_id")


@pytest.mark.parametrize("left_out", [None, "id", ENTITY])
@pytest.mark.parametrize("event_type", [*WEBHOOKS, "SOMETHING_NEW"])
def test_every_type_of_solaris_names_what_it_is_about_where_its_door_looks(
    event_type: str, left_out: str | None
) -> None:
    """Whichever places are filled, also with what is not meant, the same one counts."""
    named = {ENTITY: "entity", "Solaris-Webhook-Event-Type": event_type}
    headers = {name: value for name, value in named.items() if name != left_out}
    members = {name: f"value of {name}" for name in MEMBERS if name != left_out}
    body = json.dumps(members | {"status": "completed"}).encode()
    delivery = Delivery(CIMultiDictProxy(CIMultiDict(headers)), body)
    at = datetime(2025, 6, 15, tzinfo=UTC)
    callback = Callback("$callback", "solaris", "solaris", "unused", at, body, http_headers=tuple(headers.items()))
    try:
        reading = SOLARIS.read(callback, lambda _subject, _kind: None)
    except Unreadable:
        reading = None
    expected = "$callback" if reading is None else reading.verification_id
    assert expected == (DOORS["solaris"].verification_id(delivery) or "$callback")


def test_the_options_of_credas_are_those_that_its_documents_are_read_by() -> None:
    """Each with the same words, the same one first; the one beside them is about calls."""
    lists = {
        option: (default, *(name for name in credas_words.LISTS if name != default))
        for option, default in arrays.OPTIONS.values()
    }
    others = {zones.OPTION: zones.ZONES, registration.OPTION: registration.SPEAKING}
    assert {**lists, **others} == {
        option: words for option, words in DOORS["credas"].words.items() if option != "documents_path"
    }


def test_credas_numbers_have_the_same_names_for_operators_and_in_events() -> None:
    """Section 6 of its facts, in either room."""
    read = {name: {number: word.name for number, word in words.items()} for name, words in credas_words.LISTS.items()}
    assert read == credas_door.LISTS
    assert {number: status.name for number, status in STATUSES.items()} == credas_door.STATUSES
