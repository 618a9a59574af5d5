"""Status, timeline and positions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "verification_status",
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("verification_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("subject_ref", sa.String),
        sa.Column("subject_kind", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("vendor_event", sa.String, nullable=False),
        sa.Column("vendor_status", sa.String),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("provider", "verification_id", "kind", name="verification_status_pk"),
    )
    op.create_table(
        "verification_timeline",
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("verification_id", sa.String, nullable=False),
        sa.Column("subject_ref", sa.String),
        sa.Column("subject_kind", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("reopens", sa.Boolean, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("vendor_event", sa.String, nullable=False),
        sa.Column("vendor_status", sa.String),
        sa.Column("occurred_at", sa.DateTime(timezone=True)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("provenance", sa.String, nullable=False),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.Column("raw_topic", sa.String, nullable=False),
        sa.Column("raw_partition", sa.Integer, nullable=False),
        sa.Column("raw_offset", sa.BigInteger, nullable=False),
        sa.Column("raw_callback_id", sa.String, nullable=False),
        sa.Column("raw_sha256", sa.String, nullable=False),
        sa.Column("mapping_version", sa.Integer, nullable=False),
        sa.Column("unmapped", sa.JSON, nullable=False),
        sa.Column("order_micros", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="verification_timeline_pk"),
    )
    op.create_index(
        "verification_timeline_by_verification",
        "verification_timeline",
        ["provider", "verification_id", "kind"],
    )
    op.create_table(
        "projection_positions",
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name="projection_positions_pk"),
    )
