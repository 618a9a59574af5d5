"""The read model's tables. The migrations build the same; a test compares the two.

Nobody reads them but this program: what analysts may rely on are the views of ``views.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, ``timestamp with time zone`` where the database has one, else UTC without a mark."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ``ValueError`` for a naive datetime: nobody knows which instant it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime for a column of {dialect.name}: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Text = String().with_variant(String(collation="C"), "postgresql")
"""Text that is compared and ordered by its bytes, on every database: ids, names and words."""

METADATA = MetaData()

STATUS = Table(
    "verification_status",
    METADATA,
    Column("provider", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject_ref", Text),
    Column("subject_kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("vendor_event", Text, nullable=False),
    Column("vendor_status", Text),
    Column("event_id", Text, nullable=False),
    Column("occurred_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("first_received_at", UtcDateTime, nullable=False),
    Column("events", Integer, nullable=False),
    Column("waits_for", Text),
    Column("waits_since", UtcDateTime),
    PrimaryKeyConstraint("provider", "verification_id", "kind", name="verification_status_pk"),
    Index(
        "verification_status_open",
        "provider",
        "source",
        "verification_id",
        postgresql_where=text("NOT final"),
        sqlite_where=text("NOT final"),
    ),
    Index("verification_status_by_id", "verification_id"),
    Index("verification_status_by_arrival", "received_at", "provider", "verification_id", "kind"),
    Index(
        "verification_status_waiting",
        "waits_since",
        "provider",
        "verification_id",
        "kind",
        postgresql_where=text("waits_for IS NOT NULL"),
        sqlite_where=text("waits_for IS NOT NULL"),
    ),
    Index(
        "verification_status_waiting_for",
        "waits_for",
        "provider",
        "test",
        "waits_since",
        postgresql_where=text("waits_for IS NOT NULL"),
        sqlite_where=text("waits_for IS NOT NULL"),
    ),
    comment="Where each verification stands, by kind. Read hookline_verifications and hookline_open_work instead.",
)
"""``waits_for`` says whom an open verification waits for, ``waits_since`` since when: see ``waiting.py``."""

TIMELINE = Table(
    "verification_timeline",
    METADATA,
    Column("event_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("subject_ref", Text),
    Column("subject_kind", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("reopens", Boolean, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("vendor_event", Text, nullable=False),
    Column("vendor_status", Text),
    Column("occurred_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("checks", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("raw_topic", Text, nullable=False),
    Column("raw_partition", Integer, nullable=False),
    Column("raw_offset", BigInteger, nullable=False),
    Column("raw_callback_id", Text, nullable=False),
    Column("raw_sha256", Text, nullable=False),
    Column("mapping_version", Integer, nullable=False),
    Column("unmapped", JSON, nullable=False),
    Column("order_micros", BigInteger, nullable=False),
    Column("waits_for", Text),
    PrimaryKeyConstraint("event_id", name="verification_timeline_pk"),
    Index("verification_timeline_by_verification", "provider", "verification_id", "kind"),
    Index("verification_timeline_by_callback", "raw_callback_id"),
    Index(
        "verification_timeline_actions",
        "received_at",
        "event_id",
        postgresql_where=text("kind = 'ACTION'"),
        sqlite_where=text("kind = 'ACTION'"),
    ),
    comment="Every event, whole. Read hookline_timeline instead.",
)
"""Every event, whole, with where it stands in time and whom one waits for while it holds the status."""

ERASURES = Table(
    "verification_erasures",
    METADATA,
    Column("provider", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("erased_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("provider", "verification_id", name="verification_erasures_pk"),
    comment="What was erased, and when last.",
)
"""What was erased, and when last: an alert that was raised before then and is read after it must not be written."""

SUBJECTS = Table(
    "subject_verifications",
    METADATA,
    Column("subject_ref", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("first_named_at", UtcDateTime, nullable=False),
    Column("last_named_at", UtcDateTime, nullable=False),
    Column("test", Boolean, nullable=False),
    PrimaryKeyConstraint("subject_ref", "provider", "verification_id", name="subject_verifications_pk"),
    Index("subject_verifications_by_verification", "provider", "verification_id"),
    comment="Verifications by the customer's own reference. Read hookline_subjects instead.",
)
"""Each reference of the customer's that any event of a verification named."""

