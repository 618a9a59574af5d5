"""The demonstration's settings; its log is a file that goes away with it, or topics of its own on a Kafka cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from hookline.everything import dev_settings
from hookline.sandboxes import VENDORS
from hookline.topics import wanted_topics
from runtime.errors import SettingsInvalid
from runtime.settings import Settings

_ANY_PORT = "127.0.0.1:0"
_ON_KAFKA = {"partitions": 3, "replication": 1, "min_insync": 1, "session_timeout": 10.0}
_SECONDS = 30.0
_LOOK_EVERY = 0.2
_ASK_AFTER: Mapping[str, tuple[float, ...]] = {"idverse": (2.0, 5.0, 10.0)}
"""Seconds, in place of hours, after which the vendor is asked about what is still open."""


@asynccontextmanager
async def place(log: str | None, folder: Path, sandboxes: Mapping[str, str]) -> AsyncIterator[Settings]:
    """Settings for one run with those sandboxes, and topics made where they must be; the context's end removes them.

    Raises ``SettingsInvalid`` for a ``log`` that is not a Kafka cluster's, and the log's errors.
    """
    hurried = {
        "source": [_source(vendor, url) for vendor, url in sandboxes.items()],
        "reconcile": {"every": _LOOK_EVERY},
        "console": {"listen": _ANY_PORT},
    }
    if log is None:
        yield dev_settings(sandboxes, f"sqlite:///{folder}/hookline.db", _ANY_PORT, hurried)
        return
    if not log.startswith("kafka://") or "/" in log.removeprefix("kafka://").rstrip("/"):
        raise SettingsInvalid(f"--log {log}: not a cluster's address; write kafka://host:9092")
    prefix = f"hookline-demo-{uuid4().hex[:8]}"
    more = {**hurried, "kafka": _ON_KAFKA, "projections": {"url": f"sqlite:///{folder}/views.db"}}
    settings = dev_settings(sandboxes, f"{log.rstrip('/')}/{prefix}", _ANY_PORT, more)
    async with _topics(settings):
        yield settings


def _source(vendor: str, url: str) -> dict[str, Any]:
    api = dict(VENDORS[vendor].api(url))
    hurry = {"reconcile_after": list(_ASK_AFTER[vendor])} if vendor in _ASK_AFTER else {}
    secrets = [VENDORS[vendor].secret]
    return {"name": vendor, "vendor": vendor, "secrets": secrets, "environment": "test", "api": {**api, **hurry}}


@asynccontextmanager
async def _topics(settings: Settings) -> AsyncIterator[None]:
    from runtime.eventlog.kafka.connection import connection
    from runtime.eventlog.kafka.topics import admin, applying, finding, planning, removing

    wanted = wanted_topics(settings)
    async with admin.opened_admin(connection(settings.log.url, settings.kafka), _SECONDS) as asked:
        found = await finding.find(asked, wanted)
        await applying.apply(asked, found, planning.plan(wanted, found))
        await applying.settled(asked, wanted)
        try:
            yield
        finally:
            await removing.remove(asked, [topic.name for topic in wanted])
