from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.door import Delivery
from ingest.options import carried_options, checked_options
from ingest.vendors.idverse import DOOR, authenticate, verification_id
from runtime.errors import SettingsInvalid
from runtime.secrets import Secret
from runtime.settings import SourceSettings

DELIVERIES = json.loads((Path(__file__).parent / "vectors" / "idverse-deliveries.json").read_text())
VALUE = "Bearer of-32-random-bytes"
FORM = b"status=COMPLETED&transaction_id=01HH3KA3FBT5NW60H8PC2KAD3N"
ENTERPRISE = {"product": "enterprise"}


def secrets_of(*values: str) -> list[Secret]:
    return [Secret(f"secrets[{n}]", value.encode()) for n, value in enumerate(values)]


def delivery(
    body: bytes = FORM, query: str = "", options: dict[str, str] | None = None, *headers: tuple[str, str]
) -> Delivery:
    return Delivery(CIMultiDictProxy(CIMultiDict(headers)), body, query, options or {})


def with_headers(*headers: tuple[str, str], **options: str) -> Delivery:
    return delivery(FORM, "", options, *headers)


def source(*, unsigned: bool = False, api: dict[str, str] | None = None, **options: str) -> SourceSettings:
    of_source = {"secrets": [] if unsigned else ["s"], "unsigned": unsigned, "options": options, "api": api}
    return SourceSettings.model_validate({"name": "idverse", "vendor": "idverse", **of_source})


@pytest.mark.parametrize("sample", DELIVERIES, ids=[sample["name"] for sample in DELIVERIES])
def test_every_published_delivery_is_judged_right(sample: dict[str, Any]) -> None:
    """A right header opens; a wrong one does not, nor none. All of them name their transaction."""
    came = delivery(sample["raw_body"].encode(), sample["query_string"], None, *sample["headers"].items())
    secret = authenticate(came, secrets_of("Basic dXNlcm5hbWU6cGFzc3dvcmQ="))
    assert bool(sample["auth_valid"]) == (secret is not None)
    assert sample["parsed"]["transaction_id"] == verification_id(came)


@pytest.mark.parametrize("value", [VALUE, f"  {VALUE}\t", "old"])
def test_any_live_value_opens_whatever_white_space_is_around_it(value: str) -> None:
    """Old transactions keep the value they were created with (section 3.1)."""
    assert authenticate(with_headers(("authorization", value)), secrets_of("old", VALUE)) is not None


@pytest.mark.parametrize(
    "value", ["", " ", VALUE.lower(), VALUE + "x", VALUE[:-1], "of-32-random-bytes", "ä", "\udcff"]
)
def test_no_other_value_opens(value: str) -> None:
    """The value is compared whole: neither its scheme nor its case is taken apart."""
    assert authenticate(with_headers(("Authorization", value)), secrets_of("old", VALUE)) is None


def test_two_headers_open_nothing() -> None:
    """A proxy that adds one must not be able to choose."""
    assert authenticate(with_headers(("Authorization", VALUE), ("authorization", VALUE)), secrets_of(VALUE)) is None


def test_the_header_is_the_one_that_the_settings_name() -> None:
    """The value in the usual place does not open then."""
    secrets = secrets_of(VALUE)
    assert authenticate(with_headers(("x-hook", VALUE), auth_header="X-Hook"), secrets) is secrets[0]
    assert authenticate(with_headers(("Authorization", VALUE), auth_header="X-Hook"), secrets) is None


