"""An identification as Solaris writes it: in a webhook, after creation, in the index, and when it is retrieved."""

from __future__ import annotations

from typing import Any

from sandbox.solaris.models import Identification, stamp


def webhook(identification: Identification) -> dict[str, Any]:
    """The documented body: no person, no reason; ``metadata`` belongs to bank_plus and is left out (facts 5.1)."""
    return {
        "id": identification.id,
        "reference": identification.reference,
        "url": identification.url,
        "status": identification.status,
        "completed_at": None if identification.completed is None else stamp(identification.completed),
        "method": identification.asked["method"],
    }


def _common(identification: Identification) -> dict[str, Any]:
    asked = identification.asked
    names = ("proof_of_address_type", "proof_of_address_issued_at", "language")
    return webhook(identification) | {name: asked.get(name) for name in names}


def listed(identification: Identification) -> dict[str, Any]:
    """Members of the guide's samples of creation, request and index."""
    return _common(identification) | {
        "iban": identification.asked.get("iban"),
        "terms_and_conditions_signed_at": None,
        "authorization_expires_at": None,
        "confirmation_expires_at": None,
    }


def retrieved(identification: Identification) -> dict[str, Any]:
    """Members of the guide's sample of retrieval; the documents only go out with the filter."""
    person = identification.person.members
    address = {name: value for name, value in person["address"].items() if value is not None}
    return _common(identification) | {
        "person_id": identification.person.id,
        "address": address or None,
        "documents": [dict(each) for each in identification.documents],
    }
