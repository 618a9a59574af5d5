"""How to talk with iDenfy. Facts: iDenfy, "Callback signing" [F3], its OpenAPI description of webhooks [F7], and
sections 8 and 9 for the API, which is asked only about what no webhook came for: polling is forbidden.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import timedelta

import orjson

from ingest.api import Budget, Call, Fetched, Open, Request, Target, Unfetchable, VendorApi
from ingest.door import Delivery, VendorDoor
from ingest.vendors.shared import basic, document_about
from runtime.secrets import Secret

_SIGNATURE = "Idenfy-Signature"

_EVENT = "Idenfy-Event-Type"

_ID_MEMBERS = ("scanRef", "companyId", "id", "monitoringId")
"""Where bodies carry what they are about, first found wins. Old ones carry it inside ``data`` (section 5.6)."""

_ID_MEMBERS_OF = {"FACIAL_AUTHENTICATION": ("id", "scanRef")}
"""Events that are about something else than what stands first: a session beside its scanRef (section 5.7)."""

_SCAN_REF = re.compile(r"[\x21-\x7e]{1,100}")
"""Section 1: opaque, and at most 36 characters so far."""


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


def target_of(verification: Open) -> Target:
    """The verification's status. Raises ``Unfetchable`` for a company: section 8 has no call that tells of one."""
    if verification.is_business or _SCAN_REF.fullmatch(verification.verification_id) is None:
        raise Unfetchable("only a person's verification has a status that can be asked for")
    return Target("status", verification.verification_id)


async def fetch(call: Call, target: Target) -> Fetched:
    """Section 8: the flat status. What it leaves open is asked again an hour later, not earlier."""
    answer = await call(Request("POST", "/api/v2/status", json={"scanRef": target.verification_id}))
    document_about(answer, "scanRef", target.verification_id)
    return Fetched((answer.body,))


def is_error(document: object) -> bool:
    """Section 9: an error's envelope, whatever the status it came with."""
    return isinstance(document, dict) and "identifier" in document and "scanRef" not in document


_API = VendorApi(
    targets=None,  # section 1: the webhook carries the whole result
    target_of=target_of,
    fetch=fetch,
    # Section 8, "Recovery": at most once an hour, at most 5 times, one at a time, 60 an hour in all.
    ticks_since_last=tuple(timedelta(hours=hours) for hours in range(1, 6)),
    needs_client_id=True,
    authorization=basic,
    is_error=is_error,
    budget=Budget(parallel=1, per_hour=60),
)

DOOR = VendorDoor(
    vendor="idenfy", scheme="hmac-sha256", authenticate=authenticate, verification_id=verification_id, api=_API
)
