"""Looking at the topics: events, callbacks, alerts. Bodies are never shown, only their SHA-256."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import typer

from hookline import rows
from hookline.cli import AsJson, Follow, SettingsFile, print_json, run, say, settings_of
from hookline.logs import opened_log
from hookline.registry import schemas_known
from hookline.rows import View
from ingest.vendors import DOORS
from runtime.eventlog import EventLog, Record
from runtime.settings import Settings
from schemas import topics
from schemas.callback import CallbackKind, header


def register(app: typer.Typer) -> None:
    app.command("events", help="Verification events.\n\nExample: hookline events --follow --json")(events)
    app.command("callbacks", help="Callbacks, as they were stored.\n\nExample: hookline callbacks --json")(callbacks)
    app.command("actions", help="What operators did at vendors.\n\nExample: hookline actions --follow")(actions)
    app.command("alerts", help="Alerts that were raised.\n\nExample: hookline alerts --follow")(alerts)


def events(settings: SettingsFile = None, follow: Follow = False, as_json: AsJson = False) -> None:
    run(_show_avro(settings_of(settings), [topics.VERIFICATION_EVENTS], rows.EVENTS, follow=follow, as_json=as_json))


def callbacks(settings: SettingsFile = None, follow: Follow = False, as_json: AsJson = False) -> None:
    chosen = settings_of(settings)
    names = [topics.callbacks(vendor) for vendor in chosen.vendors or DOORS]
    run(_show(chosen, names, rows.CALLBACKS, follow=follow, as_json=as_json))


def actions(settings: SettingsFile = None, follow: Follow = False, as_json: AsJson = False) -> None:
    chosen = settings_of(settings)
    names = [topics.callbacks(vendor) for vendor in chosen.vendors or DOORS]
    run(_show(chosen, names, rows.ACTIONS, follow=follow, as_json=as_json, only=_is_action))


def _is_action(record: Record) -> bool:
    return header(record.headers, "kind") == CallbackKind.ACTION


def alerts(settings: SettingsFile = None, follow: Follow = False, as_json: AsJson = False) -> None:
    run(_show_avro(settings_of(settings), [topics.ALERTS], rows.ALERTS, follow=follow, as_json=as_json))


async def _show_avro(settings: Settings, names: Sequence[str], view: View, *, follow: bool, as_json: bool) -> None:
    async with schemas_known(settings.registry):
        await _show(settings, names, view, follow=follow, as_json=as_json)


def _any(_record: Record) -> bool:
    return True


async def _show(
    settings: Settings,
    names: Sequence[str],
    view: View,
    *,
    follow: bool,
    as_json: bool,
    only: Callable[[Record], bool] = _any,
) -> None:
    async with opened_log(settings, existing=True) as log, asyncio.TaskGroup() as tasks:
        for name in names:
            tasks.create_task(_show_topic(log, name, view, only, follow=follow, as_json=as_json))


async def _show_topic(
    log: EventLog, name: str, view: View, only: Callable[[Record], bool], *, follow: bool, as_json: bool
) -> None:
    async for record in log.scan(name, follow=follow):
        if not only(record):
            continue
        row = await rows.row_of(record, view)
        if row is not None and as_json:
            print_json(row)
        elif row is not None:
            say(view.line(row))
