"""One IDVerse callback, read: by the product that its source's settings name, and by how it came."""

from __future__ import annotations

from normalizers.documents import parse
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.idverse.enterprise import read_event
from normalizers.vendors.idverse.transaction import read_transaction
from schemas.callback import Callback, CallbackKind
from schemas.deadletter import DeadLetterReason


def read(callback: Callback, recall: Recall) -> Reading | None:
    """What the callback says; ``None`` for IDKit's notification, whatever it claims.

    Raises ``Unreadable`` and nothing else.
    """
    enterprise = callback.option("product") == "enterprise"
    if callback.kind is CallbackKind.DOCUMENT:
        if enterprise:
            raise Unreadable(DeadLetterReason.UNSUPPORTED_FORM, "what Enterprise answers is not public (section 12)")
        return read_transaction(callback, parse(callback.body), recall)
    return read_event(callback, parse(callback.body)) if enterprise else None
