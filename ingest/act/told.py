"""What came of an action, as programs are told it: the same members over HTTP and with ``--json``."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.act.asks import Ask
from ingest.act.carrying import Result
from ingest.act.errors import ActionError, InvalidOrder
from ingest.act.records import kept_arguments

_LONGEST_SAYING = 1000

Row = Mapping[str, object]


def result_row(result: Result) -> Row:
    return {
        "state": result.state,
        "action_id": result.action_id,
        "vendor": result.vendor,
        "source": result.source,
        "action": result.action,
        "verification_id": result.verification_id,
        "holds": result.holds,
        "milliseconds": result.milliseconds,
        "answer": result.shown,
        "bytes": None if result.file is None else len(result.file),
    }


def ask_row(ask: Ask) -> Row:
    """With all that was asked for: whoever confirms it must see it."""
    return {
        "action_id": ask.id,
        "vendor": ask.vendor,
        "source": ask.source,
        "action": ask.action,
        "operator": ask.operator,
        "reason": ask.reason,
        "arguments": kept_arguments(ask.arguments),
        "asked_at": ask.asked_at,
    }


def error_row(error: ActionError) -> Row:
    """``fields`` has what is wrong with each, ``vendor_says`` the vendor's own words for whoever asked."""
    fields = {fault.name: str(fault) for fault in error.faults} if isinstance(error, InvalidOrder) else {}
    return {"code": error.code, "message": str(error), "fields": fields, "vendor_says": said_by_vendor(error)}


def said_by_vendor(error: ActionError) -> str | None:
    """The vendor's own words, for whoever asked: nowhere else, as a person's data may stand in them."""
    answer = getattr(error.__cause__, "answer", None)
    if not isinstance(answer, bytes) or not answer:
        return None
    text = answer.decode(errors="replace")[:_LONGEST_SAYING]
    return "".join(each if each.isprintable() else " " for each in text)
