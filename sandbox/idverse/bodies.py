"""What a fetch of a transaction's JSON holds: facts 5, member by member, in the order of the published sample.

Absent means that the member does not exist. Some values disagree with ``results`` on purpose, as they do in the
published sample: nobody should decide by them (facts 6.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.dice import dice
from sandbox.idverse import words
from sandbox.idverse.people import Person, invent
from sandbox.idverse.provider import id_matrix
from sandbox.idverse.transaction import Transaction, timestamp, ulid

LINK_LIFETIME = 600
"""Seconds that an asset's link lives after the fetch (facts 5.1)."""
_FEATURES = (
    *("right_eye", "nose", "philtrum", "jaw", "middle_forehead", "mouth", "left_eye", "forehead", "left_cheek"),
    *("right_brow", "left_brow", "right_cheek"),
)
_STEP_SECONDS = (55, 22, 28, 0)


def created(transaction: Transaction, tenant: str) -> dict[str, str]:
    """The answer to a create. As in the published one, the id inside ``url`` is another (facts 7)."""
    link = ulid(transaction.created, transaction.seed, "link")
    return {
        "transaction_id": transaction.transaction_id,
        "url": f"https://{tenant}.au.idkit.com/{link}",
        "expires_at": timestamp(transaction.expires),
    }


def fetched(transaction: Transaction, now: float, fetch: int) -> dict[str, Any]:
    """The transaction's JSON; ``fetch`` is any number that differs from fetch to fetch: its links are new."""
    opened = transaction.activated is not None
    return {
        "transaction_id": transaction.transaction_id,
        **_times(transaction),
        "created_by": transaction.created_by,
        "doc_only": transaction.doc_only,
        "flow_type": transaction.flow_type,
        **({} if "records" in transaction.redacted else transaction.said),
        **_redactions(transaction),
        "status": transaction.status,
        **({"current_step": transaction.step} if opened else {}),
        **({} if transaction.closed is None else {"computed_statistics": _statistics(transaction)}),
        **_checked_data(transaction),
        **({"device_info": _device(transaction)} if opened else {}),
        **_documents(transaction, _Links(transaction, now, fetch)),
        **_face(transaction, _Links(transaction, now, fetch)),
        **_user_details(transaction),
        **_results(transaction),
    }


def _times(transaction: Transaction) -> dict[str, str]:
    times = {
        "activated_at": transaction.activated,
        "closed_at": transaction.closed,
        "created_at": transaction.created,
    }
    return {member: timestamp(moment) for member, moment in times.items() if moment is not None}


def _redactions(transaction: Transaction) -> dict[str, str]:
    names = {"records": "record_redacted_at"}
    return {
        names.get(what, f"{what}_redacted_at"): timestamp(moment)
        for what, moment in sorted(transaction.redacted.items())
    }


def _results(transaction: Transaction) -> dict[str, Any]:
    if transaction.results is None:
        return {}
    return {"results": dict(transaction.results), "pdf_report_number": transaction.transaction_id}


def _statistics(transaction: Transaction) -> dict[str, Any]:
    """Empty for a link that was never opened."""
    start = transaction.activated or transaction.created
    taken = words.STEPS.index(transaction.step) + 1 if transaction.step else 0
    flow = [
        (name, seconds)
        for name, seconds in list(zip(words.STEPS, _STEP_SECONDS, strict=True))[:taken]
        if name in transaction.steps
    ]
    steps = []
    for name, seconds in flow:
        steps.append({"name": name, "start_time": timestamp(start), "total_duration_seconds": seconds})
        start += seconds
    total = sum(seconds for _, seconds in flow)
    privacy = sum(seconds for name, seconds in flow if name == "PRIVACY")
    return {
        "steps": steps,
        "total_duration_seconds": total,
        "total_duration_excl_privacy_seconds": total - privacy,
    }


def _checked_data(transaction: Transaction) -> dict[str, Any]:
    """Nested and duplicated, as in the sample; the inner objects are null once redacted."""
    if transaction.results is None or not transaction.data_check:
        return {}
    matrix = None if "data" in transaction.redacted else id_matrix(transaction.transaction_id)
    return {"data_provider": {"DATA_CONNECT": {"ID_MATRIX": matrix}, "ID_MATRIX": matrix}}


def _device(transaction: Transaction) -> dict[str, Any]:
    return {
        "browser": "Chrome 98.0.4758.101",
        "country": "Australia",
        "geolocation": "-33.8688,151.2093",
        "ip": invent(transaction.seed).ip,
        "ip_location": "-33.8688,151.2093",
        "isp": "Sandbox Ltd",
        "os": "Android 12",
        "vpn": False,
    }


