"""The bytes behind an event, for those who may: written down first, then shown as text and as nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson
from aiohttp import web

from consumers.console.auditing import audited
from consumers.console.console import CONSOLE
from consumers.console.opening import is_openable, record_at
from consumers.console.pages import places
from consumers.console.pages.laying_out import laid_out
from consumers.console.pages.live import begun
from consumers.console.pages.rendering import show
from consumers.console.pages.verification import OPEN_DOCUMENTS
from runtime.access.http import identified
from runtime.access.identity import Role
from runtime.eventlog import Record
from schemas import callback as callbacks
from schemas.callback import Callback
from schemas.message import Undecodable
from schemas.topics import DEAD_LETTERS

_SHOWN = 512 * 1024
"""Bytes of a body that are shown; the file has all of it."""


@dataclass(frozen=True, slots=True)
class Body:
    """``text`` is what can be read of it, ``None`` where it is no text; ``is_whole`` whether that is all."""

    text: str | None
    is_whole: bool
    what: str
    size: int
    sha256: str


async def document(request: web.Request) -> web.Response:
    """Raises ``LogUnavailable`` where the audit cannot be written: then nothing is shown."""
    await identified(request, Role.ADMIN, or_may=OPEN_DOCUMENTS)
    await begun(request)
    _, topic, partition, offset = (*places.parts_of(request), "", "", "")[:4]
    console = request.config_dict[CONSOLE]
    if not is_openable(console, topic) or not (_is_number(partition) and _is_number(offset)):
        raise web.HTTPNotFound(reason="no document lies at such a place")
    await audited(request, "document", f"{topic}/{partition}/{offset}")
    record = await record_at(console.log, topic, int(partition), int(offset))
    if record is None or record.value is None:
        return show(request, "no_document.html", 404, place="", topic=topic, partition=partition, offset=offset)
    return show(
        request,
        "document.html",
        place="",
        record=record,
        callback=_callback(record),
        body=body_of(record.value),
        path=places.path_of("api", "v1", "documents", topic, partition, offset),
        is_letter=topic == DEAD_LETTERS,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 - a number that every log takes


def _callback(record: Record) -> Callback | None:
    try:
        return callbacks.from_record(record)
    except Undecodable:
        return None


def body_of(value: bytes) -> Body:
    """JSON is laid out for reading, text is shown as it is, and anything else not at all."""
    digest, size = sha256(value).hexdigest(), len(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return Body(None, False, f"Not text: {_looks_like(value)}", size, digest)
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return Body(text[:_SHOWN], len(text) <= _SHOWN, "Text", size, digest)
    shown = laid_out(text, _SHOWN + 1)
    return Body(shown[:_SHOWN], len(shown) <= _SHOWN, "JSON, laid out for reading", size, digest)


_BEGINNINGS: Sequence[tuple[bytes, str]] = (
    (b"%PDF", "it begins like a PDF"),
    (b"\xff\xd8\xff", "it begins like a JPEG picture"),
    (b"\x89PNG", "it begins like a PNG picture"),
    (b"PK", "it begins like a ZIP archive"),
)


def _looks_like(value: bytes) -> str:
    return next((words for beginning, words in _BEGINNINGS if value.startswith(beginning)), "of no known kind")
