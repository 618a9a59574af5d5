"""Alerts that were erased, what was read last of each partition, and when all was built anew.

Nothing is dropped: a projector of before goes on meanwhile.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erased_alerts",
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="erased_alerts_pk"),
    )
    op.create_table(
        "read_model_rebuilds",
        sa.Column("built_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("built_at", name="read_model_rebuilds_pk"),
    )
    op.add_column("read_positions", sa.Column("last_mark", _TEXT))