class _Links:
    """Presigned links of one fetch; null once their part is redacted."""

    def __init__(self, transaction: Transaction, now: float, fetch: int) -> None:
        self._transaction = transaction
        self._expires = int(now) + LINK_LIFETIME
        self._fetch = fetch

    def url(self, name: str, *redacted_by: str) -> str | None:
        transaction = self._transaction
        if transaction.redacted.keys() & {*redacted_by}:
            return None
        signature = dice(transaction.seed, name, self._fetch).getrandbits(128)
        return f"https://assets.example.com/{transaction.transaction_id}/{name}?e={self._expires}&s={signature:032x}"

    def asset(self, name: str, size: int, content_type: str = "image/jpeg") -> dict[str, Any]:
        return {"url": self.url(name, "assets"), "size": size, "content_type": content_type}


def _flagged(transaction: Transaction, part: str) -> bool:
    return (transaction.results or {}).get(part) == words.FLAGGED


def _documents(transaction: Transaction, links: _Links) -> dict[str, Any]:
    """Absent before the document check, which ends with the step ID_INFORMATION."""
    if not transaction.has_passed("ID_INFORMATION"):
        return {}
    moment = timestamp(transaction.activated or transaction.created)
    person = None if "records" in transaction.redacted else invent(transaction.seed)
    composition = words.FLAGGED if _flagged(transaction, "documents") else words.PASSED
    document = {
        "created_at": moment,
        "document_index": 0,
        "document_id": f"{dice(transaction.seed, 'document').getrandbits(128):032x}",
        "extracted": None if person is None else _extracted(person),
        "asf_checked": True,
        "asf_breakdown": {
            "document_integrity": words.PASSED,
            "image_composition": composition,
            "photo_check": words.PASSED,
            "detail_check": words.PASSED,
        },
        "identity_document_type": "AUS_NSW_DRIVERLICENCE",
        "updated_at": moment,
        "ocr": True,
        "face_photo": links.asset("face_photo", 7392),
        "front_document": links.asset("front_document", 70064),
        "original_front_document": links.asset("original_front_document", 100400),
        "signature_photo": links.asset("signature_photo", 23056),
    }
    return {"documents": [document]}


def _slashed(day: str) -> str:
    """``extracted`` writes days as DD/MM/YYYY, ``user_details`` as YYYY-MM-DD (facts 5.1)."""
    return "/".join(reversed(day.split("-")))


def _extracted(person: Person) -> dict[str, Any]:
    return {
        "country": "Australia",
        "id_number": person.licence_number,
        "address": person.address,
        "document_number": person.document_number,
        "city": person.suburb,
        "expiry_date": _slashed(person.expires),
        "birth_date": _slashed(person.born),
        "last_name": person.last_name,
        "given_names": f"{person.first_name} {person.middle_name}",
        "middle_name": person.middle_name,
        "country_code": "AUS",
        "full_name": person.full_name,
        "street": person.street,
        "post_code": person.post_code,
        "state": "NSW",
        "class": "C",
        "first_name": person.first_name,
        "document_type": "Driver Licence",
    }


def _face(transaction: Transaction, links: _Links) -> dict[str, Any]:
    """Absent in the document-only flow and before the face was captured (facts 5.2)."""
    if transaction.doc_only or not transaction.has_passed("FACE_MATCH_CAPTURE"):
        return {}
    said = "Fail" if _flagged(transaction, "facematch") else "Pass"
    attempt = {
        "result": said == "Pass",
        "session_id": f"{dice(transaction.seed, 'session').getrandbits(64):016x}",
        "actions": "SMILE LEFT",
        "video": links.asset("liveness", 150688, "video/webm"),
    }
    return {
        "likeness_overall": said,
        "likeness_features": dict.fromkeys(_FEATURES, said) | {"philtrum": "Pass"},
        "liveness_attempts": [attempt],
        "spoof_result": "High Risk" if _flagged(transaction, "liveness") else "Low Risk",
        "facematch_best_frame": {"url": links.url("best_frame", "assets", "face"), "size": 24432},
    }


def _user_details(transaction: Transaction) -> Mapping[str, Any]:
    """Absent until the user confirmed the details, and once the record is redacted."""
    if "records" in transaction.redacted or not transaction.has_passed("ID_INFORMATION"):
        return {}
    person = invent(transaction.seed)
    address = {
        "street_address": person.street,
        "country": "AUS",
        "post_code": person.post_code,
        "was_validated": True,
        "suburb": person.suburb,
        "full_address": person.address,
        "state": "NSW",
        "street_address_2": "",
    }
    details = {
        "country_code": "AUS",
        "id_number": person.licence_number,
        "document_number": person.document_number,
        "address": address,
        "date_of_expiry": person.expires,
        "date_of_birth": person.born,
        "last_name": person.last_name,
        "middle_name": person.middle_name,
        "first_name": person.first_name,
        "document_type": "Driver Licence",
        "licence_number": person.licence_number,
    }
    return {"user_details": details}
