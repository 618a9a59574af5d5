"""One Solaris callback, read: a webhook by its header, a fetched document by its members."""

from __future__ import annotations

from normalizers.reading import Reading, Recall
from normalizers.vendors.solaris import attempts
from normalizers.vendors.solaris.bodies import parse_webhook
from normalizers.vendors.solaris.documents import read_document
from normalizers.vendors.solaris.findings import Findings, is_word
from normalizers.vendors.solaris.identity import EVENT_TYPE
from normalizers.vendors.solaris.webhooks import THIN, UNKNOWN, WEBHOOKS, read_webhook
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind


def read(callback: Callback, _recall: Recall) -> Reading | None:
    """What the callback says; ``None`` for a thin webhook. Raises ``Unreadable`` and nothing else."""
    if callback.kind is CallbackKind.DOCUMENT:
        return read_document(callback)
    word = (callback.http_header(EVENT_TYPE.lower()) or "").strip().upper()
    if word in THIN:
        return None
    document = parse_webhook(callback.body)
    if not word and attempts.PROCESS in document:
        return attempts.read_result(document)
    findings = Findings()
    if word in WEBHOOKS:
        return read_webhook(WEBHOOKS[word], callback, word, document, findings)
    findings.unknown(EVENT_TYPE, word)
    return read_webhook(UNKNOWN, callback, word if is_word(word) else EventKind.UNKNOWN.value, document, findings)
