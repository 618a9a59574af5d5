"""Which resource a fetched document is. The API names no type in its answers, so its members tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import attempts, identification, person
from normalizers.vendors.solaris.bodies import parse_document
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason

Members = Mapping[str, object]


def read_document(callback: Callback) -> Reading | None:
    """What the API's answer says; an empty list says nothing. Raises ``Unreadable`` and nothing else."""
    document = parse_document(callback.body)
    if isinstance(document, dict):
        return _read_resource(document)
    entries = [entry for entry in document if isinstance(entry, dict)]
    if len(entries) < len(document):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "an entry of the list is not an object")
    return _read_list(callback.verification_id, entries) if entries else None


def _read_resource(document: Members) -> Reading:
    if attempts.PROCESS in document:
        return attempts.read_result(document)
    if not person.CDD.keys().isdisjoint(document):
        return person.read_person(document)
    if "business_id" in document:
        return identification.read_business_identification(document)
    if "identification_methods" in document:
        return identification.read_session(document)
    if "id" in document or "status" in document:
        return identification.read_person_identification(document)
    raise Unreadable(DeadLetterReason.UNSUPPORTED_FORM, "the document is none of the known resources")


def _read_list(verification_id: str, entries: Sequence[Members]) -> Reading:
    """Attempts belong together; of any other list one entry was asked for, the rest has documents of its own."""
    if all("result" in entry or "payload" in entry for entry in entries):
        return attempts.read_attempts(verification_id, entries)
    for entry in entries:
        if entry.get("id") == verification_id:
            return _read_resource(entry)
    raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the list lacks what the document was fetched for")
