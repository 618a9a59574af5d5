"""Changing the topics on the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.protocol.admin import AlterConfigsRequest, CreatePartitionsRequest, CreateTopicsRequest

from runtime.eventlog.kafka.topics.admin import Admin
from runtime.eventlog.kafka.topics.finding import find
from runtime.eventlog.kafka.topics.planning import plan
from runtime.eventlog.kafka.topics.refusals import Refusal, refused
from runtime.eventlog.kafka.topics.words import Action, Change, Found, FoundTopic, WantedTopic
from runtime.eventlog.kafka.trouble import as_ours

_TOPIC = 2
_LOOK_AGAIN = 0.1


async def apply(admin: Admin, found: Found, changes: Sequence[Change]) -> None:
    """What is work among the changes is done. Every one is tried, whatever becomes of the others.

    Raises ``LogUnavailable``; ``LogRefused`` with a line for each reason and the topics refused for it.
    """
    refusals: list[Refusal] = []
    if creations := _those(changes, Action.CREATE):
        refusals += await _create(admin, creations)
    if additions := _those(changes, Action.ADD_PARTITIONS):
        refusals += await _add_partitions(admin, additions)
    if settings := _those(changes, Action.CONFIGURE):
        refusals += await _configure(admin, settings, found.topics)
    if refusals:
        raise refused(admin.connection.name, refusals)


async def settled(admin: Admin, wanted: Sequence[WantedTopic]) -> None:
    """Returns once the cluster shows everything that can be done as done: its brokers learn of it one by one.

    Raises ``LogUnavailable`` when that takes longer than the deadline.
    """
    with as_ours(admin.connection.name, "waiting until its brokers know of the changes", admin.deadline):
        async with asyncio.timeout(admin.deadline):
            while any(change.is_work for change in plan(wanted, await find(admin, wanted))):  # noqa: ASYNC110 - no event
                await asyncio.sleep(_LOOK_AGAIN)


def _those(changes: Iterable[Change], action: Action) -> list[Change]:
    return [change for change in changes if change.action is action]


async def _create(admin: Admin, changes: Iterable[Change]) -> list[Refusal]:
    full = admin.connection.full
    topics: list[Any] = [
        (full(change.topic), change.partitions, change.replication, [], list(change.config.items()))
        for change in changes
    ]
    request = CreateTopicsRequest(topics, _milliseconds(admin), validate_only=False)
    return admin.refusals((await admin.ask("creating topics", request)).topic_errors, "Create")


async def _add_partitions(admin: Admin, changes: Iterable[Change]) -> list[Refusal]:
    topics = [(admin.connection.full(change.topic), (change.partitions, None)) for change in changes]
    request = CreatePartitionsRequest(topics, _milliseconds(admin), validate_only=False)
    return admin.refusals((await admin.ask("adding partitions", request)).topic_errors, "Alter")


async def _configure(admin: Admin, changes: Iterable[Change], found: Mapping[str, FoundTopic]) -> list[Refusal]:
    """The request replaces all that was set on a topic, so what is to stay goes with it."""
    topics = [
        (_TOPIC, admin.connection.full(change.topic), list({**found[change.topic].own, **change.config}.items()))
        for change in changes
    ]
    answer = await admin.ask("setting topics' settings", AlterConfigsRequest(topics))
    return admin.refusals(((name, code, text) for code, text, _, name in answer.resources), "AlterConfigs")


def _milliseconds(admin: Admin) -> int:
    return round(admin.deadline * 1000)
