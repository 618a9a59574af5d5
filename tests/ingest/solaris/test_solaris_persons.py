"""Persons created and read, against the sandbox."""

from __future__ import annotations

import re

import orjson
import pytest

from ingest.action import InvalidArgument
from ingest.api import Target, Unconfirmed, VendorRefused, VendorUnavailable
from ingest.vendors.solaris.api import fetch
from sandbox.solaris import Account, make_app
from tests.ingest.asking import Scripted, asked
from tests.ingest.solaris.conftest import KEYS, Solaris
from tests.ingest.solaris.ordering import ACTIONS, NAMES, PERSON, planned, planned_in_production, sample

COMPLETE = sample("person-create-request")
OTHERS = {
    "title": "Dr.",
    "email": "jane@example.com",
    "contact_address": COMPLETE["address"] | {"state": "BE"},
    "tax_information": {"tax_assessment": "SEPARATE", "marital_status": "MARRIED"},
    "fatca_relevant": False,
    "self_declared_as_pep": True,
    "expected_monthly_revenue_cents": 0,
    "international_operativity_expectation": ["NONE"],
    "aml_confirmed_on": "2022-07-22",
    "own_economic_interest_signed_at": "2022-01-01T00:00:00Z",
    "birth_country": "DE",
    "nace_code": "A 01.11",
}

_A_COUNTRY = "give a country as its two capital letters, ISO 3166-1 alpha-2"
_A_DAY = "give a date as YYYY-MM-DD"
_A_TIME = "give a time in UTC, such as 2022-01-01T00:00:00Z"
_A_NUMBER = "give a number with its country's code, such as +49301234567"
_A_TEXT = "give a text of 1 to 255 characters, or leave it out"
_A_SYMBOL = "holds a symbol or an emoji, which Solaris takes in no name"
_OF_ADDRESS = "line_1, line_2, postal_code, city, country, state"
_REVENUE, _EXPECTATION = "expected_monthly_revenue_cents", "international_operativity_expectation"

REFUSED: list[tuple[str, object, str]] = [
    ("first_name", "x" * 51, "first_name: give a text of 1 to 50 characters"),
    ("first_name", " Jane", "first_name: begins with a blank"),
    ("first_name", "J+ne", f"first_name: {_A_SYMBOL}"),
    ("last_name", "Doe🙂", f"last_name: {_A_SYMBOL}"),
    ("last_name", "Do\ne", f"last_name: {_A_SYMBOL}"),
    ("birth_date", "11.12.1992", f"birth_date: {_A_DAY}"),
    ("birth_date", "1992-02-30", f"birth_date: {_A_DAY}"),
    ("birth_date", "19921211", f"birth_date: {_A_DAY}"),
    ("aml_confirmed_on", "today", f"aml_confirmed_on: {_A_DAY}"),
    ("nationality", "de", f"nationality: {_A_COUNTRY}"),
    ("nationality", "DEU", f"nationality: {_A_COUNTRY}"),
    ("birth_country", "Germany", f"birth_country: {_A_COUNTRY}"),
    ("mobile_number", "030 1234567", f"mobile_number: {_A_NUMBER}"),
    ("mobile_number", "+0301234567", f"mobile_number: {_A_NUMBER}"),
    ("email", "jane", "email: give an e-mail address"),
    ("data_terms_signed_at", "2022-01-01", f"data_terms_signed_at: {_A_TIME}"),
    ("data_terms_signed_at", "2022-01-01T00:00:00", f"data_terms_signed_at: {_A_TIME}"),
    ("data_terms_signed_at", "2022-01-01T01:00:00+01:00", f"data_terms_signed_at: {_A_TIME}"),
    ("terms_conditions_signed_at", "2022-13-01T00:00:00Z", f"terms_conditions_signed_at: {_A_TIME}"),
    ("salutation", " ", f"salutation: {_A_TEXT}"),
    ("job_title", "x" * 256, f"job_title: {_A_TEXT}"),
    (_REVENUE, -1, f"{_REVENUE}: give a whole number from 0 to 9007199254740991"),
    (_EXPECTATION, ["NONE", ""], f"{_EXPECTATION}[1]: {_A_TEXT}"),
    ("address", "Berlin", f"address: give a JSON object with {_OF_ADDRESS}"),
    ("address", COMPLETE["address"] | {"zip": "1"}, f"address.zip: no such member; there are: {_OF_ADDRESS}"),
    ("address", COMPLETE["address"] | {"Amrumer Str. 4": 1}, f"address.?: no such member; there are: {_OF_ADDRESS}"),
    ("address", COMPLETE["address"] | {"country": "D"}, f"address.country: {_A_COUNTRY}"),
    ("address", COMPLETE["address"] | {"postal_code": 13353}, f"address.postal_code: {_A_TEXT}"),
    ("address", {"line_1": "A", "city": "B", "country": "DE"}, "address.postal_code: missing"),
    ("contact_address", {}, "contact_address.line_1: missing"),
    (
        "tax_information",
        {"tax_id": "1"},
        "tax_information.tax_id: no such member; there are: tax_assessment, marital_status",
    ),
]


