"""VerificationEvent: what a vendor decided, in one shape for all vendors.

It says what was decided, not who the person is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SubjectKind(StrEnum):
    UNKNOWN = "UNKNOWN"
    PERSON = "PERSON"
    BUSINESS = "BUSINESS"


class EventKind(StrEnum):
    """What the event is about. Only VERIFICATION speaks of a verification's own outcome.

    ACTION says that an operator did something at the vendor: who and why stand in the bytes that ``raw`` points to.
    """

    UNKNOWN = "UNKNOWN"
    VERIFICATION = "VERIFICATION"
    ADDITIONAL_STEP = "ADDITIONAL_STEP"
    AML = "AML"
    DOCUMENT_EXPIRY = "DOCUMENT_EXPIRY"
    FACE_AUTHENTICATION = "FACE_AUTHENTICATION"
    AGE_ESTIMATION = "AGE_ESTIMATION"
    VIDEO_CALL = "VIDEO_CALL"
    BANK_CARD = "BANK_CARD"
    COMPANY = "COMPANY"
    SIGNAL = "SIGNAL"
    ERASED = "ERASED"
    ACTION = "ACTION"


class Outcome(StrEnum):
    """UNKNOWN means that the event says nothing about an outcome, or nothing that we understand."""

    UNKNOWN = "UNKNOWN"
    PENDING = "PENDING"
    NEEDS_REVIEW = "NEEDS_REVIEW"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    ERROR = "ERROR"


class DecidedBy(StrEnum):
    UNKNOWN = "UNKNOWN"
    AUTOMATIC = "AUTOMATIC"
    HUMAN = "HUMAN"
    OPERATOR = "OPERATOR"


class CheckKind(StrEnum):
    UNKNOWN = "UNKNOWN"
    DOCUMENT = "DOCUMENT"
    FACE = "FACE"
    LIVENESS = "LIVENESS"
    ADDRESS = "ADDRESS"
    AML = "AML"
    PEP = "PEP"
    SANCTIONS = "SANCTIONS"
    ADVERSE_MEDIA = "ADVERSE_MEDIA"
    CRIMINAL = "CRIMINAL"
    LOST_DOCUMENT = "LOST_DOCUMENT"
    REGISTRY = "REGISTRY"
    ADDITIONAL_STEP = "ADDITIONAL_STEP"
    QUESTIONNAIRE = "QUESTIONNAIRE"
    RISK = "RISK"
    BANK = "BANK"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    AGE = "AGE"
    DUPLICATE = "DUPLICATE"
    COMPANY = "COMPANY"


class CheckResult(StrEnum):
    UNKNOWN = "UNKNOWN"
    PASS = "PASS"  # noqa: S105 - a result, not a password
    FAIL = "FAIL"
    REVIEW = "REVIEW"
    NOT_DONE = "NOT_DONE"


class ReasonClass(StrEnum):
    UNKNOWN = "UNKNOWN"
    FRAUD = "FRAUD"
    MISMATCH = "MISMATCH"
    QUALITY = "QUALITY"
    EXPIRED_DOCUMENT = "EXPIRED_DOCUMENT"
    UNSUPPORTED = "UNSUPPORTED"
    TECHNICAL = "TECHNICAL"
    NOT_DONE = "NOT_DONE"
    CUSTOMER = "CUSTOMER"
    SCREENING = "SCREENING"
    AGE = "AGE"


class Provenance(StrEnum):
    UNKNOWN = "UNKNOWN"
    CALLBACK = "CALLBACK"
    FETCHED = "FETCHED"
    RECONCILED = "RECONCILED"
    OPERATOR = "OPERATOR"


class WaitsFor(StrEnum):
    """CUSTOMER: the person or business has not done their part. VENDOR: they have, and the vendor has not said how it
    ended. REVIEWER: a person must decide, the vendor's or ours. OPERATOR: one of ours must do something first.

    The Avro enum has UNKNOWN beside these, for events that were written before it: see ``codec``.
    """

    CUSTOMER = "CUSTOMER"
    VENDOR = "VENDOR"
    REVIEWER = "REVIEWER"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the vendor looked at. ``vendor_value`` is the vendor's word, never a person's data."""

    kind: CheckKind
    name: str
    result: CheckResult
    vendor_value: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an outcome is what it is: our class (``class`` in the Avro record) and the vendor's code."""

    reason_class: ReasonClass
    code: str


@dataclass(frozen=True, slots=True)
class Raw:
    """The custody pointer: where the bytes lie that this event was read from, and their SHA-256 (hex)."""

    topic: str
    partition: int
    offset: int
    callback_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class VerificationEvent:
    """One decision of one vendor. Field by field it is the Avro record ``avro/verification-event.avsc``.

    ``event_id`` is deterministic: the same callbacks in the same order give the same ids for ever. ``reopens`` is true
    when the vendor took an earlier final decision back, so that what follows counts anew. ``waits_for`` is whom one
    waits for as long as this is the current decision; ``None``: nobody.
    """

    event_id: str
    provider: str
    source: str
    verification_id: str
    subject_ref: str | None
    subject_kind: SubjectKind
    kind: EventKind
    outcome: Outcome
    final: bool
    reopens: bool
    decided_by: DecidedBy
    vendor_event: str
    vendor_status: str | None
    occurred_at: datetime | None
    received_at: datetime
    checks: tuple[Check, ...]
    reasons: tuple[Reason, ...]
    provenance: Provenance
    test: bool
    raw: Raw
    mapping_version: int
    unmapped: tuple[str, ...]
    waits_for: WaitsFor | None

    @property
    def key(self) -> str:
        """``<provider>:<verification_id>``, the key of the event's record and the name by which people ask for it."""
        return f"{self.provider}:{self.verification_id}"
