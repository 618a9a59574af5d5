"""A record of each topic as one row: what ``--json`` prints, and the line that a person reads. Never a body."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from hookline.registry import explained
from runtime.eventlog import Record
from schemas import callback as callbacks
from schemas import deadletter
from schemas.action import InvalidAction, of_members
from schemas.codec import (
    alert_from_record,
    alert_to_record,
    event_from_record,
    event_to_record,
    prepare_alerts,
    prepare_events,
)
from schemas.message import Undecodable

Row = Mapping[str, Any]


async def _nothing(records: Sequence[Record]) -> None:
    """These records need nothing looked up before they can be read."""


@dataclass(frozen=True, slots=True)
class View:
    """``row`` raises ``Undecodable`` for a record that is not what its topic promises; ``prepare`` comes before it."""

    row: Callable[[Record], Row]
    line: Callable[[Row], str]
    prepare: Callable[[Sequence[Record]], Awaitable[None]] = _nothing


async def row_of(record: Record, view: View) -> Row | None:
    """The record's row; ``None`` for a tombstone, and for what its topic does not promise: that is said on stderr.

    Raises ``SchemasNotReady`` while only the registry can tell what wrote the record.
    """
    with explained():
        await view.prepare([record])
    try:
        return view.row(record) if record.value is not None else None
    except Undecodable as error:
        sys.stderr.write(f"hookline: skipped {record.topic}/{record.partition}/{record.offset}: {error}\n")
        return None


def when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "-"


def decision(row: Row) -> str:
    """``VERIFIED, final, by AUTOMATIC`` and whatever else a reader must know before acting on it."""
    words = [row["outcome"], "final" if row["final"] else "not final", f"by {row['decided_by']}"]
    return ", ".join(words + (["TEST"] if row["test"] else []))


def _event_line(row: Row) -> str:
    reasons = " ".join(f"{reason['class']}:{reason['code']}" for reason in row["reasons"])
    named = f"{row['provider']}:{row['verification_id']}"
    parts = when(row["received_at"]), named, row["kind"], decision(row), row["vendor_event"], reasons
    return "  ".join(parts).rstrip()


def _callback_row(record: Record) -> Row:
    callback = callbacks.from_record(record)
    return {
        "id": callback.id,
        "vendor": callback.vendor,
        "source": callback.source,
        "kind": callback.kind,
        "verification_id": callback.verification_id,
        "received_at": callback.received_at,
        "sha256": callback.sha256,
        "size": len(callback.body),
        "checked_by": callback.checked_by,
        "cause": callback.cause,
        "attempt": callback.attempt,
        "test": callback.test,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
    }


def _callback_line(row: Row) -> str:
    named = f"{row['vendor']}:{row['verification_id']}"
    digest = f"sha256 {row['sha256'][:16]}"
    return f"{when(row['received_at'])}  {named}  {row['kind']}  {row['size']} bytes  {digest}  {row['checked_by']}"


def _action_row(record: Record) -> Row:
    """A step of an action, without arguments, reason and answer: those may say who somebody is."""
    callback = callbacks.from_record(record)
    try:
        action = of_members(orjson.loads(callback.body))
    except (InvalidAction, orjson.JSONDecodeError) as error:
        raise Undecodable(f"{record.topic}/{record.partition}/{record.offset}: not an action ({error})") from error
    return {
        "action_id": action.id,
        "at": callback.received_at,
        "vendor": callback.vendor,
        "source": callback.source,
        "action": action.name,
        "state": action.state,
        "code": action.code,
        "verification_id": action.verification_id,
        "operator": action.operator,
        "confirmed_by": action.confirmed_by,
        "milliseconds": action.milliseconds,
        "test": callback.test,
    }


def _action_line(row: Row) -> str:
    who = row["operator"] + (f" and {row['confirmed_by']}" if row["confirmed_by"] else "")
    about = f"{row['vendor']}:{row['verification_id']}" if row["verification_id"] else row["vendor"]
    state = f"{row['state']} {row['code'] or ''}".rstrip()
    return f"{when(row['at'])}  {row['action_id']}  {row['action']}  {about}  {state}  by {who}"


def _dead_letter_row(record: Record) -> Row:
    letter = deadletter.from_record(record)
    received_at = callbacks.header(letter.headers, "received-at") or callbacks.header(letter.headers, "ce_time")
    return {
        "key": record.key,
        "callback_id": callbacks.header(letter.headers, "id") or callbacks.header(letter.headers, "ce_id"),
        "sha256": sha256(letter.value).hexdigest(),
        "size": len(letter.value),
        "stage": letter.stage,
        "reason": letter.reason,
        "detail": letter.detail,
        "received_at": datetime.fromisoformat(received_at) if received_at else None,
        "source": callbacks.header(letter.headers, "source") or callbacks.header(letter.headers, "ce_source"),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "version": letter.version,
    }


def _dead_letter_line(row: Row) -> str:
    named = row["callback_id"] or row["key"]
    return f"{when(row['received_at'])}  {named}  {row['stage']}  {row['reason']}  {row['detail']}"


def _alert_line(row: Row) -> str:
    named = f"{row['provider']}:{row['verification_id']}" if row["verification_id"] else row["source"] or "hookline"
    marks = [f"({row['count']} times)"] * (row["count"] > 1) + ["TEST"] * row["test"]
    return "  ".join((when(row["raised_at"]), row["severity"], row["rule"], named, row["message"], *marks))


EVENTS = View(lambda record: event_to_record(event_from_record(record)), _event_line, prepare_events)
ALERTS = View(lambda record: alert_to_record(alert_from_record(record)), _alert_line, prepare_alerts)
CALLBACKS = View(_callback_row, _callback_line)
ACTIONS = View(_action_row, _action_line)
DEAD_LETTERS = View(_dead_letter_row, _dead_letter_line)
