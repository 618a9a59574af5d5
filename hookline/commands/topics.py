"""The topics on Kafka: what they lack, and making them as declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import typer

from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from hookline.topics import wanted_topics
from runtime.errors import LogRefused
from runtime.eventlog.kafka.topics.words import Action, Change
from runtime.settings import Settings

_SECONDS = 30.0
_PLAN = """Say what `apply` would do, and change nothing.

Fails when something is not as declared and `apply` cannot make it so. A topic with another number of partitions than
kafka.partitions is only told of: that number is for new topics.

Example: hookline topics plan --settings hookline.toml"""
_APPLY = """Create the topics and set their settings as declared. Repeating it changes nothing.

Takes nothing away: no topic, no partition, no copy. Fails when something stays that is not as declared.

Example: hookline topics apply --settings hookline.toml"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The topics on Kafka: what they lack, and making them.", no_args_is_help=True)
    group.command("plan", help=_PLAN)(plan)
    group.command("apply", help=_APPLY)(apply)
    app.add_typer(group, name="topics")


def plan(settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_topics(settings_of(settings), work=False, as_json=as_json))


def apply(settings: SettingsFile = None, as_json: AsJson = False) -> None:
    run(_topics(settings_of(settings), work=True, as_json=as_json))


async def _topics(settings: Settings, *, work: bool, as_json: bool) -> None:
    if settings.log.sqlite_path is not None:
        if not as_json:
            say(f"{settings.log.url}: the embedded log makes its topics itself; nothing to do")
        return
    from runtime.eventlog.kafka.connection import connection
    from runtime.eventlog.kafka.topics import admin, applying, finding, planning

    wanted, cluster = wanted_topics(settings), connection(settings.log.url, settings.kafka)
    async with admin.opened_admin(cluster, _SECONDS) as asked:
        found = await finding.find(asked, wanted)
        changes = planning.plan(wanted, found)
        _show(changes, as_json=as_json)
        if work:
            await applying.apply(asked, found, changes)
            await applying.settled(asked, wanted)
    _fail_for(cluster.name, changes)
    if not as_json:
        say(_summary(changes, len(wanted), work=work))


def _show(changes: Sequence[Change], *, as_json: bool) -> None:
    for change in changes:
        if as_json:
            print_json(asdict(change))
        elif change.action is not Action.CANNOT:
            say(_lines(change))


def _lines(change: Change) -> str:
    settings = [
        f"    {key} = {text}" + (f" (was {change.before[key]})" if key in change.before else "")
        for key, text in change.config.items()
    ]
    return "\n".join([f"{change.action}  {change.topic}  {_facts(change)}".rstrip(), *settings])


def _facts(change: Change) -> str:
    if change.action is Action.CREATE:
        return f"partitions {change.partitions}, replication {change.replication}"
    if change.action is Action.ADD_PARTITIONS:
        return f"partitions {change.partitions}: {change.reason}"
    return change.reason


def _fail_for(cluster: str, changes: Sequence[Change]) -> None:
    from runtime.eventlog.kafka.topics.refusals import said

    reasons = [(change.topic, change.reason) for change in changes if change.action is Action.CANNOT]
    if reasons:
        raise LogRefused(said(cluster, reasons))


def _summary(changes: Sequence[Change], topics: int, *, work: bool) -> str:
    count = sum(change.is_work for change in changes)
    if not count:
        return "nothing to do" if changes else f"nothing to do: {topics} topics are as declared"
    return f"done: {count} changes" if work else f"to be done: {count} changes; run `hookline topics apply`"
