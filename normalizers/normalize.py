"""From a callback and what is remembered of its verification to an event: pure, and the same on every replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from uuid_utils import UUID, uuid5

from normalizers.actions import LASTS_AT_MOST
from normalizers.memory import Decisions, Remembered
from normalizers.reading import Previous, Reading, VendorMapping
from schemas.callback import Callback, CallbackKind
from schemas.event import DecidedBy, EventKind, Outcome, Provenance, Raw, VerificationEvent, WaitsFor
from schemas.waiting import waits_for

_NAMESPACE = UUID("5f1d0c0a-4e0b-5b62-9a3e-8a8f5c2c7d11")
"""Chosen once. Changing it would give every event a new id."""

_PROVENANCE = {CallbackKind.CALLBACK: Provenance.CALLBACK, CallbackKind.ACTION: Provenance.OPERATOR}


def normalize(
    mapping: VendorMapping, callback: Callback, reading: Reading, remembered: Remembered, raw: Raw
) -> tuple[VerificationEvent | None, Remembered]:
    """The event that the reading amounts to and the memory after it; ``None`` and the same memory for a retry."""
    decision = decision_of(reading)
    horizon = mapping.retry_horizon if reading.retry_horizon is None else reading.retry_horizon
    occurrence = remembered.occurrence(reading.kind, decision, callback.received_at, horizon)
    if occurrence is None:
        return None, remembered
    previous = _standing(remembered.of(reading.kind), reading)
    after = remembered.with_decision(reading.kind, decision, occurrence, callback.received_at, previous)
    event = _event(mapping, callback, reading, event_id_of(callback, reading, decision, occurrence), raw)
    return (_by_operator(event) if _is_operators(callback, reading, remembered) else event), after


def _standing(known: Decisions | None, reading: Reading) -> Previous:
    """Where the verification stands now: what is not final undoes no final decision, unless it reopens it."""
    if known is not None and known.previous.final and not reading.final and not reading.reopens:
        return known.previous
    return Previous(reading.outcome, reading.final)


def _is_operators(callback: Callback, reading: Reading, remembered: Remembered) -> bool:
    """What is read while an operator's action is under way is what came of it, unless the vendor's machine says that
    it decided by itself.
    """
    decides = reading.kind is EventKind.VERIFICATION and reading.outcome is not Outcome.PENDING
    if callback.kind is not CallbackKind.DOCUMENT or not decides or reading.decided_by is DecidedBy.AUTOMATIC:
        return False
    return _is_under_way(remembered.of(EventKind.ACTION), callback.received_at)


def _is_under_way(actions: Decisions | None, now: datetime) -> bool:
    return actions is not None and actions.previous.outcome is Outcome.PENDING and now - actions.at <= LASTS_AT_MOST


def _by_operator(event: VerificationEvent) -> VerificationEvent:
    return replace(event, decided_by=DecidedBy.OPERATOR, provenance=Provenance.OPERATOR)


def decision_of(reading: Reading) -> str:
    """The identity of a decision (hex): what it means and what it says, not when or how often it was delivered."""
    meaning = f"{reading.kind}\n{reading.outcome}\n{reading.final}\n{reading.reopens}\n".encode()
    return sha256(meaning + reading.content).hexdigest()


def event_id_of(callback: Callback, reading: Reading, decision: str, occurrence: int) -> str:
    parts = callback.vendor, callback.source, reading.verification_id, reading.kind, decision, str(occurrence)
    return str(uuid5(_NAMESPACE, "\n".join(parts)))


def _event(mapping: VendorMapping, callback: Callback, reading: Reading, event_id: str, raw: Raw) -> VerificationEvent:
    return VerificationEvent(
        event_id=event_id,
        provider=callback.vendor,
        source=callback.source,
        verification_id=reading.verification_id,
        subject_ref=reading.subject_ref,
        subject_kind=reading.subject_kind,
        kind=reading.kind,
        outcome=reading.outcome,
        final=reading.final,
        reopens=reading.reopens,
        decided_by=reading.decided_by,
        vendor_event=reading.vendor_event,
        vendor_status=reading.vendor_status,
        occurred_at=reading.occurred_at,
        received_at=callback.received_at,
        checks=reading.checks,
        reasons=reading.reasons,
        provenance=_provenance(callback),
        test=callback.test or reading.test,
        raw=raw,
        mapping_version=mapping.version,
        unmapped=reading.unmapped,
        waits_for=_waits_for(reading),
    )


def _waits_for(reading: Reading) -> WaitsFor | None:
    return reading.waits_for or waits_for(reading.kind, reading.outcome, reading.checks, final=reading.final)


def _provenance(callback: Callback) -> Provenance:
    """A document that no callback led to was asked for by us: nobody had called."""
    if callback.kind is CallbackKind.DOCUMENT:
        return Provenance.RECONCILED if callback.cause is None else Provenance.FETCHED
    return _PROVENANCE[callback.kind]
