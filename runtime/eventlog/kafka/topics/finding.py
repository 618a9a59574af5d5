"""How the topics are on the cluster now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.errors import (
    LeaderNotAvailableError,
    NoError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.protocol.admin import DescribeConfigsRequest
from aiokafka.protocol.metadata import MetadataRequest

from runtime.eventlog.kafka.topics.admin import Admin
from runtime.eventlog.kafka.topics.refusals import refused
from runtime.eventlog.kafka.topics.words import Found, FoundTopic, WantedTopic

_TOPIC = 2
_SET_ON_THE_TOPIC = 1
_NOT_THERE = (UnknownTopicOrPartitionError.errno, LeaderNotAvailableError.errno)
_HIDDEN = TopicAuthorizationFailedError.errno

Configs = tuple[dict[str, str] | None, dict[str, str]]
"""What holds for a topic (``None``: this user may not see it), and what of that was set on the topic."""


async def find(admin: Admin, wanted: Iterable[WantedTopic]) -> Found:
    """Those topics, and those that they lie beside. Nothing is created by asking.

    Raises ``LogUnavailable``; ``LogRefused`` that names the topics which this user may not see.
    """
    names = {name for topic in wanted for name in (topic.name, topic.beside) if name is not None}
    full = sorted(admin.connection.full(name) for name in names)
    request = MetadataRequest(full, allow_auto_topic_creation=False)
    answer = (await admin.ask("asking for its topics", request)).to_object()
    _check(admin, [(each["topic"], each["error_code"], None) for each in answer["topics"]], "Describe", _NOT_THERE)
    copies = {each["topic"]: _copies(each) for each in answer["topics"] if each["partitions"]}
    configs = await _configs(admin, sorted(copies))
    topics = {
        admin.connection.ours(name): FoundTopic(len(copies[name]), min(copies[name]), *each)
        for name, each in configs.items()
    }
    return Found(len(answer["brokers"]), topics)


def _copies(topic: Mapping[str, Any]) -> list[int]:
    return [len(partition["replicas"]) for partition in topic["partitions"]]


async def _configs(admin: Admin, names: Sequence[str]) -> dict[str, Configs]:
    """Of those that are there."""
    if not names:
        return {}
    request = DescribeConfigsRequest([(_TOPIC, name, None) for name in names])
    answer = (await admin.ask("asking for its topics' settings", request)).to_object()["resources"]
    codes = [(each["resource_name"], each["error_code"], each["error_message"]) for each in answer]
    _check(admin, codes, "DescribeConfigs", (*_NOT_THERE, _HIDDEN))
    return {each["resource_name"]: _config(each) for each in answer if each["error_code"] in {NoError.errno, _HIDDEN}}


def _config(resource: Mapping[str, Any]) -> Configs:
    if resource["error_code"] == _HIDDEN:
        return None, {}
    entries = [each for each in resource["config_entries"] if each["config_value"] is not None]
    own = [each for each in entries if each["config_source"] == _SET_ON_THE_TOPIC]
    return _texts(entries), _texts(own)


def _texts(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {each["config_names"]: each["config_value"] for each in entries}


def _check(admin: Admin, answers: Iterable[tuple[str, int, str | None]], permission: str, good: Sequence[int]) -> None:
    refusals = admin.refusals(answers, permission, good)
    if refusals:
        raise refused(admin.connection.name, refusals)
