"""The bytes as they came, for those who may open them: written down before one of them is sent."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiohttp import hdrs, web

from consumers.console.api.answering import NothingThere
from consumers.console.api.kinds import NAME, Whole
from consumers.console.api.operations import Answer, Asked, Operation, Parameter
from consumers.console.auditing import audited
from consumers.console.console import Console
from consumers.redriving import letter_at
from runtime.access.identity import Role
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from schemas import callback as callbacks
from schemas import topics
from schemas.callback import Callback
from schemas.message import Undecodable

OPEN = "documents.open"
"""The right to open bodies without being an admin."""

_WITHIN = 15.0
"""Seconds that the log may take to give a record."""

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


async def document_at(console: Console, topic: str, partition: int, offset: int) -> Document | None:
    """The callback, fetched document, action or dead letter that lies there; ``None`` where none does any more.

    Raises ``LogUnavailable``.
    """
    try:
        async with asyncio.timeout(_WITHIN):
            if not is_openable(console, topic):
                return None
            if topic == topics.DEAD_LETTERS:
                return await _letter_at(console.log, partition, offset)
            return await _callback_at(console.log, topic, partition, offset)
    except Undecodable:  # a tombstone stands there, or something that is nobody's document
        return None
    except TimeoutError:
        raise LogUnavailable(f"the log did not give {topic}/{partition}/{offset} within {_WITHIN:g} s") from None


def is_openable(console: Console, topic: str) -> bool:
    """Whether documents lie there: of a vendor in the settings, or dead letters."""
    return topic == topics.DEAD_LETTERS or topic in {topics.callbacks(source.vendor) for source in console.sources}


async def _callback_at(log: EventLog, topic: str, partition: int, offset: int) -> Document | None:
    async for record in log.scan(topic, partition=partition, start=offset):
        if record.offset != offset:
            return None
        found = callbacks.from_record(record)
        return Document(_name(found.id), _media_type(found), found.body)
    return None


async def _letter_at(log: EventLog, partition: int, offset: int) -> Document | None:
    found = await letter_at(log, partition, offset)
    return None if found is None else Document(_name(found[0].key), _ANYTHING, found[1].value)


def _media_type(document: Callback) -> str:
    said = (document.http_header("content-type") or "").partition(";")[0].strip().lower()
    return said if said in SAFE_TYPES else _ANYTHING


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", text)


async def _open(asked: Asked) -> web.Response:
    topic, partition, offset = asked["topic"], asked["partition"], asked["offset"]
    found = await document_at(asked.console, topic, partition, offset)
    if found is None:
        raise NothingThere("no document lies there; it may have been erased")
    await audited(asked.request, "document", f"{topic}/{partition}/{offset}")
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
