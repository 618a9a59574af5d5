"""The read model's tables. The migrations build the same; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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


METADATA = MetaData()

STATUS = Table(
    "verification_status",
    METADATA,
    Column("provider", String, nullable=False),
    Column("verification_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("subject_ref", String),
    Column("subject_kind", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("vendor_event", String, nullable=False),
    Column("vendor_status", String),
    Column("event_id", String, nullable=False),
    Column("occurred_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("first_received_at", UtcDateTime, nullable=False),
    Column("events", Integer, nullable=False),
    PrimaryKeyConstraint("provider", "verification_id", "kind", name="verification_status_pk"),
    Index(
        "verification_status_open",
        "provider",
        "source",
        "verification_id",
        postgresql_where=text("NOT final"),
        sqlite_where=text("NOT final"),
    ),
)

TIMELINE = Table(
    "verification_timeline",
    METADATA,
    Column("event_id", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("source", String, nullable=False),
    Column("verification_id", String, nullable=False),
    Column("subject_ref", String),
    Column("subject_kind", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("reopens", Boolean, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("vendor_event", String, nullable=False),
    Column("vendor_status", String),
    Column("occurred_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    Column("checks", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("provenance", String, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("raw_topic", String, nullable=False),
    Column("raw_partition", Integer, nullable=False),
    Column("raw_offset", BigInteger, nullable=False),
    Column("raw_callback_id", String, nullable=False),
    Column("raw_sha256", String, nullable=False),
    Column("mapping_version", Integer, nullable=False),
    Column("unmapped", JSON, nullable=False),
    Column("order_micros", BigInteger, nullable=False),
    PrimaryKeyConstraint("event_id", name="verification_timeline_pk"),
    Index("verification_timeline_by_verification", "provider", "verification_id", "kind"),
)

POSITIONS = Table(
    "projection_positions",
    METADATA,
    Column("topic", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    PrimaryKeyConstraint("topic", "partition", name="projection_positions_pk"),
)
