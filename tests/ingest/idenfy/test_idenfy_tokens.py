"""``create-token`` as data: what is sent for which arguments, and what is refused before anything is sent."""

from __future__ import annotations

import re

import orjson
import pytest

from ingest.act.errors import InvalidOrder
from ingest.action import Done, InvalidArgument
from ingest.api import Answer, Call, Request, Unconfirmed
from tests.ingest.idenfy.ordering import ACTIONS, SCAN_REF, body_of, planned, planned_in_production, sample

PUBLISHED_FIELDS = """clientId firstName lastName successUrl errorUrl unverifiedUrl callbackUrl locale showInstructions
expiryTime sessionLength country documents dateOfBirth dateOfExpiry dateOfIssue nationality personalNumber
documentNumber sex generateDigitString address tokenType externalRef utilityBill additionalSteps additionalData"""

A_TOKEN = "pgYQX0z2T8mtcpNj9I20uWVCLKNuG0vgr12f0wAC"


def test_every_field_of_the_token_request_can_be_given() -> None:
    """Section 8, "Token request", typed from there in its order, and the ``dummyStatus`` of section 10."""
    names = [field.name for field in ACTIONS["create-token"].fields]
    assert sorted([*PUBLISHED_FIELDS.split(), "dummyStatus"]) == sorted(names)
    assert ["clientId"] == [field.name for field in ACTIONS["create-token"].fields if field.required]


@pytest.mark.parametrize(
    "name",
    [
        "token-dummy-request",
        "token-request-additional-data",
        "token-request-custom-step-compare",
        "token-request-without-steps",
    ],
)
def test_a_published_request_is_sent_as_it_is(name: str) -> None:
    [request] = planned("create-token", **sample(name)).requests
    assert Request("POST", "/api/v2/token", json=sample(name)) == request


def test_what_is_not_given_is_not_sent() -> None:
    """The account's own defaults hold, and ``null`` is the same as nothing."""
    assert {"clientId": "c-1"} == body_of("create-token", clientId="c-1", locale=None)


def test_a_token_is_of_no_verification_before_there_is_one() -> None:
    assert planned("create-token", clientId="c-1").verification_id is None


_A_DATE = "give a date as YYYY-MM-DD"
_A_COUNTRY = "give a country as its two letters, ISO 3166-1 alpha-2"
_A_NAME = "holds a digit or a special character, which iDenfy takes in no name"
_AN_HTTPS_URL = "give an HTTPS URL, such as https://example.com/callbacks/idenfy"

REFUSED = [
    ("clientId", "x" * 101, "give a text of 1 to 100 characters"),
    ("firstName", "", "give a text of 1 to 100 characters"),
    ("firstName", "x" * 101, "give a text of 1 to 100 characters"),
    ("firstName", "J0hn", _A_NAME),
    ("lastName", "Smith<", _A_NAME),
    ("successUrl", "http", "give a text of 5 to 2048 characters"),
    ("errorUrl", "h" * 2049, "give a text of 5 to 2048 characters"),
    ("unverifiedUrl", "", "give a text of 5 to 2048 characters"),
    ("callbackUrl", "http://example.com/hook", _AN_HTTPS_URL),
    ("callbackUrl", "https://", _AN_HTTPS_URL),
    ("callbackUrl", "https://[", _AN_HTTPS_URL),
    ("callbackUrl", "https://example.com:99999/", _AN_HTTPS_URL),
    ("callbackUrl", "https://example.com/a b", _AN_HTTPS_URL),
    ("callbackUrl", "https://e.com/" + "x" * 2048, "give a text of 5 to 2048 characters"),
    ("expiryTime", 0, "give a whole number from 1 to 2592000 seconds"),
    ("expiryTime", 2_592_001, "give a whole number from 1 to 2592000 seconds"),
    ("sessionLength", 59, "give a whole number from 60 to 3600 seconds"),
    ("sessionLength", 3601, "give a whole number from 60 to 3600 seconds"),
    ("country", "LTU", _A_COUNTRY),
    ("nationality", "Lithuania", _A_COUNTRY),
    ("documents", [], "name one, or leave it out"),
    ("dateOfBirth", "20-12-1990", _A_DATE),
    ("dateOfBirth", "19901220", _A_DATE),
    ("dateOfExpiry", "1990-02-30", _A_DATE),
    ("dateOfIssue", "", _A_DATE),
    ("personalNumber", "", "give a text of 1 to 100 characters"),
    ("documentNumber", "", "give a text of 1 to 100 characters"),
    ("address", "x" * 256, "give a text of 0 to 255 characters"),
    ("externalRef", "x" * 41, "give a text of 0 to 40 characters"),
]


@pytest.mark.parametrize(("name", "value", "fault"), REFUSED)
def test_a_value_out_of_bounds_is_refused_with_its_fields_name(name: str, value: object, fault: str) -> None:
    """Section 8, "Token request"."""
    with pytest.raises(InvalidArgument, match=f"^{name}: {re.escape(fault)}$") as refused:
        planned("create-token", **({"clientId": "c-1"} | {name: value}))
    assert name == refused.value.name


