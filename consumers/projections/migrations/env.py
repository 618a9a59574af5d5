"""Alembic's entry: runs the migrations on the connection and in the transaction that ``migrate.upgrade`` gives it."""

from __future__ import annotations

from alembic import context

from consumers.projections.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
