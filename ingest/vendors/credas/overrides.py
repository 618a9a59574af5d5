"""Manual overrides at Credas, as requests: facts, section 5.2. Nothing is sent here; ``overriding`` sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ingest.api import Request, Unfetchable
from ingest.vendors.credas.webhook import guid

PATHS = ("non-biometic-documents", "non-biometric-documents")
"""Section 5.2: how the path is published, and how the word is written."""

MAX_REASON = 1000
"""Characters. No page names a bound."""

MAX_REVIEWS = 50


class InvalidOverride(Unfetchable):
    """Mend what was asked for: the message names what is wrong with it. Nothing was sent."""


class Verdict(IntEnum):
    """What we say of a result, by the number that it then has: section 6.1, of which these three are ours to set."""

    VERIFY = 4
    REJECT = 5
    REFER = 6

    @property
    def word(self) -> str:
        """As it stands in paths."""
        return self.name.lower()


def verdict_of(text: str) -> Verdict:
    """``verify``, ``reject``, ``refer``, or their numbers. Raises ``InvalidOverride`` for any other."""
    found = next((each for each in Verdict if text.strip().lower() in {each.word, str(each.value)}), None)
    if found is None:
        known = ", ".join(f"{each.word} ({each.value})" for each in Verdict)
        raise InvalidOverride(f"result: not one that an operator can set; write one of: {known}")
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission of one person: ids as GUIDs, in any case."""

    entity: str
    name: str

    @property
    def path(self) -> str:
        """Raises ``InvalidOverride`` for what is no GUID."""
        return f"/entities/{checked_guid('entity', self.entity)}/idv-entries/{checked_guid('entry', self.name)}"


@dataclass(frozen=True, slots=True)
class Review:
    """What is said of one supporting document, and why."""

    document: str
    verdict: Verdict
    comments: str


def liveness(entry: Entry, verdict: Verdict, reason: str) -> Request:
    """Raises ``InvalidOverride``, as the other two do."""
    return Request("PUT", f"{entry.path}/{verdict.word}-liveness", json={"reason": _reason("reason", reason)})


def id_document(entry: Entry, document: str, verdict: Verdict, reason: str) -> Request:
    path = f"{entry.path}/id-document/{checked_guid('document', document)}/{verdict.word}"
    return Request("PUT", path, json={"reason": _reason("reason", reason)})


def supporting_documents(entry: Entry, reviews: Sequence[Review], path: str = PATHS[0]) -> Request:
    """``path`` is one of ``PATHS``; which of them Credas knows besides the published one is not known (section 5.2)."""
    if path not in PATHS:
        raise InvalidOverride(f"documents_path: write one of: {', '.join(PATHS)}")
    if not 0 < len(reviews) <= MAX_REVIEWS:
        raise InvalidOverride(f"reviews: {len(reviews)} of them; give 1 to {MAX_REVIEWS}")
    body = [_review(number, review) for number, review in enumerate(reviews, 1)]
    if len({each["id"] for each in body}) < len(body):
        raise InvalidOverride("reviews: one document is named twice; give one result for each")
    return Request("PUT", f"{entry.path}/{path}/review", json=body)


def _review(number: int, review: Review) -> dict[str, object]:
    document = checked_guid(f"review {number}: document", review.document)
    comments = _reason(f"review {number}: comments", review.comments)
    return {"id": document, "result": int(review.verdict), "comments": comments}


def checked_guid(name: str, text: str) -> str:
    """In lower case. Raises ``InvalidOverride`` that says what it was to be the id of."""
    found = guid(text)
    if found is None:
        raise InvalidOverride(f"{name}: not a GUID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6")
    return found


def _reason(name: str, text: str) -> str:
    """Without white space around it. It is not repeated in messages: people write names into reasons."""
    reason = text.strip()
    if not reason:
        raise InvalidOverride(f"{name}: missing; say why")
    if len(reason) > MAX_REASON:
        raise InvalidOverride(f"{name}: {len(reason)} characters; at most {MAX_REASON}")
    if not reason.replace("\n", "").isprintable():
        raise InvalidOverride(f"{name}: holds control characters; write plain text")
    return reason
