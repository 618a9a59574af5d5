"""Taking topics away: only for those that were made to be taken away again."""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka.protocol.admin import DeleteTopicsRequest

from runtime.eventlog.kafka.topics.admin import Admin
from runtime.eventlog.kafka.topics.refusals import refused


async def remove(admin: Admin, topics: Sequence[str]) -> None:
    """The topics are gone with all that is in them. Raises ``LogUnavailable``, ``LogRefused``."""
    request = DeleteTopicsRequest([admin.connection.full(topic) for topic in topics], round(admin.deadline * 1000))
    answer = await admin.ask("deleting topics", request)
    refusals = admin.refusals(((topic, code, None) for topic, code in answer.topic_error_codes), "Delete")
    if refusals:
        raise refused(admin.connection.name, refusals)
