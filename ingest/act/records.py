"""Each step of an action as it goes on the log, beside the callbacks of its verification."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from uuid_utils import uuid7

from ingest.act.requests import shortened
from ingest.options import carried_options
from ingest.vendors import DOORS
from runtime.settings import SourceSettings
from schemas.action import MAX_LENGTH, Action, to_body
from schemas.callback import Callback, CallbackKind

MAX_ANSWER = 500_000
"""Bytes of an answer that are kept whole."""


def record_of(source: SourceSettings, action: Action, cause: str | None = None) -> Callback:
    """``cause`` is the id of the record that the action began with. One that has no verification lies by its own id."""
    return Callback(
        id=str(uuid7()),
        vendor=source.vendor,
        source=source.name,
        verification_id=action.verification_id or action.id,
        received_at=datetime.now(UTC),
        body=to_body(action),
        kind=CallbackKind.ACTION,
        checked_by=f"operator {action.operator}",
        cause=cause,
        test=source.environment == "test",
        options=carried_options(source, DOORS[source.vendor]),
    )


def kept_arguments(arguments: Mapping[str, object]) -> Mapping[str, object]:
    """Those that were given, long ones by their digest; nothing of what is too much to be anybody's arguments."""
    try:
        short = shortened(dict(arguments))
        is_small = len(orjson.dumps(short, default=str)) <= MAX_ANSWER
    except (orjson.JSONEncodeError, RecursionError):  # refused, and to be written down all the same
        return {}
    return short if isinstance(short, dict) and is_small else {}


def kept_answer(answer: bytes) -> object:
    """The vendor's JSON, or its text, or what identifies a file."""
    if not answer:
        return None
    if len(answer) > MAX_ANSWER:
        return shortened(answer)
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        pass
    try:
        return answer.decode()
    except UnicodeDecodeError:
        return shortened(answer)


def named(text: str | None) -> str | None:
    """The id, where a record can have such a one."""
    return text if text and len(text) <= MAX_LENGTH and text.isprintable() else None
