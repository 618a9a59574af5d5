"""Which resource a fetched document is: its members tell, and where they do not, the target it was fetched for."""

from __future__ import annotations

from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.credas.arrays import ARRAYS, IDENTITY
from normalizers.vendors.credas.bodies import Members, guid, parse_document
from normalizers.vendors.credas.datachecks import KINDS, SANCTIONS, is_screening, read_data_check
from normalizers.vendors.credas.entries import is_entry, read_entries, read_entry
from normalizers.vendors.credas.gone import is_gone, read_gone
from normalizers.vendors.credas.process import read_process
from normalizers.vendors.credas.registration import read_registration
from normalizers.vendors.credas.summary import read_summary
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason

PROCESS = "process"

_SUMMARY = frozenset({IDENTITY, "accountType", *ARRAYS})
"""An entity by itself is a summary without results."""


def target_kind(callback: Callback) -> str:
    """The kind of the target: the fetching stage ends ``checked_by`` in it."""
    return callback.checked_by.rpartition(" ")[2]


def read_document(callback: Callback, recall: Recall) -> Reading | None:
    """What the API's answer says; ``None`` for an empty list. Raises ``Unreadable`` and nothing else."""
    if is_gone(callback):
        return read_gone(callback, recall)
    document = parse_document(callback.body)
    if not isinstance(document, list):
        return _read_resource(callback, document, recall)
    entries = [entry for entry in document if isinstance(entry, dict) and is_entry(entry)]
    if len(entries) < len(document):
        raise Unreadable(DeadLetterReason.UNSUPPORTED_FORM, "the list is none of submissions")
    return read_entries(callback, entries) if entries else None


def _read_resource(callback: Callback, document: Members, recall: Recall) -> Reading | None:
    kind = target_kind(callback)
    if "regCode" in document:
        return read_registration(callback, document)
    if not _SUMMARY.isdisjoint(document):
        return read_summary(callback, document, recall)
    if is_entry(document):
        return read_entry(callback, document)
    if is_screening(document):
        return read_data_check(callback, SANCTIONS, document)
    if kind in KINDS:
        return read_data_check(callback, kind, document)
    if kind == PROCESS or (guid(document.get("id")) or "") == guid(callback.verification_id):
        return read_process(callback, document, recall)
    raise Unreadable(DeadLetterReason.UNSUPPORTED_FORM, "the document is none of the known resources")
