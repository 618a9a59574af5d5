"""All that people ask of the read model: whom what is open waits for, subjects, counts, accounts, alerts, dead letters.

The read model is derived: what was there is dropped, positions too, and all of it is made anew. The next projector that
starts fills it from the log's first record, as it fills any empty database.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("verification_status", "verification_timeline", "projection_positions"):
        op.drop_table(table)
    op.create_table(
        "verification_status",
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("subject_ref", _TEXT),
        sa.Column("subject_kind", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("decided_by", _TEXT, nullable=False),
        sa.Column("vendor_event", _TEXT, nullable=False),
        sa.Column("vendor_status", _TEXT),
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("occurred_at", _INSTANT),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("first_received_at", _INSTANT, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("waits_for", _TEXT),
        sa.Column("waits_since", _INSTANT),
        sa.PrimaryKeyConstraint("provider", "verification_id", "kind", name="verification_status_pk"),
    )
    op.create_index("verification_status_by_arrival", "verification_status", ["received_at", "provider", "verification_id", "kind"])
    op.create_index("verification_status_by_id", "verification_status", ["verification_id"])
    op.create_index(
        "verification_status_open",
        "verification_status",
        ["provider", "source", "verification_id"],
        postgresql_where=sa.text("NOT final"),
        sqlite_where=sa.text("NOT final"),
    )
    op.create_index(
        "verification_status_waiting",
        "verification_status",
        ["waits_since", "provider", "verification_id", "kind"],
        postgresql_where=sa.text("waits_for IS NOT NULL"),
        sqlite_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_index(
        "verification_status_waiting_for",
        "verification_status",
        ["waits_for", "provider", "test", "waits_since"],
        postgresql_where=sa.text("waits_for IS NOT NULL"),
        sqlite_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_table(
        "verification_timeline",
        sa.Column("event_id", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("subject_ref", _TEXT),
        sa.Column("subject_kind", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("reopens", sa.Boolean, nullable=False),
        sa.Column("decided_by", _TEXT, nullable=False),
        sa.Column("vendor_event", _TEXT, nullable=False),
        sa.Column("vendor_status", _TEXT),
        sa.Column("occurred_at", _INSTANT),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("checks", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("provenance", _TEXT, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("raw_topic", _TEXT, nullable=False),
        sa.Column("raw_partition", sa.Integer, nullable=False),
        sa.Column("raw_offset", sa.BigInteger, nullable=False),
        sa.Column("raw_callback_id", _TEXT, nullable=False),
        sa.Column("raw_sha256", _TEXT, nullable=False),
        sa.Column("mapping_version", sa.Integer, nullable=False),
        sa.Column("unmapped", sa.JSON, nullable=False),
        sa.Column("order_micros", sa.BigInteger, nullable=False),
        sa.Column("waits_for", _TEXT),
        sa.PrimaryKeyConstraint("event_id", name="verification_timeline_pk"),
    )
    op.create_index(
        "verification_timeline_actions",
        "verification_timeline",
        ["received_at", "event_id"],
        postgresql_where=sa.text("kind = 'ACTION'"),
        sqlite_where=sa.text("kind = 'ACTION'"),
    )
    op.create_index("verification_timeline_by_callback", "verification_timeline", ["raw_callback_id"])
    op.create_index("verification_timeline_by_verification", "verification_timeline", ["provider", "verification_id", "kind"])
    op.create_table(
        "verification_erasures",
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("erased_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "verification_id", name="verification_erasures_pk"),
    )
    op.create_table(
        "subject_verifications",
        sa.Column("subject_ref", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("subject_kind", _TEXT, nullable=False),
        sa.Column("first_named_at", _INSTANT, nullable=False),
        sa.Column("last_named_at", _INSTANT, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("subject_ref", "provider", "verification_id", name="subject_verifications_pk"),
    )
    op.create_index("subject_verifications_by_verification", "subject_verifications", ["provider", "verification_id"])
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("reason_class", _TEXT, nullable=False),
        sa.Column("reason_code", _TEXT, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("verifications", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "provider", "source", "kind", "outcome", "final", "reason_class", "reason_code", "test", name="daily_counts_pk"),
    )
    op.create_table(
        "source_activity",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("hour", _INSTANT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("limited", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("timed", sa.BigInteger, nullable=False),
        sa.Column("delay_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "hour", name="source_activity_pk"),
    )
    op.create_table(
        "source_state",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("last_callback_at", _INSTANT),
        sa.Column("last_event_at", _INSTANT),
        sa.Column("budget_at", _INSTANT),
        sa.Column("hour_spent", sa.BigInteger),
        sa.Column("hour_most", sa.BigInteger),
        sa.Column("day_spent", sa.BigInteger),
        sa.Column("day_most", sa.BigInteger),
        sa.PrimaryKeyConstraint("source", name="source_state_pk"),
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("scope", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("event_ids", sa.JSON, nullable=False),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="alerts_pk"),
    )
    op.create_index("alerts_by_time", "alerts", ["raised_at", "alert_id"])
    op.create_index("alerts_by_verification", "alerts", ["provider", "verification_id"])
    op.create_table(
        "alert_acknowledgements",
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="alert_acknowledgements_pk"),
    )
    op.create_table(
        "alert_silences",
        sa.Column("silence_id", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("verification_id", _TEXT, nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("silence_id", name="alert_silences_pk"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("letter_key", _TEXT, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("detail", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("callback_id", _TEXT, nullable=False),
        sa.Column("of_topic", _TEXT, nullable=False),
        sa.Column("of_partition", sa.Integer, nullable=False),
        sa.Column("of_offset", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("letter_key", name="dead_letters_pk"),
    )
    op.create_index("dead_letters_by_callback", "dead_letters", ["callback_id"])
    op.create_index("dead_letters_by_time", "dead_letters", ["at", "letter_key"])
    op.create_table(
        "read_positions",
        sa.Column("topic", _TEXT, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name="read_positions_pk"),
    )
