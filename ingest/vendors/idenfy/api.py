"""iDenfy's API, asked only about what no webhook came for, as polling is forbidden: facts, sections 8 and 9."""

from __future__ import annotations

import re
from datetime import timedelta

from ingest.api import Budget, Call, Fetched, Open, Request, Target, Unfetchable, VendorApi
from ingest.vendors.shared import basic, document_about

_SCAN_REF = re.compile(r"[\x21-\x7e]{1,100}")
"""Section 1: opaque, and at most 36 characters so far."""


def is_scan_ref(text: object) -> bool:
    """Whether it is written as ids of verifications are."""
    return isinstance(text, str) and _SCAN_REF.fullmatch(text) is not None


def target_of(verification: Open) -> Target:
    """The verification's status. Raises ``Unfetchable`` for a company: section 8 has no call that tells of one."""
    if verification.is_business or not is_scan_ref(verification.verification_id):
        raise Unfetchable("only a person's verification has a status that can be asked for")
    return status_of(verification.verification_id)


def status_of(scan_ref: str) -> Target:
    return Target("status", scan_ref)


def status_request(target: Target) -> Request:
    return Request("POST", "/api/v2/status", json={"scanRef": target.verification_id})


async def fetch(call: Call, target: Target) -> Fetched:
    """Section 8: the flat status. What it leaves open is asked again an hour later, not earlier."""
    answer = await call(status_request(target))
    document_about(answer, "scanRef", target.verification_id)
    return Fetched((answer.body,))


def is_error(document: object) -> bool:
    """Section 9: an error's envelope, whatever the status it came with."""
    return isinstance(document, dict) and "identifier" in document and "scanRef" not in document


API = VendorApi(
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
