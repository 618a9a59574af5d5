"""From a log's URL to an open log. Nothing else in the program knows which backend it is."""

from __future__ import annotations

from runtime.errors import LogRefused
from runtime.eventlog.api import DEFAULT_DEADLINE, DEFAULT_MAX_RECORD_BYTES, EventLog, IsCompacted
from runtime.settings import KafkaSettings


def never_compacted(_topic: str) -> bool:
    return False


async def open_log(
    url: str,
    *,
    is_compacted: IsCompacted = never_compacted,
    deadline: float = DEFAULT_DEADLINE,
    max_record_bytes: int = DEFAULT_MAX_RECORD_BYTES,
    kafka: KafkaSettings | None = None,
) -> EventLog:
    """An open log, ready for use. ``deadline`` bounds each write, in seconds.

    ``sqlite:///relative.db`` and ``sqlite:////absolute.db`` are the embedded log; ``kafka://host:9092,host:9092`` is a
    cluster, and with ``/prefix`` behind it the part of one where each topic's and group's name begins with it.
    Raises ``LogRefused`` when the URL or the file is not usable as it stands, ``LogUnavailable`` when it may be later.
    """
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator and path:
        from runtime.eventlog.sqlite import SqliteLog

        return await SqliteLog.open(
            path, is_compacted=is_compacted, deadline=deadline, max_record_bytes=max_record_bytes
        )
    if url.startswith("kafka://"):
        from runtime.eventlog.kafka.log import KafkaLog

        return KafkaLog(url, kafka or KafkaSettings(), deadline, max_record_bytes)
    raise LogRefused(f"log url {url!r}: not one that Hookline can open; write sqlite:///path/to/file.db or kafka://…")
