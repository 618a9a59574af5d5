"""One Solaris callback, read: a webhook by its header, a fetched document by its members."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from normalizers.reading import Reading, Recall
from normalizers.vendors.solaris import attempts
from normalizers.vendors.solaris.bodies import parse_webhook
from normalizers.vendors.solaris.documents import read_document
from normalizers.vendors.solaris.findings import is_word, new_findings
from normalizers.vendors.solaris.identity import EVENT_TYPE
from normalizers.vendors.solaris.webhooks import THIN, UNKNOWN, WEBHOOKS, read_webhook
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind

WEBHOOK_RETRIES = timedelta(days=8)
"""Section 4: the longest published retry time is 7 days, and what was seen is kept for at least 8."""


def read(callback: Callback, _recall: Recall) -> Reading | None:
    """What the callback says; ``None`` for a thin webhook. Raises ``Unreadable`` and nothing else.

    A webhook that speaks may be retried long after a newer one; a document is read anew each time, and may say again
    what it said before.
    """
    if callback.kind is CallbackKind.DOCUMENT:
        return read_document(callback)
    reading = _read_webhook(callback)
    return reading and replace(reading, retry_horizon=WEBHOOK_RETRIES)


def _read_webhook(callback: Callback) -> Reading | None:
    word = (callback.http_header(EVENT_TYPE.lower()) or "").strip().upper()
    if word in THIN:
        return None
    document = parse_webhook(callback.body)
    if not word and attempts.PROCESS in document:
        return attempts.read_result(document)
    findings = new_findings()
    if word in WEBHOOKS:
        return read_webhook(WEBHOOKS[word], callback, word, document, findings)
    findings.unknown(EVENT_TYPE, word)
    return read_webhook(UNKNOWN, callback, word if is_word(word) else EventKind.UNKNOWN.value, document, findings)
