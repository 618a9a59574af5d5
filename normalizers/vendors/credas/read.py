"""One Credas callback, read: by how it came."""

from __future__ import annotations

from dataclasses import replace

from normalizers.reading import Reading, Recall
from normalizers.vendors.credas.documents import read_document
from normalizers.vendors.credas.webhooks import read_webhook
from schemas.callback import Callback, CallbackKind

_DEMO = "credasdemo.com"
"""Section 8: the demo portal, which verifies nobody."""


def read(callback: Callback, recall: Recall) -> Reading | None:
    """What the callback says; ``None`` for what says nothing by itself. Raises ``Unreadable`` and nothing else."""
    if callback.kind is not CallbackKind.DOCUMENT:
        return read_webhook(callback, recall)
    reading = read_document(callback, recall)
    return reading and replace(reading, test=_is_demo(callback))


def _is_demo(callback: Callback) -> bool:
    """The fetching stage writes where a document is from: ``fetched <host> <kind>``."""
    _, _, place = callback.checked_by.partition(" ")
    host = place.partition("/")[0].partition(" ")[0].partition(":")[0].lower()
    return host == _DEMO or host.endswith(f".{_DEMO}")
