"""Manual overrides at Credas, as requests: facts, section 5.2. Nothing is sent here; ``overriding`` sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ingest.action import InvalidArgument
from ingest.api import ANYTHING, Request
from ingest.vendors.credas.webhook import guid
from ingest.vendors.credas.words import VERIFICATION

PATHS = ("non-biometic-documents", "non-biometric-documents")
"""Section 5.2: how the path is published, and how the word is written."""

MAX_REASON = 1000
"""Characters. No page names a bound."""

MAX_REVIEWS = 50


class Verdict(IntEnum):
    """What we say of a result, by the number that it then has: section 6.1, of which these three are ours to set."""

    VERIFY = 4
    REJECT = 5
    REFER = 6

    @property
    def word(self) -> str:
        """As it stands in paths."""
        return self.name.lower()

    def listed(self, words: str) -> int:
        """Its number in that list of section 6: the other two do not tell a result by hand from one by machine."""
        return int(self) if words == VERIFICATION else {Verdict.VERIFY: 1, Verdict.REFER: 2, Verdict.REJECT: 3}[self]


def verdict_of(name: str, value: object) -> Verdict:
    """``verify``, ``reject``, ``refer``, or their numbers. Raises ``InvalidArgument`` for any other.

    Section 5.2: the other results of the list are not ours to set.
    """
    said = str(value).strip().lower() if type(value) in {str, int} else ""
    found = next((each for each in Verdict if said in {each.word, str(each.value)}), None)
    if found is None:
        known = ", ".join(f"{each.word} ({each.value})" for each in Verdict)
        raise InvalidArgument(name, f"not one that an operator can set; write one of: {known}")
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """One submission of one person: ids as GUIDs, in any case."""

    entity: str
    name: str

    @property
    def path(self) -> str:
        """Raises ``InvalidArgument`` for what is no GUID."""
        return f"/entities/{checked_guid('entity', self.entity)}/idv-entries/{checked_guid('entry', self.name)}"


@dataclass(frozen=True, slots=True)
class Review:
    """What is said of one supporting document, and why."""

    document: str
    verdict: Verdict
    comments: str


def liveness(entry: Entry, verdict: Verdict, reason: str) -> Request:
    """Raises ``InvalidArgument``, as the other two do."""
    return _put(f"{entry.path}/{verdict.word}-liveness", {"reason": _reason("reason", reason)})


def id_document(entry: Entry, document: str, verdict: Verdict, reason: str) -> Request:
    path = f"{entry.path}/id-document/{checked_guid('document', document)}/{verdict.word}"
    return _put(path, {"reason": _reason("reason", reason)})


def supporting_documents(entry: Entry, reviews: Sequence[Review], path: str = PATHS[0]) -> Request:
    """``path`` is one of ``PATHS``; which of them Credas knows besides the published one is not known (section 5.2)."""
    if path not in PATHS:
        raise InvalidArgument("documents_path", f"write one of: {', '.join(PATHS)}")
    if not 0 < len(reviews) <= MAX_REVIEWS:
        raise InvalidArgument("reviews", f"{len(reviews)} of them; give 1 to {MAX_REVIEWS}")
    body = [_review(f"reviews[{place}]", review) for place, review in enumerate(reviews)]
    if len({each["id"] for each in body}) < len(body):
        raise InvalidArgument("reviews", "one document is named twice; give one result for each")
    return _put(f"{entry.path}/{path}/review", body)


def _put(path: str, body: object) -> Request:
    """Section 5.2: what is answered is not published."""
    return Request("PUT", path, json=body, form=ANYTHING)


def _review(place: str, review: Review) -> dict[str, object]:
    document = checked_guid(f"{place}.id", review.document)
    comments = _reason(f"{place}.comments", review.comments)
    return {"id": document, "result": int(review.verdict), "comments": comments}


def checked_guid(name: str, text: object) -> str:
    """In lower case. Raises ``InvalidArgument`` that says what it was to be the id of."""
    found = guid(text)
    if found is None:
        raise InvalidArgument(name, "not a GUID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6")
    return found


def _reason(name: str, text: str) -> str:
    """Without white space around it. It is not repeated in messages: people write names into reasons."""
    reason = text.strip()
    if not reason:
        raise InvalidArgument(name, "missing; say why")
    if len(reason) > MAX_REASON:
        raise InvalidArgument(name, f"{len(reason)} characters; at most {MAX_REASON}")
    if not reason.replace("\n", "").isprintable():
        raise InvalidArgument(name, "holds control characters; write plain text")
    return reason
