"""The bytes as they came, for those who may open them: written down before one of them is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import hdrs, web

from consumers.console.api.answering import NothingThere
from consumers.console.api.kinds import NAME, Whole
from consumers.console.api.operations import Answer, Asked, Operation, Parameter
from consumers.console.auditing import audited
from consumers.console.opening import is_openable, record_at
from runtime.access.identity import Role
from runtime.eventlog import Record
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.callback import Callback
from schemas.message import Undecodable

OPEN = "documents.open"
"""The right to open bodies without being an admin."""

_ANYTHING = "application/octet-stream"
SAFE_TYPES = (
    "application/json",
    "application/pdf",
    "image/jpeg",
    "image/png",
    "text/plain",
)
"""What a browser shows at most as a picture or as text; whatever else a vendor calls it is bytes to us."""

_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Document:
    """``name`` is of letters, digits and hyphens; ``media_type`` one of ``SAFE_TYPES``, or bytes."""

    name: str
    media_type: str
    body: bytes


def _document(record: Record) -> Document | None:
    """``None`` for what is nobody's document."""
    try:
        if record.topic == topics.DEAD_LETTERS:
            return Document(_name(record.key), _ANYTHING, deadletter.from_record(record).value)
        found = callbacks.from_record(record)
    except Undecodable:
        return None
    return Document(_name(found.id), _media_type(found), found.body)


def _media_type(document: Callback) -> str:
    said = (document.http_header("content-type") or "").partition(";")[0].strip().lower()
    return said if said in SAFE_TYPES else _ANYTHING


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", text)


async def _open(asked: Asked) -> web.Response:
    topic, partition, offset = asked["topic"], asked["partition"], asked["offset"]
    if not is_openable(asked.console, topic):
        raise NothingThere("documents lie at the vendors of the settings, and among dead letters; check the topic")
    await audited(asked.request, "document", f"{topic}/{partition}/{offset}")
    record = await record_at(asked.console.log, topic, partition, offset)
    found = None if record is None else _document(record)
    if found is None:
        raise NothingThere("no document lies there; it may have been erased")
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{found.name}"',
        hdrs.CACHE_CONTROL: "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=found.body, content_type=found.media_type, headers=headers)


OPERATIONS = (
    Operation(
        "openDocument",
        "GET",
        "/documents/{topic}/{partition}/{offset}",
        "The raw bytes of a callback, a fetched document or an action, where an event's `raw` says they lie, or of a "
        f"dead letter. Who opens one must be an admin, or have the right `{OPEN}`; each opening is written down.",
        "documents",
        _open,
        Answer("The bytes, as a file.", media_types=(*SAFE_TYPES, _ANYTHING)),
        role=Role.ADMIN,
        or_may=OPEN,
        in_path=(
            Parameter("topic", NAME, "A vendor's topic, as `callbacks.idenfy`, or `dead-letters`."),
            Parameter("partition", Whole(0, 1_000_000), "Its partition."),
            Parameter("offset", Whole(0, _MOST), "Where it lies there."),
        ),
        problems=(404,),
    ),
)
