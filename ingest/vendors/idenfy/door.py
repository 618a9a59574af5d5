"""iDenfy's webhooks: whether it signed them, and what they are about.

Facts: iDenfy, "Callback signing" [F3], and its OpenAPI description of webhooks [F7].
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import orjson

from ingest.door import Delivery
from runtime.secrets import Secret

_SIGNATURE = "Idenfy-Signature"

_EVENT = "Idenfy-Event-Type"

_ID_MEMBERS = ("scanRef", "companyId", "id", "monitoringId")
"""Where bodies carry what they are about, first found wins. Old ones carry it inside ``data`` (section 5.6)."""

_ID_MEMBERS_OF = {"FACIAL_AUTHENTICATION": ("id", "scanRef")}
"""Events that are about something else than what stands first: a session beside its scanRef (section 5.7)."""


def authenticate(delivery: Delivery, secrets: Sequence[Secret]) -> Secret | None:
    """The signing key under which the one ``Idenfy-Signature`` holds: HMAC-SHA256 of the body, lower-case hex [F3]."""
    given = delivery.headers.getall(_SIGNATURE, [])
    if len(given) != 1:
        return None
    signature = given[0].encode("utf-8", "surrogateescape")
    holding = [key for key in secrets if hmac.compare_digest(_signed(key, delivery.body), signature)]
    return holding[0] if holding else None


def _signed(key: Secret, body: bytes) -> bytes:
    return hmac.digest(key.value, body, "sha256").hex().encode()


def verification_id(delivery: Delivery) -> str | None:
    try:
        document = orjson.loads(delivery.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict):
        return None
    data = document.get("data")
    places = [document, data] if isinstance(data, dict) else [document]
    members = _ID_MEMBERS_OF.get(delivery.headers.get(_EVENT, ""), _ID_MEMBERS)
    found = (place.get(member) for place in places for member in members)
    return next((value for value in found if isinstance(value, str) and value), None)