@pytest.mark.parametrize(("field", "value", "message"), REFUSED)
def test_a_value_that_solaris_cannot_take_is_refused_by_its_field(field: str, value: object, message: str) -> None:
    """The guide, "POST Create person"; a message names the place inside of an object, and repeats no value."""
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$") as refused:
        planned("create-person", **(NAMES | {field: value}))
    assert refused.value.name == message.partition(":")[0]


def test_a_person_of_the_guide_is_sent_as_the_guide_sends_it() -> None:
    [request] = planned_in_production("create-person", **COMPLETE).requests
    assert COMPLETE == request.json


@pytest.mark.parametrize("name", [name for name in COMPLETE if name not in NAMES])
def test_in_production_all_that_is_mandatory_must_be_there(name: str) -> None:
    """Of the guide's "mandatory data points"; its tutorial for test accounts has the names alone."""
    given = {each: value for each, value in COMPLETE.items() if each != name}
    with pytest.raises(InvalidArgument, match=f"^{name}: missing; only a test account can do without it$"):
        planned_in_production("create-person", **given)
    assert planned("create-person", **given).requests


async def test_a_person_is_created_with_everything_that_was_given(solaris: Solaris) -> None:
    """The resource repeats it. Of the answer only the id is kept."""
    done = await solaris.does("create-person", **COMPLETE, **OTHERS)
    assert isinstance(done.shown, dict)
    given = COMPLETE | OTHERS
    alike = given.keys() - {"address"}
    assert {name: given[name] for name in alike} == {name: done.shown[name] for name in alike}
    assert COMPLETE["address"] | {"state": None} == done.shown["address"]
    assert (done.shown["id"], done.shown["id"]) == (done.verification_id, done.subject_ref)
    assert {"id": done.verification_id} == orjson.loads(done.kept or b"")


def test_every_member_of_the_published_resource_can_be_given() -> None:
    """But those that Solaris itself sets (guide, "Response example")."""
    set_by_solaris = {
        *("id", "screening_progress", "risk_classification_status", "customer_vetting_status"),
        *("flagged_by_compliance", "aml_follow_up_date", "legitimation_valid_until"),
    }
    fields = {field.name for field in ACTIONS["create-person"].fields}
    assert sample("person-create-response").keys() - set_by_solaris == fields


async def test_a_country_that_the_branch_does_not_have_is_refused_in_solaris_words() -> None:
    """The guide, "Note about branching"."""
    async with asked(make_app(Account(countries=("DE", "FR"))), "solaris", **KEYS) as vendor:
        abroad = COMPLETE | {"address": COMPLETE["address"] | {"country": "AT"}}
        with pytest.raises(VendorRefused) as refused:
            await planned("create-person", **abroad).carry_out(vendor.call)
    assert b"Residency Country is not allowed for this branch" in (refused.value.answer or b"")


async def test_a_person_is_created_once_whatever_comes_of_it(solaris: Solaris) -> None:
    """Section 7, conventions: there is no idempotency key. What was cut off on its way back may hold."""
    await solaris.asked.control("PUT", "faults", next=["truncated"])
    with pytest.raises(VendorUnavailable) as caught:
        await solaris.person()
    assert (1, True) == (await solaris.calls("POST /v1/persons"), caught.value.was_sent)


@pytest.mark.parametrize("answer", [[], {}, {"id": None}, {"id": "a/b"}, {"id": ".."}])
async def test_a_success_that_names_nobody_leaves_it_unconfirmed(answer: object) -> None:
    with pytest.raises(Unconfirmed):
        await planned("create-person", **NAMES).carry_out(Scripted({"/v1/persons": answer}))


async def test_a_person_is_read_as_fetching_reads_it(solaris: Solaris) -> None:
    """One call, that of the target: what compliance says becomes an event (section 5, PERSON_CHANGED)."""
    person = await solaris.person()
    plan = planned("person", person_id=person)
    done = await plan.carry_out(Scripted({}))
    assert ((Target("person", person),), person, None) == (done.read, done.subject_ref, done.shown)
    [request] = plan.requests
    [body] = (await fetch(solaris.asked.call, done.read[0])).bodies
    assert body == (await solaris.asked.call(request)).body
    assert (person, "NOT_SCREENED") == (orjson.loads(body)["id"], orjson.loads(body)["screening_progress"])


def test_a_person_that_is_read_is_what_the_action_is_about() -> None:
    assert PERSON == planned("person", person_id=PERSON).verification_id