def test_a_document_named_twice_is_refused_by_its_place() -> None:
    with pytest.raises(InvalidArgument, match=r"^documents\[2\]: stands there twice$"):
        planned("create-token", clientId="c-1", documents=["PASSPORT", "VISA", "PASSPORT"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("locale", "xx"),
        ("documents", ["LIBRARY_CARD"]),
        ("sex", "MALE"),
        ("tokenType", "VIDEO"),
        ("dummyStatus", "REVIEWING"),
    ],
)
def test_a_word_that_idenfy_does_not_know_is_no_choice(name: str, value: object) -> None:
    with pytest.raises(InvalidOrder, match=f"^{name}: write one of: "):
        planned("create-token", **{"clientId": "c-1", name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clientId", "x" * 100),
        ("firstName", "Žanas-O'Neil J."),
        ("lastName", "x" * 100),
        ("successUrl", "app:1"),
        ("callbackUrl", "https://example.com:8443/hook?x=1"),
        ("expiryTime", 1),
        ("expiryTime", 2_592_000),
        ("sessionLength", 60),
        ("sessionLength", 3600),
        ("country", "lt"),
        ("nationality", "LV"),
        ("documents", ["PASSPORT", "INTERNATIONAL_PASSPORT"]),
        ("dateOfBirth", "2000-02-29"),
        ("address", "x" * 255),
        ("externalRef", "x" * 40),
        ("showInstructions", False),
        ("generateDigitString", True),
        ("utilityBill", False),
        ("tokenType", "VIDEO_CALL_PHOTOS"),
        ("sex", "F"),
        ("locale", "uk"),
    ],
)
def test_a_value_within_bounds_is_sent(name: str, value: object) -> None:
    assert {"clientId": "c-1"} | {name: value} == body_of("create-token", **({"clientId": "c-1"} | {name: value}))


def test_a_bill_is_not_asked_for_in_two_ways() -> None:
    """Page "GeneratingIdentificationToken" [F18]: ``utilityBill`` cannot be used beside ``additionalSteps``."""
    with pytest.raises(InvalidArgument, match=r"^utilityBill: leave it out beside additionalSteps"):
        planned("create-token", clientId="c-1", utilityBill=True, additionalSteps={"ALL": {"ALL": {}}})


def test_a_dummy_needs_a_test_account() -> None:
    """Section 10: dummy results work in the DEV environment alone."""
    with pytest.raises(InvalidArgument, match=r'^dummyStatus: only a source with environment = "test"'):
        planned_in_production("create-token", clientId="c-1", dummyStatus="APPROVED")


@pytest.mark.parametrize("name", ["firstName", "lastName", "callbackUrl", "country", "nationality", "dateOfBirth"])
def test_no_message_repeats_what_was_given(name: str) -> None:
    """People's data stand in fields."""
    with pytest.raises(InvalidArgument) as refused:
        planned("create-token", **{"clientId": "c-1", name: "J0hn Smith"})
    assert "J0hn" not in str(refused.value)


def _answering(**members: object) -> Call:
    async def call(_request: Request) -> Answer:
        return Answer(orjson.dumps(members), members)

    return call


async def _created(**members: object) -> Done:
    return await planned("create-token", clientId="c-1").carry_out(_answering(**members))


async def test_what_opens_the_persons_session_is_shown_and_not_kept() -> None:
    """The token, the number for the mobile application, and any link that the token stands in."""
    opening = {"authToken": A_TOKEN, "digitString": "48236570", "redirectUrl": "https://ui.example/x", "texts": []}
    done = await _created(
        scanRef=SCAN_REF, clientId="c-1", links=[f"https://ui.example/?authToken={A_TOKEN}"], **opening
    )

    assert {"scanRef": SCAN_REF, "clientId": "c-1", "texts": []} == orjson.loads(done.kept or b"")
    assert isinstance(done.shown, dict)
    assert opening == {name: done.shown[name] for name in opening}
    assert (SCAN_REF, "c-1") == (done.verification_id, done.subject_ref)


@pytest.mark.parametrize(
    "members",
    [
        {"clientId": "c-1"},
        {"clientId": "c-1", "scanRef": None},
        {"clientId": "c-1", "scanRef": "a b"},
        {"clientId": "c-1", "scanRef": "x" * 101},
        {"clientId": "c-2", "scanRef": SCAN_REF},
        {"scanRef": SCAN_REF},
    ],
)
async def test_a_success_that_names_no_verification_of_ours_is_unconfirmed(members: dict[str, object]) -> None:
    """Something may have been created; what is kept of the answer opens nothing."""
    with pytest.raises(Unconfirmed) as unconfirmed:
        await _created(authToken=A_TOKEN, **members)
    assert members == orjson.loads(unconfirmed.value.answer or b"")


async def test_an_answer_without_json_is_unconfirmed() -> None:
    async def call(_request: Request) -> Answer:
        return Answer(b"")

    with pytest.raises(Unconfirmed):
        await planned("create-token", clientId="c-1").carry_out(call)
