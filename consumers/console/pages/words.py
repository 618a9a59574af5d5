"""What our words mean, in words for people. Each table has every member of its enum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.action import ActionState
from schemas.alert import AlertScope, Severity
from schemas.deadletter import DeadLetterReason
from schemas.event import (
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    ReasonClass,
    SubjectKind,
    WaitsFor,
)


@dataclass(frozen=True, slots=True)
class Word:
    """``tone`` is ``good``, ``bad``, ``warn``, ``info`` or ``quiet``; ``more`` says what it means."""

    word: str
    tone: str = "quiet"
    more: str = ""


OUTCOMES: Mapping[Outcome, Word] = {
    Outcome.VERIFIED: Word("Verified", "good"),
    Outcome.REJECTED: Word("Rejected", "bad"),
    Outcome.NEEDS_REVIEW: Word("Needs review", "warn"),
    Outcome.PENDING: Word("Pending", "info"),
    Outcome.EXPIRED: Word("Expired", "quiet"),
    Outcome.CANCELLED: Word("Cancelled", "quiet"),
    Outcome.ERROR: Word("Error", "bad"),
    Outcome.UNKNOWN: Word("No outcome", "quiet"),
}

_TELLS = frozenset({EventKind.SIGNAL, EventKind.ERASED})
"""Kinds that tell of something and decide nothing."""


def called(kind: EventKind, outcome: Outcome) -> Word:
    """What it came to; of a kind that comes to nothing, what it is."""
    return Word(KINDS[kind]) if kind in _TELLS and outcome is Outcome.UNKNOWN else OUTCOMES[outcome]


DECIDERS: Mapping[DecidedBy, str] = {
    DecidedBy.AUTOMATIC: "by the vendor's machine",
    DecidedBy.HUMAN: "by a person at the vendor",
    DecidedBy.OPERATOR: "by an operator of ours",
    DecidedBy.UNKNOWN: "nobody says by whom",
}

KINDS: Mapping[EventKind, str] = {
    EventKind.VERIFICATION: "Verification",
    EventKind.ADDITIONAL_STEP: "Additional step",
    EventKind.AML: "AML screening",
    EventKind.DOCUMENT_EXPIRY: "Document expiry",
    EventKind.FACE_AUTHENTICATION: "Face authentication",
    EventKind.AGE_ESTIMATION: "Age estimation",
    EventKind.VIDEO_CALL: "Video call",
    EventKind.BANK_CARD: "Bank card",
    EventKind.COMPANY: "Company",
    EventKind.SIGNAL: "Signal",
    EventKind.ERASED: "Erased at the vendor",
    EventKind.ACTION: "Operator's action",
    EventKind.UNKNOWN: "Something unknown",
}

SUBJECT_KINDS: Mapping[SubjectKind, str] = {
    SubjectKind.PERSON: "person",
    SubjectKind.BUSINESS: "business",
    SubjectKind.UNKNOWN: "person or business",
}

REASONS: Mapping[ReasonClass, str] = {
    ReasonClass.FRAUD: "Signs of fraud: something was faked, stolen or tampered with.",
    ReasonClass.MISMATCH: "Face, document and what was typed in are not all the same person's.",
    ReasonClass.QUALITY: "Pictures or video were not good enough to decide by.",
    ReasonClass.EXPIRED_DOCUMENT: "The document is past its date.",
    ReasonClass.UNSUPPORTED: "A document or a country that this vendor does not take.",
    ReasonClass.TECHNICAL: "A technical fault at the vendor or on the way there.",
    ReasonClass.NOT_DONE: "Something that was asked for was not done.",
    ReasonClass.CUSTOMER: "The customer gave up, refused, or did it wrongly.",
    ReasonClass.SCREENING: "Somebody like this is on a list: sanctions, politically exposed persons, bad news.",
    ReasonClass.AGE: "Not of the age that is asked for.",
    ReasonClass.UNKNOWN: "The vendor gives a reason that Hookline does not know; its code stands beside this.",
}

CHECK_KINDS: Mapping[CheckKind, str] = {
    CheckKind.DOCUMENT: "Document",
    CheckKind.FACE: "Face against document",
    CheckKind.LIVENESS: "Liveness",
    CheckKind.ADDRESS: "Address",
    CheckKind.AML: "Anti-money-laundering lists",
    CheckKind.PEP: "Politically exposed persons",
    CheckKind.SANCTIONS: "Sanctions",
    CheckKind.ADVERSE_MEDIA: "Adverse media",
    CheckKind.CRIMINAL: "Criminal records",
    CheckKind.LOST_DOCUMENT: "Lost or stolen documents",
    CheckKind.REGISTRY: "Public register",
    CheckKind.ADDITIONAL_STEP: "Additional step",
    CheckKind.QUESTIONNAIRE: "Questionnaire",
    CheckKind.RISK: "Risk",
    CheckKind.BANK: "Bank account",
    CheckKind.EMAIL: "E-mail address",
    CheckKind.PHONE: "Phone number",
    CheckKind.AGE: "Age",
    CheckKind.DUPLICATE: "Seen before",
    CheckKind.COMPANY: "Company",
    CheckKind.UNKNOWN: "Check",
}

CHECK_RESULTS: Mapping[CheckResult, Word] = {
    CheckResult.PASS: Word("Passed", "good"),
    CheckResult.FAIL: Word("Failed", "bad"),
    CheckResult.REVIEW: Word("To be reviewed", "warn"),
    CheckResult.NOT_DONE: Word("Not done", "quiet"),
    CheckResult.UNKNOWN: Word("Not known", "quiet"),
}

PROVENANCES: Mapping[Provenance, str] = {
    Provenance.CALLBACK: "the vendor called back",
    Provenance.FETCHED: "read at the vendor after its callback",
    Provenance.RECONCILED: "found by asking the vendor",
    Provenance.OPERATOR: "came of an operator's action",
    Provenance.UNKNOWN: "where it came from is not known",
}

WAITS: Mapping[WaitsFor, Word] = {
    WaitsFor.REVIEWER: Word("A reviewer", "warn", "Somebody must look and decide."),
    WaitsFor.OPERATOR: Word("An operator", "warn", "Somebody of ours must act."),
    WaitsFor.CUSTOMER: Word("The customer", "info", "The person or business has not finished their part."),
    WaitsFor.VENDOR: Word("The vendor", "info", "The vendor has all it needs, and has not decided."),
}

SEVERITIES: Mapping[Severity, Word] = {
    Severity.CRITICAL: Word("Critical", "bad", "Look now."),
    Severity.WARNING: Word("Warning", "warn", "Look today."),
    Severity.INFO: Word("For information", "info", "Look whenever you like."),
    Severity.UNKNOWN: Word("Unknown", "quiet", ""),
}

SCOPES: Mapping[AlertScope, str] = {
    AlertScope.VERIFICATION: "A verification",
    AlertScope.SOURCE: "An account",
    AlertScope.SYSTEM: "Hookline itself",
    AlertScope.UNKNOWN: "Something",
}

STEPS: Mapping[ActionState, Word] = {
    ActionState.ASKED: Word("Asked for", "warn", "Somebody else must confirm it."),
    ActionState.BEGUN: Word("Begun", "info", "It was about to be done."),
    ActionState.DONE: Word("Done", "good"),
    ActionState.FAILED: Word("Not done", "bad", "Nothing changed at the vendor."),
    ActionState.UNCONFIRMED: Word("Perhaps done", "warn", "Nobody knows whether it was done: look at the vendor."),
}

EFFECTS: Mapping[str, Word] = {
    "reads": Word("Looks only", "quiet", "Nothing changes at the vendor."),
    "changes": Word("Changes", "info", "Something changes at the vendor."),
    "creates": Word("Creates", "info", "It begins a verification, or makes one known."),
    "decides": Word("Decides", "warn", "It may change the outcome of a verification."),
}

LETTERS: Mapping[DeadLetterReason, str] = {
    DeadLetterReason.NOT_JSON: "The body is no JSON.",
    DeadLetterReason.TOO_DEEP: "The document is nested deeper than any vendor's.",
    DeadLetterReason.DUPLICATE_KEY: "A member stands twice in the document: nobody can say which one counts.",
    DeadLetterReason.NUMBER_OUT_OF_RANGE: "A number is larger than can be kept exactly.",
    DeadLetterReason.WRONG_TYPE: "A member is of another type than the vendor documents.",
    DeadLetterReason.MISSING_FIELD: "A member is missing that the vendor always sends.",
    DeadLetterReason.NO_VERIFICATION_ID: "It does not say which verification it is about.",
    DeadLetterReason.UNSUPPORTED_FORM: "It has a form that Hookline does not read.",
    DeadLetterReason.NOT_FETCHABLE: "What it hints at cannot be read with this account's settings.",
    DeadLetterReason.NOT_FETCHED: "The vendor did not answer until the time was over.",
    DeadLetterReason.NOT_THERE: "The vendor says that there is no such verification.",
    DeadLetterReason.REFUSED: "It was refused by whoever should have taken it.",
    DeadLetterReason.NO_CHANNEL: "The settings name no channel of alerts of that name.",
    DeadLetterReason.NOT_DELIVERED: "The channel of alerts did not take it until the time was over.",
    DeadLetterReason.UNDECODABLE_RECORD: "The record on the log cannot be decoded.",
    DeadLetterReason.PROGRAM_ERROR: "A fault of this program.",
}

FOUND_BY: Mapping[str, str] = {
    "verification": "the verification's id",
    "subject": "your own reference",
    "event": "an event's id",
    "callback": "a callback's id",
    "alert": "an alert's id",
}
