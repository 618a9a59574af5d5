"""What people were told and said about an erased verification goes with it, in the caller's transaction.

Alerts and what was done about them lie in partitions of their own, so any of them may be read before the erasure or
after it. Whoever erases locks out those who write them just now; whoever writes them looks for the erasure afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import Statement, Values, deleting, inserting
from consumers.projections.tables import ACKNOWLEDGEMENTS, ALERTS, ERASED_ALERTS, ERASURES

_ALERTS = deleting(ALERTS, ("provider", "verification_id"), ("alert_id",))
_FORGOTTEN = inserting(ERASED_ALERTS, "DO NOTHING")
_ACKNOWLEDGEMENTS = deleting(ACKNOWLEDGEMENTS, ("alert_id",))
_SILENCES = Statement(
    "DELETE FROM alert_silences WHERE verification_id <> '' AND EXISTS (SELECT 1 FROM {given} AS given "
    "WHERE given.verification_id = alert_silences.verification_id "
    "AND alert_silences.provider IN ('', given.provider) AND alert_silences.\"at\" <= given.erased_at)",
    ERASURES,
    ("provider", "verification_id", "erased_at"),
)


async def erase_alerts(connection: AsyncConnection, verifications: Sequence[Values]) -> None:
    """No alert is about them, and no acknowledgement about one that was."""
    await _lock_out_writers(connection, "alerts")
    await forget_alerts(connection, await _ALERTS.run(connection, verifications))


async def forget_alerts(connection: AsyncConnection, gone: Sequence[Values]) -> None:
    """No acknowledgement is about these alerts, nor will be whenever it is read."""
    if gone:
        await _lock_out_writers(connection, "alert_acknowledgements")
        await _FORGOTTEN.run(connection, gone)
        await _ACKNOWLEDGEMENTS.run(connection, gone)


async def erase_silences(connection: AsyncConnection, erasures: Sequence[Values]) -> None:
    """No silence from before each erasure is about its verification."""
    await _lock_out_writers(connection, "alert_silences")
    await _SILENCES.run(connection, erasures)


async def _lock_out_writers(connection: AsyncConnection, table: str) -> None:
    """Until the transaction ends; those who write just now are waited for. Always in the order that stands above."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
