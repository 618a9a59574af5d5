"""Alerts, and what people do about them, in the read model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import Statement, Values, deleting, inserting, replacing
from consumers.projections.tables import ACKNOWLEDGEMENTS, ALERTS, SILENCES
from consumers.projections.writing import erase_alerts
from runtime.eventlog import Record
from schemas.alert import Alert
from schemas.codec import alert_to_record
from schemas.handling import Acknowledgement, Handling

_ADD = inserting(ALERTS, "DO NOTHING")
_NOT_OF_THE_ERASED = Statement(
    "DELETE FROM alerts WHERE alert_id IN (SELECT given.alert_id FROM {given} AS given "
    "JOIN verification_erasures AS erased ON erased.provider = given.provider "
    "AND erased.verification_id = given.verification_id WHERE given.raised_at <= erased.erased_at)",
    ALERTS,
    ("alert_id", "provider", "verification_id", "raised_at"),
)


async def write(connection: AsyncConnection, read: Sequence[tuple[Record, Alert | None]]) -> None:
    """The alerts are there, but those of verifications that were erased since; a tombstone is one's end."""
    alerts: list[Alert] = []
    for record, alert in read:
        if alert is not None:
            alerts.append(alert)
            continue
        alerts = [each for each in alerts if each.key != record.key]
        provider, _, verification_id = record.key.partition(":")
        await erase_alerts(connection, [{"provider": provider, "verification_id": verification_id}])
    rows = [alert_to_record(alert) for alert in sorted(alerts, key=lambda alert: alert.alert_id)]
    await _ADD.run(connection, rows)
    await _NOT_OF_THE_ERASED.run(connection, [row for row in rows if row["verification_id"]])


async def write_handling(connection: AsyncConnection, read: Sequence[tuple[Record, Handling | None]]) -> None:
    """The newest that was done under each key holds."""
    newest = {record.key: handling for record, handling in read}
    for table, kind, key in ((ACKNOWLEDGEMENTS, "acknowledgement", "alert_id"), (SILENCES, "silence", "silence_id")):
        mine = {name.partition("/")[2]: each for name, each in newest.items() if name.startswith(f"{kind}/")}
        ended = [{key: name} for name, handling in mine.items() if handling is None]
        await deleting(table, (key,)).run(connection, ended)
        await replacing(table).run(connection, [_row(table, each) for each in mine.values() if each is not None])


def _row(table: Table, handling: Handling) -> Values:
    values = asdict(handling)
    if not isinstance(handling, Acknowledgement):
        values["silence_id"] = values.pop("id")
    return {name: values[name] for name in map(str, table.c.keys())}
