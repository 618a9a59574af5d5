"""FetchRequest: something is to be read at the vendor, because a callback led to it or because none came."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from schemas.message import Message, Stored, Undecodable


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One resource of one verification, to be read at ``source``'s vendor.

    ``kind`` is the vendor file's word for what it is, ``subject_ref`` the person or business where that is known.
    ``cause`` is the id of the callback that led to it; without one it was asked by us, on the occasion ``tick`` (Unix
    seconds): a later occasion of the same verification replaces an earlier one. ``asked_at`` is when it was written.
    """

    source: str
    kind: str
    verification_id: str
    subject_ref: str | None
    cause: str | None
    asked_at: datetime
    tick: int | None = None

    @property
    def key(self) -> str:
        """Its own: asked twice for the same reason it is the same request."""
        why = self.cause if self.cause is not None else f"tick-{self.tick}"
        return f"{self.source}/{self.kind}/{self.verification_id}/{why}"


def to_message(request: FetchRequest) -> Message:
    """Partitioned by account: see ``schemas.topics.fetch_requests``. Its headers are for tools, as a callback's are."""
    headers = (
        ("id", (request.cause or request.key).encode()),
        ("source", request.source.encode()),
        ("received-at", request.asked_at.isoformat().encode()),
    )
    return Message(request.key, request.source, headers, orjson.dumps(asdict(request)))


def from_record(record: Stored) -> FetchRequest:
    """The request that ``to_message`` wrote. Raises ``Undecodable`` for anything else."""
    try:
        fields = orjson.loads(record.value or b"")
        return FetchRequest(**fields | {"asked_at": datetime.fromisoformat(fields["asked_at"])})
    except (KeyError, TypeError, ValueError) as error:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        raise Undecodable(f"{where}: not a fetch request ({type(error).__name__})") from None