@pytest.mark.parametrize(
    ("body", "query", "expected"),
    [
        (FORM, "", "01HH3KA3FBT5NW60H8PC2KAD3N"),
        (b"transaction_id=a%2Db&status=COMPLETED\r\n", "", "a-b"),
        (b"", "status=COMPLETED&transaction_id=t-1", "t-1"),
        (b'{"status":"COMPLETED","transaction_id":"t-1"}', "", "t-1"),
        (b"transaction_id=t-1", "transaction_id=t-1", "t-1"),
        (b"transaction_id=t-1&transaction_id=t-1", "", "t-1"),
        (b"transaction_id=t-1", "transaction_id=t-2", None),
        (b'{"transaction_id":"t-1"}', "transaction_id=t-2", None),
        (b"transaction_id=t-1&transaction_id=t-2", "", None),
        (b"transaction_id=..%2Ft-1", "", None),
        (b"transaction_id=..%2Ft-1", "transaction_id=t-1", None),
        (b"transaction_id=" + b"a" * 129, "", None),
        (b"transaction_id=" + b"a" * 128, "", "a" * 128),
        (b"a&" * 64 + b"transaction_id=t-1", "", None),
        (b'{"transactionId":"t-1"}', "", None),
        (b'{"transaction_id":1}', "", None),
        (b"[]", "", None),
        (b"\xff\xfe", "%ff", None),
        (b"", "", None),
    ],
)
def test_a_notification_names_its_transaction_in_one_of_three_forms(
    body: bytes, query: str, expected: str | None
) -> None:
    """Form first, then query, JSON too; who names two names none (section 2.1)."""
    assert expected == verification_id(delivery(body, query))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"transactionId":"txn-test-001","event":"completedPass"}', "txn-test-001"),
        (b'{"transactionId":"our own 1","event":"pending"}', "our own 1"),
        (b'{"transactionId":"   ","event":"pending"}', None),
        (b'{"transactionId":"a\\u0000b","event":"pending"}', None),
        (b'{"transactionId":"' + b"a" * 129 + b'"}', None),
        (b'{"transaction_id":"t-1"}', None),
        (b"transactionId=t-1", None),
        (FORM, None),
    ],
)
def test_an_enterprise_event_names_its_transaction_in_json(body: bytes, expected: str | None) -> None:
    """Partners choose these ids; a query is not looked at (sections 2.2 and 3.1)."""
    assert expected == verification_id(delivery(body, "transaction_id=t-9&transactionId=t-9", ENTERPRISE))


def test_enterprise_is_never_unsigned() -> None:
    """Its outcomes rest on the body (section 6.4); IDKit's callbacks are hints and may be."""
    with pytest.raises(SettingsInvalid, match="decides by itself"):
        checked_options(source(unsigned=True, product="enterprise"), DOOR)
    assert {"product": "enterprise"} == checked_options(source(product="enterprise"), DOOR)
    assert {} == checked_options(source(unsigned=True), DOOR)


def test_enterprise_is_not_asked() -> None:
    """How to is not public (section 12): as IDKit it would be asked for transactions that it does not have."""
    api = {"base_url": "https://tenant.example/v1", "secret": "k"}
    with pytest.raises(SettingsInvalid, match=r"source \(idverse\).api: there is none"):
        checked_options(source(product="enterprise", api=api), DOOR)


def test_what_says_how_to_read_travels_and_the_headers_name_does_not() -> None:
    """A replay under other settings gives the same event."""
    entry = source(product="idkit", flagged="rejected", auth_header="X-Hook")
    checked_options(entry, DOOR)
    assert (("flagged", "rejected"), ("product", "idkit")) == carried_options(entry, DOOR)
    with pytest.raises(SettingsInvalid, match="needs_review, rejected"):
        checked_options(source(flagged="denied"), DOOR)


HEADERS = st.lists(st.tuples(st.sampled_from(["Authorization", "X-Hook"]), st.text(max_size=20)), max_size=3)
BODIES = st.binary(max_size=200) | st.text(max_size=60).map(lambda text: f"transaction_id={text}".encode())


@given(HEADERS, BODIES, st.text(max_size=60), st.sampled_from(["idkit", "enterprise"]))
def test_the_door_never_fails(headers: list[tuple[str, str]], body: bytes, query: str, product: str) -> None:
    """Whatever comes: a secret or none, an id of at most 128 characters or none."""
    came = delivery(body, query, {"product": product}, *headers)
    secret = authenticate(came, secrets_of(VALUE))
    assert (secret is not None) == ([VALUE] == [v.strip() for name, v in headers if name == "Authorization"])
    found = verification_id(came)
    assert found is None or 0 < len(found) <= 128
