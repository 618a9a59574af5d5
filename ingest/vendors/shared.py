"""What several vendors' files need: HTTP Basic, and the certainty that an answer is about what was asked for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from ingest.api import Answer, Credentials, VendorUnavailable


def basic(credentials: Credentials) -> str:
    """The header of HTTP Basic (RFC 7617, in UTF-8): ``client_id`` and the secret."""
    return "Basic " + b64encode(f"{credentials.client_id or ''}:".encode() + credentials.secret.value).decode()


def document_about(answer: Answer, member: str, name: str) -> Mapping[str, object]:
    """The answer's object, whose ``member`` is the id that was asked for.

    Raises ``VendorUnavailable`` for any other: some cache or proxy has mixed up its answers.
    """
    if not isinstance(answer.document, dict) or answer.document.get(member) != name:
        raise VendorUnavailable(f"the answer is not about the {member} that was asked for")
    return answer.document


def list_of(answer: Answer) -> list[object]:
    """The answer's list. Raises ``VendorUnavailable`` where it is none."""
    if not isinstance(answer.document, list):
        raise VendorUnavailable("the answer is not the list that was asked for")
    return answer.document
