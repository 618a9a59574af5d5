"""Solaris' callbacks: facts, section 2 (handshake), 3 (signature and headers) and 5 (what each type is about)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence

import orjson

from ingest.door import Delivery
from runtime.secrets import Secret

EVENT_TYPE = "Solaris-Webhook-Event-Type"
_ENTITY = "Solaris-Entity-Id"
_SIGNATURE = "Solaris-Webhook-Signature"
_HANDSHAKE = "WEBHOOK-SUBSCRIPTION"

SECRET_HEADERS = frozenset({b"authorization", b"cookie", b"proxy-authorization", b"solaris-webhook-signature"})
"""Section 3: of a callback only the body is signed, and that of ``PERSON_DELETED`` is ``{}``: whoever has one such
signature can have any person deleted. So none of them is kept."""

_SIGNED = re.compile(r"sha256=[0-9a-f]{64}")

_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
_MAX_ID_LENGTH = 200
"""Section 1: ids are opaque and their length is not to be checked; this only keeps nonsense away from keys."""

_NOTHING = ("", "null")
"""Section 5.2: some bodies hold the text ``null`` where null is meant."""

_IN_HEADER = (_ENTITY,)
_IN_BODY = ("id",)
_PLACES: Mapping[str, tuple[str, ...]] = {
    "IDENTIFICATION": ("id", _ENTITY),
    "IDENTIFICATION_SESSION": ("id", _ENTITY),
    "BUSINESS_IDENTIFICATION": ("id", _ENTITY),
    "IDENTIFICATION_ORIGINATION": ("identification_origination_id",),
    "IDENTIFICATION_REFERENCE_TRANSFER_ATTEMPT": _IN_BODY,
    "LEGAL_REPRESENTATIVE": ("business_id",),
    "BENEFICIAL_OWNER": ("business_id",),
    "PERSON_CHANGED": _IN_HEADER,
    "PERSON_DELETED": _IN_HEADER,
    "PERSON_MOBILE_NUMBER_CREATED": _IN_HEADER,
    "PERSON_MOBILE_NUMBER_DELETED": _IN_BODY,
    "PERSON_TAX_IDENTIFICATION_CHANGED": _IN_BODY,
    "QUESTIONS_REQUIRE_RESPONSE": ("entity_id",),
    "BUSINESS_CHANGED": _IN_HEADER,
    "BUSINESS_DELETED": _IN_HEADER,
}
"""Section 5: where a type names what it is about, first found wins. Bodies that mean nothing may hold a throw-away id
(section 9)."""

_PLACES_OF_OTHERS = (_ENTITY, "id")
"""Of ``ACCOUNT_OPENING_REQUEST``, and of types that came without notice."""


def authenticate(delivery: Delivery, secrets: Sequence[Secret]) -> Secret | None:
    """The subscription's secret under which the one signature holds (section 3).

    That is ``sha256=`` and the lower-case hex HMAC-SHA256 of the raw body; the key is the secret as text. Secrets are
    each subscription's own, so all of them are tried.
    """
    given = delivery.headers.getall(_SIGNATURE, [])
    if len(given) != 1 or _SIGNED.fullmatch(given[0]) is None:
        return None
    holding = [secret for secret in secrets if hmac.compare_digest(_signed(secret, delivery.body), given[0])]
    return holding[0] if holding else None


def _signed(secret: Secret, body: bytes) -> str:
    return "sha256=" + hmac.digest(secret.value, body, "sha256").hex()


def is_handshake(delivery: Delivery) -> bool:
    """Section 2: while a subscription is being made its URL gets one empty callback, before there is any secret."""
    return _event_type(delivery) == _HANDSHAKE and not delivery.body.strip()


def verification_id(delivery: Delivery) -> str | None:
    """What the callback is about: sections 3 and 5; of a body of IDnow's own the transaction number (section 10)."""
    document = members_of(delivery.body)
    event_type = _event_type(delivery)
    process = document.get("identificationprocess")
    if not event_type and isinstance(process, dict):
        return _id(process.get("transactionnumber"))
    places = _PLACES.get(event_type, _PLACES_OF_OTHERS)
    found = (_entity(delivery) if place == _ENTITY else _id(document.get(place)) for place in places)
    return next((each for each in found if each is not None), None)


def members_of(body: bytes) -> Mapping[str, object]:
    """The members of the body's object; none where it is no object."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _event_type(delivery: Delivery) -> str:
    return _header(delivery, EVENT_TYPE).upper()


def _entity(delivery: Delivery) -> str | None:
    value = _header(delivery, _ENTITY)
    return value if _VISIBLE.fullmatch(value) else None


def _header(delivery: Delivery, name: str) -> str:
    """The first header of that name as the log keeps it, in Latin-1, so that whoever reads it there sees the same."""
    return delivery.headers.get(name, "").encode("utf-8", "surrogateescape").decode("latin-1").strip()


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value not in _NOTHING and len(value) <= _MAX_ID_LENGTH else None
