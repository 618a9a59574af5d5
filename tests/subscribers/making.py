"""Events for the examples, and how they come on the topic."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from runtime.eventlog import EventLog
from schemas import topics
from schemas.codec import event_to_message
from schemas.event import VerificationEvent
from tests.examples import event

START = 60.0
"""Seconds that a program has until it is through with what lies there: joining a group takes some."""


def decided(number: int, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    """Each of a verification of its own."""
    return event(
        event_id=str(uuid5(NAMESPACE_OID, f"event {number}")),
        **{"verification_id": f"scan-{number}", "raw": replace(event().raw, offset=number)} | changes,
    )


async def append(log: EventLog, events: Sequence[VerificationEvent]) -> None:
    for start in range(0, len(events), 200):
        part = events[start : start + 200]
        await asyncio.gather(*[log.append(topics.VERIFICATION_EVENTS, event_to_message(each)) for each in part])


def ids(events: Sequence[VerificationEvent]) -> list[str]:
    return sorted(each.event_id for each in events)
