"""Creating verifications at the iDenfy sandbox: `POST /api/v2/token`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idenfy import Account, Environment
from sandbox.idenfy.words import DOCUMENT_TYPES

if TYPE_CHECKING:
    from tests.sandbox.conftest import StartVendor, Vendor

Sample = Callable[[str], Any]

ENVELOPE = ["message", "identifier", "documentation", "severity"]


async def test_an_ordinary_token_is_answered_with_201_and_the_published_members(vendor: Vendor, sample: Sample) -> None:
    """Page "Additional steps": status 201, and the printed answer's members in their order."""
    published = sample("token-response-additional-step-upload")

    answer = await vendor.call("token", clientId="2")

    assert answer.status == 201
    assert list(published) == list(answer.json)
    silent = {name for name, value in published.items() if value is None}
    assert silent == {name for name, value in answer.json.items() if value is None}
    fixed = ("message", "clientId", "personScanRef", "expiryTime", "sessionLength", "documents", "utilityBill")
    assert {name: published[name] for name in fixed} == {name: answer.json[name] for name in fixed}


async def test_the_accounts_default_step_is_answered_in_the_published_shape(vendor: Vendor, sample: Sample) -> None:
    """Page "Additional steps": without being asked, the UTILITY_BILL of the account is taken into account."""
    published = sample("token-response-additional-step-upload")["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"]

    step = (await vendor.token())["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"]

    assert list(published) == list(step)
    assert (published["type"], published["fields"], published["settings"]) == (
        step["type"],
        step["fields"],
        step["settings"],
    )


async def test_the_published_dummy_request_gives_the_published_answer(vendor: Vendor, sample: Sample) -> None:
    """Page "KYC Dummy results": names in capitals, one document left; only the generated ids differ."""
    published, generated = sample("token-dummy-response"), ("authToken", "scanRef", "digitString")

    answer = await vendor.call("token", **sample("token-dummy-request"))

    assert answer.status == 200
    assert list(published) == list(answer.json)
    assert published == answer.json | {name: published[name] for name in generated}
    assert (40, 36) == (len(answer.json["authToken"]), len(answer.json["scanRef"]))
    assert answer.json["digitString"].isdigit()


@pytest.mark.parametrize("environment", ["TEST", "PROD"])
async def test_dummy_results_are_refused_outside_dev(
    start_vendor: StartVendor, sample: Sample, environment: Environment
) -> None:
    """Page "KYC Dummy results": the message is published word for word, and nothing else of the answer."""
    vendor = await start_vendor(Account(environment=environment))
    published = sample("error-dummy-not-in-dev")

    for answer in (
        await vendor.call("token", **sample("token-dummy-request")),
        await vendor.call("add-dummy-status", **sample("add-dummy-status-request")),
    ):
        assert (403, published) == (answer.status, answer.json)
    assert (await vendor.control("GET", "verifications"))["verifications"] == []


async def test_an_account_without_credits_gets_no_token(start_vendor: StartVendor) -> None:
    """Facts 9 and the page "Standard API errors": 400 with PERMISSIONS_ERROR."""
    vendor = await start_vendor(Account(credits=1))
    await vendor.token()

    for body in ({"clientId": "2"}, {"clientId": "2", "dummyStatus": "APPROVED"}):
        answer = await vendor.call("token", **body)
        assert answer.status == 400
        assert list(answer.json) == ENVELOPE
        assert ("PERMISSIONS_ERROR", "Partner reached token limit.") == (
            answer.json["identifier"],
            answer.json["message"],
        )


async def test_a_refused_token_costs_no_credit(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(Account(credits=1))

    assert (await vendor.call("token", clientId="1", sex="X")).status == 400
    assert (await vendor.call("token", clientId="1", sex="F")).status == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clientId", ""),
        ("clientId", "x" * 101),
        ("clientId", 5),
        ("firstName", "J0hn"),
        ("firstName", ""),
        ("lastName", "x" * 101),
        ("successUrl", "http"),
        ("errorUrl", "h" * 2049),
        ("unverifiedUrl", 1),
        ("callbackUrl", "http://example.com/hook"),
        ("callbackUrl", "https://["),
        ("locale", "xx"),
        ("showInstructions", "yes"),
        ("expiryTime", 0),
        ("expiryTime", 2_592_001),
        ("expiryTime", True),
        ("sessionLength", 59),
        ("sessionLength", 3601),
        ("country", "LTU"),
        ("documents", []),
        ("documents", ["PASSPORT", "PASSPORT"]),
        ("documents", ["LIBRARY_CARD"]),
        ("documents", "PASSPORT"),
        ("dateOfBirth", "20-12-1990"),
        ("dateOfExpiry", "1990-02-30"),
        ("dateOfIssue", 19901220),
        ("nationality", "Lithuania"),
        ("personalNumber", ""),
        ("documentNumber", ""),
        ("sex", "MALE"),
        ("generateDigitString", 1),
        ("address", "x" * 256),
        ("tokenType", "OTHER"),
        ("externalRef", "x" * 41),
        ("utilityBill", "true"),
        ("dummyStatus", "REVIEWING"),
        ("additionalSteps", []),
        ("additionalSteps", {"Lithuania": {}}),
        ("additionalSteps", {"ALL": {"VISA": {}}}),
        ("type", {"additionalSteps": {"ALL": {"ALL": {"UTILITY_BILL": {"type": "READ"}}}}}),
        ("canUpload", {"additionalSteps": {"ALL": {"ALL": {"UTILITY_BILL": {"settings": {"canUpload": "no"}}}}}}),
        ("additionalData", {"UNKNOWN_STEP": {"address": "Street 1"}}),
    ],
)
async def test_a_wrong_value_is_refused_with_its_fields_name(vendor: Vendor, field: str, value: object) -> None:
    """Facts 8 (limits of each field) and 9 (BAD_VALUE in the envelope)."""
    fields = value if field in {"type", "canUpload"} and isinstance(value, dict) else {field: value}

    answer = await vendor.call("token", **({"clientId": "1"} | fields))

    assert (400, ENVELOPE) == (answer.status, list(answer.json))
    assert answer.json["identifier"] == "BAD_VALUE"
    assert answer.json["message"].startswith(f"Field '{field}' must be ")
    assert answer.json["severity"] == "NOT_SEVERE"


