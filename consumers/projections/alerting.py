"""Alerts, and what people do about them, in the read model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Table, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import Statement, Values, deleting, inserting, replacing
from consumers.projections.erasing import erase_alerts, forget_alerts
from consumers.projections.store import Store
from consumers.projections.tables import ACKNOWLEDGEMENTS, ALERTS, SILENCES
from runtime.eventlog import Record
from schemas.alert import Alert
from schemas.codec import alert_to_record
from schemas.handling import Acknowledgement, Handling

_ADD = inserting(ALERTS, "DO NOTHING")
_NOT_OF_THE_ERASED = Statement(
    "DELETE FROM alerts WHERE alert_id IN (SELECT given.alert_id FROM {given} AS given "
    "JOIN verification_erasures AS erased ON erased.provider = given.provider "
    "AND erased.verification_id = given.verification_id WHERE given.raised_at <= erased.erased_at) "
    "RETURNING alerts.alert_id",
    ALERTS,
    ("alert_id", "provider", "verification_id", "raised_at"),
    ("alert_id",),
)
_NOT_OF_ERASED_ALERTS = Statement(
    "DELETE FROM alert_acknowledgements WHERE alert_id IN "
    "(SELECT given.alert_id FROM {given} AS given JOIN erased_alerts AS erased ON erased.alert_id = given.alert_id)",
    ACKNOWLEDGEMENTS,
    ("alert_id",),
)
_NOT_ABOUT_THE_ERASED = Statement(
    "DELETE FROM alert_silences WHERE silence_id IN (SELECT given.silence_id FROM {given} AS given "
    "JOIN verification_erasures AS erased ON erased.verification_id = given.verification_id "
    "AND given.provider IN ('', erased.provider) WHERE given.\"at\" <= erased.erased_at)",
    SILENCES,
    ("silence_id", "provider", "verification_id", "at"),
)
_KINDS = (
    (ACKNOWLEDGEMENTS, "acknowledgement", "alert_id", _NOT_OF_ERASED_ALERTS),
    (SILENCES, "silence", "silence_id", _NOT_ABOUT_THE_ERASED),
)
"""Each with its table, the beginning of its keys, the column of the rest, and what takes away what was erased."""


async def write(connection: AsyncConnection, read: Sequence[tuple[Record, Alert | None]]) -> None:
    """The alerts are there, but those of verifications that were erased since; a tombstone is one's end."""
    alerts: list[Alert] = []
    for record, alert in read:
        if alert is not None:
            alerts.append(alert)
            continue
        provider, _, verification_id = record.key.partition(":")
        await erase_alerts(connection, [{"provider": provider, "verification_id": verification_id}])
        await forget_alerts(connection, [{"alert_id": each.alert_id} for each in alerts if each.key == record.key])
        alerts = [each for each in alerts if each.key != record.key]
    rows = [alert_to_record(alert) for alert in sorted(alerts, key=lambda alert: alert.alert_id)]
    await _ADD.run(connection, rows)
    of_verifications = [row for row in rows if row["verification_id"]]
    await forget_alerts(connection, await _NOT_OF_THE_ERASED.run(connection, of_verifications))


async def write_handling(connection: AsyncConnection, read: Sequence[tuple[Record, Handling | None]]) -> None:
    """The newest that was done under each key holds, but what was done about something that was erased since."""
    newest = {record.key: handling for record, handling in read}
    for table, kind, key, without_the_erased in _KINDS:
        mine = {name.partition("/")[2]: each for name, each in newest.items() if name.startswith(f"{kind}/")}
        ended = [{key: name} for name, handling in mine.items() if handling is None]
        await deleting(table, (key,)).run(connection, ended)
        lasting = [_row(table, each) for each in mine.values() if each is not None]
        await replacing(table).run(connection, lasting)
        await without_the_erased.run(connection, lasting)


async def forget_handling_of_nothing(store: Store, before: datetime) -> None:
    """No acknowledgement from before then is about an alert that is not there.

    For whoever has read all alerts that the log had then: an alert that is not among them was erased, or was older than
    its topic keeps them. Raises ``ProjectionUnavailable``.
    """
    its_alert = select(ALERTS.c.alert_id).where(ALERTS.c.alert_id == ACKNOWLEDGEMENTS.c.alert_id)
    async with store.writing() as connection:
        await connection.execute(delete(ACKNOWLEDGEMENTS).where(ACKNOWLEDGEMENTS.c.at < before, ~exists(its_alert)))


def _row(table: Table, handling: Handling) -> Values:
    values = asdict(handling)
    if not isinstance(handling, Acknowledgement):
        values["silence_id"] = values.pop("id")
    return {name: values[name] for name in map(str, table.c.keys())}
