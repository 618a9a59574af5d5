"""One iDenfy document, read: a webhook by its header ``Idenfy-Event-Type`` (the facts, section 2), or an answer."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.documents import canonical, parse
from normalizers.findings import Findings, is_word
from normalizers.reading import Reading, Recall
from normalizers.vendors.idenfy import company, decision, person
from normalizers.vendors.idenfy.identity import MAX_ID_LENGTH, subject_ref
from normalizers.vendors.idenfy.recovery import read_answer
from normalizers.vendors.idenfy.verification import read_verification
from normalizers.vendors.idenfy.webhooks import Webhook, read_webhook
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome, SubjectKind

WEBHOOKS: Mapping[str, Webhook] = {**person.WEBHOOKS, **company.WEBHOOKS}
"""Every type but the results of verifications, which are ``decision.EVENTS``."""

_HEADER = "Idenfy-Event-Type"
_HEADER_LOWER = _HEADER.lower()
_ALIAS = "ID_VERIFICATION"
_IDS = ("scanRef", "companyId", "monitoringId", "id")


def read(callback: Callback, recall: Recall) -> Reading | None:
    """What the callback says; ``None`` for an answer that says nothing new. Raises ``Unreadable`` and nothing else."""
    document = parse(callback.body, unique_in=("status",))
    if callback.kind is CallbackKind.DOCUMENT:
        return read_answer(document, recall)
    word = (callback.http_header(_HEADER_LOWER) or "").strip().upper() or decision.RESULT
    event = decision.RESULT + word.removeprefix(_ALIAS) if word.startswith(_ALIAS) else word
    if event in decision.EVENTS:
        return read_verification(event, word, document, recall)
    webhook = WEBHOOKS.get(event)
    if webhook is not None:
        return read_webhook(webhook, callback, word, document)
    return _read_unknown(callback, word, document)


def _read_unknown(callback: Callback, word: str, document: Mapping[str, object]) -> Reading:
    """Section 2: a type that no page names is kept and says nothing."""
    findings = Findings()
    findings.unknown(_HEADER, word)
    client = subject_ref(findings, document)
    return Reading(
        verification_id=_any_id(document) or callback.id,
        kind=EventKind.UNKNOWN,
        outcome=Outcome.UNKNOWN,
        final=False,
        vendor_event=word if is_word(word) else EventKind.UNKNOWN.value,
        content=canonical(document),
        subject_ref=client,
        subject_kind=SubjectKind.UNKNOWN,
        unmapped=tuple(findings.unmapped),
    )


def _any_id(document: Mapping[str, object]) -> str | None:
    """The first member that could name the subject: of a type that we do not know, nothing is required."""
    values = (document.get(name) for name in _IDS)
    return next((value for value in values if isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH), None)