async def test_a_request_without_client_id_misses_a_value(vendor: Vendor) -> None:
    answer = await vendor.call("token", firstName="Ann")

    assert (400, "MISSING_VALUE") == (answer.status, answer.json["identifier"])
    assert "'clientId'" in answer.json["message"]


async def test_given_fields_come_back_and_a_digit_string_on_request(vendor: Vendor) -> None:
    """Facts 8: the answer repeats the request; page "GeneratingIdentificationToken": eight digits when asked for."""
    given = {"locale": "lt", "expiryTime": 60, "externalRef": "order-7", "generateDigitString": True, "country": "LV"}

    answer = await vendor.token(**given)

    assert {name: value for name, value in given.items() if name != "generateDigitString"} == {
        name: answer[name] for name in given if name != "generateDigitString"
    }
    assert (8, True) == (len(answer["digitString"]), answer["digitString"].isdigit())


async def test_a_step_given_as_an_object_overrides_the_accounts_own(vendor: Vendor, sample: Sample) -> None:
    """Page "Additional steps", the published request with type COMPARE and its own texts and settings."""
    request = sample("token-request-custom-step-compare")

    answer = await vendor.call("token", **request)

    assert (201, request["additionalSteps"]) == (answer.status, answer.json["additionalSteps"])
    assert answer.json["utilityBill"] is None


async def test_an_empty_object_switches_all_steps_off(vendor: Vendor, sample: Sample) -> None:
    answer = await vendor.token(**sample("token-request-without-steps"))

    assert answer["additionalSteps"] == {"ALL": {"ALL": {}}}


async def test_a_list_chooses_among_the_accounts_steps(start_vendor: StartVendor) -> None:
    """Page "Additional steps", "Multiple custom additional steps"."""
    vendor = await start_vendor(Account(steps={"UTILITY_BILL": "UPLOAD", "ADDITIONAL_DOCUMENT": "EXTRACT"}))

    everything = (await vendor.token())["additionalSteps"]["ALL"]["ALL"]
    chosen = (await vendor.token(additionalSteps={"ALL": {"ALL": ["ADDITIONAL_DOCUMENT"]}}))["additionalSteps"]

    assert list(everything) == ["UTILITY_BILL", "ADDITIONAL_DOCUMENT"]
    assert {name: step["type"] for name, step in chosen["ALL"]["ALL"].items()} == {"ADDITIONAL_DOCUMENT": "EXTRACT"}


@pytest.mark.parametrize(
    "fields",
    [
        {"additionalSteps": {"ALL": {"ALL": ["SELFIE_WITH_CAT"]}}},
        {"additionalSteps": {"LT": {"PASSPORT": {"SELFIE_WITH_CAT": {"type": "UPLOAD"}}}}},
        {"additionalSteps": {"ALL": {"ALL": {"UTILITY_BILL": {"type": "COMPARE"}}}}},
    ],
)
async def test_a_step_or_type_beyond_the_contract_is_refused(start_vendor: StartVendor, fields: dict[str, Any]) -> None:
    """Page "Additional steps": step settings and finances must be in place for the token to be created."""
    vendor = await start_vendor(Account(step_types=frozenset({"UPLOAD"})))

    answer = await vendor.call("token", clientId="1", **fields)

    assert (400, "PARTNER_CONTRACT_ERROR") == (answer.status, answer.json["identifier"])


async def test_an_account_without_steps_answers_null(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(Account(steps={}))

    answer = await vendor.token()

    assert (None, None) == (answer["additionalSteps"], answer["utilityBill"])
    refused = await vendor.call("token", clientId="1", utilityBill=True)
    assert refused.json["identifier"] == "PARTNER_CONTRACT_ERROR"


async def test_the_published_additional_data_come_back(start_vendor: StartVendor, sample: Sample) -> None:
    """Page "Additional steps": the answer has ``additionalData`` when the request had, and an EXTRACT step's field."""
    vendor = await start_vendor(Account(steps={"UTILITY_BILL": "EXTRACT"}))
    request = sample("token-request-additional-data")

    answer = await vendor.token(**request)

    assert request["additionalData"] == answer["additionalData"]
    assert list(answer)[-4:] == ["additionalSteps", "additionalData", "externalRef", "digitString"]
    step = answer["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"]
    assert (["address"], None) == (step["fields"], answer["utilityBill"])


def test_every_document_type_is_a_word() -> None:
    """And none is one letter of it: a tuple of one without its comma would be its letters."""
    assert "INTERNATIONAL_PASSPORT" in DOCUMENT_TYPES
    assert [] == [name for name in DOCUMENT_TYPES if len(name) == 1]
