"""What analysts may rely on: views with stable names and columns. This table is what the databases, their comments and
``docs/read-model.md`` are made from.

A view may gain columns at its end, nothing else: ``CREATE OR REPLACE VIEW`` keeps what was granted on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from consumers.projections.tables import METADATA


@dataclass(frozen=True, slots=True)
class View:
    """``columns``: each with its expression (where it is not the column of the same name) and what it means."""

    name: str
    about: str
    source: str
    columns: Mapping[str, str | tuple[str, str]]

    def expression(self, column: str) -> str:
        given = self.columns[column]
        return f'"{column}"' if isinstance(given, str) else given[0]

    def words(self, column: str) -> str:
        given = self.columns[column]
        return given if isinstance(given, str) else given[1]


_PROVIDER = "Vendor: idenfy, idverse, solaris, credas."
_SOURCE = "Configured account of the vendor."
_VERIFICATION = "Vendor's id of the verification."
_SUBJECT = "Customer's own reference, the newest that was named; null where no event named one."
_SUBJECT_KIND = "PERSON, BUSINESS or UNKNOWN."
_KIND = "VERIFICATION is the verification's own outcome; others (AML, COMPANY, ACTION, ...) have outcomes of their own."
_OUTCOME = "PENDING, NEEDS_REVIEW, VERIFIED, REJECTED, EXPIRED, CANCELLED, ERROR or UNKNOWN."
_FINAL = "Whether the vendor says that this is its last word."
_TEST = "Test account or test call: nobody may act on it."
_WAITS_FOR = "CUSTOMER, VENDOR, REVIEWER or OPERATOR; null when nothing is waited for."
_REASONS = "Reasons as JSON: [{class, code}], class in our words, code in the vendor's."

VIEWS = (
    View(
        "hookline_verifications",
        "Where each verification stands: a row for each verification and kind, its current decision.",
        "verification_status",
        {
            "provider": _PROVIDER,
            "verification_id": _VERIFICATION,
            "kind": _KIND,
            "source": _SOURCE,
            "subject_ref": _SUBJECT,
            "subject_kind": _SUBJECT_KIND,
            "outcome": _OUTCOME,
            "final": _FINAL,
            "decided_by": "AUTOMATIC, HUMAN, OPERATOR (one of ours) or UNKNOWN.",
            "vendor_event": "Vendor's word for the event that holds the decision.",
            "vendor_status": "Vendor's word for the status, where it has one.",
            "event_id": "Event that holds the decision: hookline_timeline has it whole.",
            "occurred_at": "When it was decided by the vendor's clock, where the vendor says so.",
            "received_at": "When it came to us.",
            "test": _TEST,
            "reasons": ('"reasons"{jsonb}', _REASONS),
            "first_received_at": "When the first event of this verification and kind came to us.",
            "events": "How many events there are.",
            "waits_for": _WAITS_FOR,
            "waits_since": "Since when it waits for them, by the vendor's clock, else ours.",
        },
    ),
    View(
        "hookline_timeline",
        "Every event that was told of a verification: what its status was folded from.",
        "verification_timeline",
        {
            "event_id": "The same callbacks give the same id for ever.",
            "provider": _PROVIDER,
            "source": _SOURCE,
            "verification_id": _VERIFICATION,
            "subject_ref": "Customer's own reference as this event names it, or null.",
            "subject_kind": _SUBJECT_KIND,
            "kind": _KIND,
            "outcome": _OUTCOME,
            "final": _FINAL,
            "reopens": "Whether the vendor took an earlier final decision back.",
            "decided_by": "AUTOMATIC, HUMAN, OPERATOR (one of ours) or UNKNOWN.",
            "vendor_event": "Vendor's word for the event.",
            "vendor_status": "Vendor's word for the status, where it has one.",
            "occurred_at": "When it happened by the vendor's clock, where the vendor says so.",
            "received_at": "When it came to us.",
            "checks": ('"checks"{jsonb}', "Checks as JSON: [{kind, name, result, vendor_value}]."),
            "reasons": ('"reasons"{jsonb}', _REASONS),
            "provenance": "CALLBACK, FETCHED, RECONCILED or OPERATOR: by which door it came.",
            "test": _TEST,
            "callback_id": ('"raw_callback_id"', "Callback whose bytes it was read from."),
            "callback_topic": ('"raw_topic"', "Topic where these bytes lie."),
            "callback_partition": ('"raw_partition"', "Partition of that topic."),
            "callback_offset": ('"raw_offset"', "Offset in that partition."),
            "callback_sha256": ('"raw_sha256"', "SHA-256 of the bytes, hex."),
            "mapping_version": "Version of the word tables that read it.",
            "unmapped": ('"unmapped"{jsonb}', "Paths of vendor words that were not known, as JSON."),
        },
    ),
    View(
        "hookline_subjects",
        "Verifications by the customer's own reference, across vendors: every reference that any event named.",
        "subject_verifications",
        {
            "subject_ref": "Customer's own reference.",
            "provider": _PROVIDER,
            "verification_id": _VERIFICATION,
            "source": _SOURCE,
            "subject_kind": _SUBJECT_KIND,
            "first_named_at": "Arrival of the first event that names it.",
            "last_named_at": "Arrival of the last event that names it.",
            "test": _TEST,
        },
    ),
    View(
        "hookline_open_work",
        "What is not settled: whom it waits for, and since when.",
        "verification_status WHERE waits_for IS NOT NULL",
        {
            "waits_for": "CUSTOMER, VENDOR, REVIEWER or OPERATOR.",
            "waits_since": "Since when, by the vendor's clock, else ours.",
            "provider": _PROVIDER,
            "source": _SOURCE,
            "verification_id": _VERIFICATION,
            "kind": _KIND,
            "subject_ref": _SUBJECT,
            "outcome": _OUTCOME,
            "final": _FINAL,
            "test": _TEST,
        },
    ),
    View(
        "hookline_daily_counts",
        "Statuses by the day (UTC) on which their current decision came: each counts once and moves with a new one.",
        "daily_counts WHERE reason_class = '' AND reason_code = ''",
        {
            "day": "Day in UTC.",
            "provider": _PROVIDER,
            "source": _SOURCE,
            "kind": _KIND,
            "outcome": _OUTCOME,
            "final": _FINAL,
            "test": _TEST,
            "verifications": "How many.",
        },
    ),
    View(
        "hookline_daily_reasons",
        "The same by reason: a status counts once for each reason that it has, so these sums are no sums of statuses.",
        "daily_counts WHERE NOT (reason_class = '' AND reason_code = '')",
        {
            "day": "Day in UTC.",
            "provider": _PROVIDER,
            "source": _SOURCE,
            "kind": _KIND,
            "outcome": _OUTCOME,
            "final": _FINAL,
            "reason_class": "Our class: FRAUD, MISMATCH, QUALITY, ...",
            "reason_code": "Vendor's code.",
            "test": _TEST,
            "verifications": "How many.",
        },
    ),
    View(
        "hookline_source_activity",
        "Each account by the hour: what its door answered, and its events.",
        "source_activity",
        {
            "source": _SOURCE,
            "hour": "Beginning of the hour.",
            "provider": _PROVIDER,
            "stored": "Callbacks that were stored (200).",
            "refused": "Callbacks that were not authenticated (401).",
            "limited": "Callbacks over the account's limit (429).",
            "failed": "Callbacks that could not be stored (5xx).",
            "events": "Events, without what operators did.",
            "timed": "Events of which the vendor says when it happened.",
            "delay_ms": "Milliseconds from there to us, of all of these together: divide by timed.",
        },
    ),
    View(
        "hookline_sources",
        "Each account as it was last heard of.",
        "source_state",
        {
            "source": _SOURCE,
            "provider": _PROVIDER,
            "last_callback_at": "Last callback of the vendor's.",
            "last_event_at": "Last event.",
            "budget_at": "When the numbers of its budget were taken.",
            "hour_spent": "Calls within the last hour.",
            "hour_most": "Calls allowed within an hour; null: any number.",
            "day_spent": "Calls within the last day.",
            "day_most": "Calls allowed within a day; null: any number.",
        },
    ),
    View(
        "hookline_alerts",
        "Alerts, and who looks after them.",
        "alerts LEFT JOIN alert_acknowledgements AS done ON done.alert_id = alerts.alert_id",
        {
            "alert_id": ("alerts.alert_id", "The same findings give the same id for ever."),
            "rule": "Name of the rule in the settings.",
            "severity": "INFO, WARNING or CRITICAL.",
            "scope": "VERIFICATION, SOURCE or SYSTEM.",
            "provider": "Vendor; empty where it is about none.",
            "source": "Account; empty where it is about none.",
            "verification_id": "Verification; empty where it is about none.",
            "event_ids": ('"event_ids"{jsonb}', "Events that the rule found, as JSON."),
            "message": "What was found, in words.",
            "outcome": _OUTCOME,
            "count": "For how many findings it stands.",
            "test": _TEST,
            "raised_at": "Arrival of the event that raised it.",
            "acknowledged_by": ('done."by"', "Who has seen it and looks after it; null: nobody yet."),
            "acknowledged_at": ('done."at"', "Since when."),
        },
    ),
    View(
        "hookline_dead_letters",
        "What could not be processed and was neither redriven nor erased.",
        "dead_letters",
        {
            "letter_key": "Key on the topic dead-letters.",
            "partition": "Partition of that topic.",
            "offset": "Offset in that partition.",
            "at": "When it was put there.",
            "stage": "Stage that could not process it.",
            "reason": "Typed reason: NOT_JSON, MISSING_FIELD, ...",
            "detail": "What was wrong and where; never a value.",
            "provider": "Vendor, where it is known.",
            "source": "Account, where it is known.",
            "callback_id": "Callback, where it is one.",
            "of_topic": "Topic of the original.",
            "of_partition": "Partition of the original.",
            "of_offset": "Offset of the original.",
            "bytes": "Size of its body.",
        },
    ),
    View(
        "hookline_progress",
        "How far each topic has been read.",
        "read_positions",
        {"topic": "Topic.", "partition": "Partition.", "next_offset": "Offset of the next record to be read."},
    ),
)


def make(connection: Connection) -> None:
    """All views are there as they stand here, and on PostgreSQL all comments, in the caller's transaction."""
    statements = _postgresql() if connection.dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _postgresql() -> Iterator[str]:
    for view in VIEWS:
        yield f"CREATE OR REPLACE VIEW {view.name} AS {_select(view, '::jsonb')}"
        yield f"COMMENT ON VIEW {view.name} IS {_literal(view.about)}"
        for column in view.columns:
            yield f'COMMENT ON COLUMN {view.name}."{column}" IS {_literal(view.words(column))}'
    for table in METADATA.sorted_tables:
        yield f"COMMENT ON TABLE {table.name} IS {_literal(table.comment or '')}"


def _sqlite() -> Iterator[str]:
    """It keeps a view's statement as it was written, comments and all."""
    for view in VIEWS:
        yield f"DROP VIEW IF EXISTS {view.name}"
        yield f"CREATE VIEW {view.name} AS -- {view.about}\n{_select(view, '', commented=True)}"


def _select(view: View, jsonb: str, *, commented: bool = False) -> str:
    lines = []
    for number, column in enumerate(view.columns, 1):
        comma = "," if number < len(view.columns) else ""
        words = f" -- {view.words(column)}" if commented else ""
        lines.append(f'  {view.expression(column).replace("{jsonb}", jsonb)} AS "{column}"{comma}{words}')
    return "SELECT\n{}\nFROM {}".format("\n".join(lines), view.source)


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))


def as_markdown() -> str:
    """The views as the tables of the documentation."""
    return "\n".join(f"### {view.name}\n\n{view.about}\n\n{_rows(view)}\n" for view in VIEWS)


def _rows(view: View) -> str:
    rows = (f"| `{column}` | {view.words(column)} |" for column in view.columns)
    return "\n".join(("| column | |", "| --- | --- |", *rows))
