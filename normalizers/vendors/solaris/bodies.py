"""Bodies as JSON, read strictly, and what of them makes a decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from normalizers.documents import canonical, parse
from normalizers.reading import Unreadable
from normalizers.vendors.solaris.findings import is_filled
from schemas.deadletter import DeadLetterReason

_NOTHING = (b"", b"null")
_LIST = "list"


def parse_webhook(body: bytes) -> dict[str, object]:
    """The webhook's object. Section 12, question 4: some bodies are ``{}``, empty or null; all of them say the same."""
    return {} if body.strip() in _NOTHING else parse(body)


def parse_document(body: bytes) -> dict[str, object] | list[object]:
    """The object or, section 7, the bare array that the API answered, as strictly as ``parse`` reads an object."""
    if not body.lstrip().startswith(b"["):
        return parse(body)
    wrapped = parse(b'{"%s":%s}' % (_LIST.encode(), body))
    entries = wrapped.get(_LIST)
    if len(wrapped) == 1 and isinstance(entries, list):
        return entries
    raise Unreadable(DeadLetterReason.NOT_JSON, "the body is an array and something after it")


def content_of(document: Mapping[str, object], deciding: Collection[str]) -> bytes:
    """The deciding members in canonical form; section 7: any may be null or absent, which is the same."""
    return canonical({name: document[name] for name in deciding if is_filled(document.get(name))})