COUNTS = Table(
    "daily_counts",
    METADATA,
    Column("day", Date, nullable=False),
    Column("provider", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("reason_class", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("verifications", BigInteger, nullable=False),
    PrimaryKeyConstraint(
        *("day", "provider", "source", "kind", "outcome", "final", "reason_class", "reason_code", "test"),
        name="daily_counts_pk",
    ),
    comment="Statuses by day, with and without reasons. Read hookline_daily_counts and hookline_daily_reasons instead.",
)
"""Statuses by the day (UTC) on which the event that holds them was received. A row with an empty reason counts each
status once; the others count it once for each of its reasons.
"""

ACTIVITY = Table(
    "source_activity",
    METADATA,
    Column("source", Text, nullable=False),
    Column("hour", UtcDateTime, nullable=False),
    Column("provider", Text, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("limited", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("timed", BigInteger, nullable=False),
    Column("delay_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("source", "hour", name="source_activity_pk"),
    comment="Accounts by the hour. Read hookline_source_activity instead.",
)
"""By account and hour: what its door answered, its events, and of how many of them (``timed``) the vendor's own time
was known and how long, together, they took from there to us (``delay_ms``).
"""

SOURCES = Table(
    "source_state",
    METADATA,
    Column("source", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("last_callback_at", UtcDateTime),
    Column("last_event_at", UtcDateTime),
    Column("budget_at", UtcDateTime),
    Column("hour_spent", BigInteger),
    Column("hour_most", BigInteger),
    Column("day_spent", BigInteger),
    Column("day_most", BigInteger),
    PrimaryKeyConstraint("source", name="source_state_pk"),
    comment="Accounts as they were last heard of. Read hookline_sources instead.",
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("alert_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("event_ids", JSON, nullable=False),
    Column("message", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("alert_id", name="alerts_pk"),
    Index("alerts_by_time", "raised_at", "alert_id"),
    Index("alerts_by_verification", "provider", "verification_id"),
    comment="Alerts. Read hookline_alerts instead.",
)

ACKNOWLEDGEMENTS = Table(
    "alert_acknowledgements",
    METADATA,
    Column("alert_id", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("alert_id", name="alert_acknowledgements_pk"),
    comment="Who looks after which alert. Read hookline_alerts instead.",
)

ERASED_ALERTS = Table(
    "erased_alerts",
    METADATA,
    Column("alert_id", Text, nullable=False),
    PrimaryKeyConstraint("alert_id", name="erased_alerts_pk"),
    comment="Alerts that went with their verification.",
)
"""Alerts that went with their verification: what is said about one, whenever that is read, must not be written."""

SILENCES = Table(
    "alert_silences",
    METADATA,
    Column("silence_id", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("rule", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("verification_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("silence_id", name="alert_silences_pk"),
    comment="Silences that were not ended before their time.",
)
"""Those that were not ended before their time."""

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("letter_key", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("callback_id", Text, nullable=False),
    Column("of_topic", Text, nullable=False),
    Column("of_partition", Integer, nullable=False),
    Column("of_offset", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    PrimaryKeyConstraint("letter_key", name="dead_letters_pk"),
    Index("dead_letters_by_time", "at", "letter_key"),
    Index("dead_letters_by_callback", "callback_id"),
    comment="What could not be processed, without bodies. Read hookline_dead_letters instead.",
)
"""Those that were neither redriven nor erased: where each lies on its topic, and what it says. Never a body."""

POSITIONS = Table(
    "read_positions",
    METADATA,
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("last_mark", Text),
    PrimaryKeyConstraint("topic", "partition", name="read_positions_pk"),
    comment="How far each topic has been read. Read hookline_progress instead.",
)
"""``last_mark`` tells the record before ``next_offset`` from any other that may lie there: ``positions.mark_of``."""

REBUILDS = Table(
    "read_model_rebuilds",
    METADATA,
    Column("built_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("built_at", name="read_model_rebuilds_pk"),
    comment="When all of this was built anew, if it was.",
)
"""One row at most: what is here comes from that rebuild."""
