from __future__ import annotations

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.door import Delivery
from ingest.vendors.solaris import DOOR
from ingest.vendors.solaris.door import authenticate, is_handshake, verification_id
from runtime.secrets import Secret

VECTORS = json.loads((Path(__file__).parent / "vectors" / "solaris-signatures.json").read_text())
DELIVERIES = json.loads((Path(__file__).parent / "vectors" / "solaris-deliveries.json").read_text())
SIGNATURE, EVENT, ENTITY = "Solaris-Webhook-Signature", "Solaris-Webhook-Event-Type", "Solaris-Entity-Id"
BODY = b'{"id":"i-1"}'


def delivery(body: bytes, *headers: tuple[str, str]) -> Delivery:
    return Delivery(CIMultiDictProxy(CIMultiDict(headers)), body)


def secrets_of(*values: str) -> list[Secret]:
    return [Secret(f"secrets[{n}]", value.encode()) for n, value in enumerate(values)]


def signed(body: bytes, key: str = "k") -> str:
    return "sha256=" + hmac.digest(key.encode(), body, "sha256").hex()


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_every_published_vector_is_judged_right(vector: dict[str, Any]) -> None:
    """The secret is a text, the bytes are those that came (section 3)."""
    came = delivery(vector["raw_body"].encode(), (SIGNATURE, vector["header"]))
    assert vector["valid"] == (authenticate(came, secrets_of(vector["secret"])) is not None)


@pytest.mark.parametrize("sample", DELIVERIES, ids=[sample["name"] for sample in DELIVERIES])
def test_a_delivery_of_an_independent_sender_opens(sample: dict[str, Any]) -> None:
    """It is about the identification, and about the person whom only a header names."""
    came = delivery(sample["raw_body"].encode(), *sample["headers"].items())
    secrets = secrets_of("another subscription's", sample["secret"])
    assert secrets[1] is authenticate(came, secrets)
    assert sample["headers"]["solaris-entity-id"] == verification_id(came)


@pytest.mark.parametrize(
    "header",
    [
        "",
        signed(BODY).removeprefix("sha256="),
        signed(BODY).replace("sha256", "sha1"),
        signed(BODY).replace("sha256", "SHA256"),
        "sha256=" + signed(BODY)[7:].upper(),
        signed(BODY) + "0",
        signed(BODY)[:-1],
        signed(BODY) + "\n",
        "sha256=" + "g" * 64,
        "t=1,v1=" + signed(BODY)[7:],
        signed(BODY, "other"),
        signed(BODY + b" "),
        "sha256=" + "\N{ARABIC-INDIC DIGIT ZERO}" * 64,
    ],
)
def test_no_other_signature_opens(header: str) -> None:
    """Another algorithm, length, case or key, and what is no hex at all (section 3)."""
    assert authenticate(delivery(BODY, (SIGNATURE, header)), secrets_of("k")) is None


def test_two_signatures_are_none() -> None:
    """A proxy that adds one must not be able to choose."""
    twice = [(SIGNATURE, signed(BODY)), (SIGNATURE.lower(), signed(BODY))]
    assert authenticate(delivery(BODY, *twice), secrets_of("k")) is None


@pytest.mark.parametrize(
    ("body", "event_type", "expected"),
    [
        (b"", "WEBHOOK-SUBSCRIPTION", True),
        (b" \r\n", " webhook-subscription ", True),
        (b"{}", "WEBHOOK-SUBSCRIPTION", False),
        (b"", "IDENTIFICATION", False),
        (b"", None, False),
    ],
)
def test_only_an_empty_body_is_a_handshake(body: bytes, event_type: str | None, expected: bool) -> None:  # noqa: FBT001 - a row
    """It cannot be signed, so nothing else may pass for one (section 2)."""
    headers = [] if event_type is None else [(EVENT, event_type)]
    assert expected == is_handshake(delivery(body, *headers))


@pytest.mark.parametrize(
    ("event_type", "body", "expected"),
    [
        ("IDENTIFICATION", b'{"id":"i-1","person_id":"p-1"}', "i-1"),
        ("identification", b"{}", "entity"),
        ("IDENTIFICATION_SESSION", b'{"id":"i-1"}', "i-1"),
        ("BUSINESS_IDENTIFICATION", b'{"id":"i-1","business_id":"b-1"}', "i-1"),
        ("PERSON_CHANGED", b'{"id":"throw-away"}', "entity"),
        ("PERSON_DELETED", b"{}", "entity"),
        ("PERSON_TAX_IDENTIFICATION_CHANGED", b'{"id":"p-1"}', "p-1"),
        ("BENEFICIAL_OWNER", b'{"id":"o-1","business_id":"b-1"}', "b-1"),
        ("QUESTIONS_REQUIRE_RESPONSE", b'{"entity_id":"p-1"}', "p-1"),
        ("IDENTIFICATION_ORIGINATION", b'{"identification_origination_id":"o-1"}', "o-1"),
        ("SOMETHING_NEW", b'{"id":"n-1"}', "entity"),
        ("", b'{"identificationprocess":{"transactionnumber":"i-1"}}', "i-1"),
        ("IDENTIFICATION", b'{"id":"null"}', "entity"),
        ("IDENTIFICATION", b'{"id":7}', "entity"),
        ("PERSON_MOBILE_NUMBER_DELETED", b"{}", None),
        ("PERSON_MOBILE_NUMBER_DELETED", b'{"id":"' + b"a" * 201 + b'"}', None),
        ("PERSON_MOBILE_NUMBER_DELETED", b"not json", None),
    ],
)
def test_each_type_has_its_place_for_what_it_is_about(event_type: str, body: bytes, expected: str | None) -> None:
    """Section 5; the entity's header holds ``entity`` each time."""
    assert expected == verification_id(delivery(body, (EVENT, event_type), (ENTITY, "entity")))


def test_the_signature_of_an_empty_object_is_not_kept() -> None:
    """It would let whoever reads it have any person deleted: only the body is signed, the person is in a header."""
    assert SIGNATURE.lower().encode() in DOOR.secret_headers


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([SIGNATURE, EVENT, ENTITY]),
        st.sampled_from(["IDENTIFICATION", "PERSON_CHANGED", "\udcff", "\xa0x"]) | st.text(max_size=30),
    ),
    max_size=4,
)
BODIES = st.binary(max_size=200) | st.dictionaries(
    st.sampled_from(["id", "business_id", "identificationprocess"]), st.text(max_size=9) | st.none() | st.integers()
).map(lambda members: json.dumps(members).encode())


@given(HEADERS, BODIES)
def test_the_door_never_fails(headers: list[tuple[str, str]], body: bytes) -> None:
    """Whatever comes: nobody opens it by chance, and an id is a text of 1 to 200 characters or none."""
    came = delivery(body, *headers)
    assert authenticate(came, secrets_of("k")) is None
    assert not is_handshake(came) or not body.strip()
    found = verification_id(came)
    assert found is None or 0 < len(found) <= 200
