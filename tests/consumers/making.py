"""Verification events with little to say, records that are none, and a way to run a stage until nothing is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as st

from runtime.eventlog import Batch, EventLog, Record
from runtime.stage import Stage
from schemas.codec import event_to_message
from schemas.event import EventKind, Outcome, VerificationEvent
from schemas.message import Message
from schemas.topics import VERIFICATION_EVENTS
from tests.examples import NOON, event

TORN = Message("idenfy:scan-torn", "idenfy:scan-torn", (("ce_id", b"1"),), b"\x00\x00\x00\x00\x01torn")
"""A record of the right topic whose value no schema can read."""

_RAW = event().raw


def told(number: int, outcome: Outcome, *, minute: int | None = None, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    """The event that arrived as the ``number``-th, told by the vendor at that minute (its number, where not said)."""
    final = outcome not in {Outcome.PENDING, Outcome.NEEDS_REVIEW, Outcome.UNKNOWN}
    return event(
        **{
            "event_id": str(uuid5(NAMESPACE_OID, str(number))),
            "outcome": outcome,
            "final": final,
            "occurred_at": NOON + timedelta(minutes=number if minute is None else minute),
            "received_at": NOON + timedelta(minutes=number),
            "raw": replace(_RAW, offset=number),
            "reasons": (),
        }
        | changes
    )


@st.composite
def verifications(
    draw: st.DrawFn,
    kinds: Sequence[EventKind] = (EventKind.VERIFICATION,),
    outcomes: Sequence[Outcome] = tuple(Outcome),
) -> list[VerificationEvent]:
    """Up to eight events of one verification, of which some may have been told in the same minute."""
    return [
        told(
            number,
            draw(st.sampled_from(outcomes)),
            minute=draw(st.integers(0, 5)),
            kind=draw(st.sampled_from(kinds)),
            final=draw(st.booleans()),
            reopens=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 8)))
    ]


@st.composite
def arrivals(draw: st.DrawFn, events: list[VerificationEvent]) -> list[VerificationEvent]:
    """The events in any order, some of them several times."""
    repeats = draw(st.lists(st.sampled_from(events), max_size=6))
    return draw(st.permutations(events + repeats))


async def append(log: EventLog, *events: VerificationEvent | Message) -> None:
    for one in events:
        message = event_to_message(one) if isinstance(one, VerificationEvent) else one
        await log.append(VERIFICATION_EVENTS, message)


async def work(log: EventLog, stage: Stage, *, at_once: int = 500) -> None:
    """The stage has finished all there is."""
    async with log.read(stage.topics, stage.name, max_records=at_once) as reader:
        while (batch := await reader.next_batch(0)) is not None:
            handled = await stage.handle(batch)
            await log.finish(batch, handled.emits)
            handled.finished()


@asynccontextmanager
async def next_batch(log: EventLog, stage: Stage, *, at_once: int = 500) -> AsyncIterator[Batch]:
    """A batch of the stage's, which nobody finishes."""
    async with log.read(stage.topics, stage.name, max_records=at_once) as reader:
        batch = await reader.next_batch(0)
        assert batch is not None
        yield batch


async def records(log: EventLog, topic: str) -> list[Record]:
    return [record async for record in log.scan(topic)]


def ids(events: Iterable[VerificationEvent]) -> list[str]:
    return [one.event_id for one in events]
