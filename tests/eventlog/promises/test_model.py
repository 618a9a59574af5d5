"""Any order of calls, compared with a log that is a few lists."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from runtime.errors import Fenced
from runtime.eventlog import Batch, Emit, EventLog, Reader
from tests.eventlog.backends import COMPACTED, Backend, message, open_at, stored

T = TypeVar("T")
Write = tuple[str, str, bytes | None]

PLAIN = "plain"
TOPICS = (PLAIN, COMPACTED)
GROUPS = ("g1", "g2")
BATCH = 3

WRITES = st.tuples(st.sampled_from((*TOPICS, "out")), st.sampled_from("abc"), st.none() | st.binary(max_size=3))


@dataclass(frozen=True, slots=True)
class Entry:
    """``place`` orders the model's records; the log's offsets must grow in the same order."""

    place: int
    key: str
    value: bytes | None


class Model:
    """What a log is, without a disk: for each topic the records that are left, for each group its places."""

    def __init__(self, removes_at_once: bool) -> None:  # noqa: FBT001 - the backend's own word
        self.removes_at_once = removes_at_once
        self.topics: dict[str, list[Entry]] = {topic: [] for topic in (*TOPICS, "out")}
        self.places: dict[tuple[str, str], int] = {}
        self._next = 0

    def write(self, topic: str, key: str, value: bytes | None) -> None:
        self._next += 1
        if self.removes_at_once and (value is None or topic == COMPACTED):
            self.topics[topic] = [entry for entry in self.topics[topic] if entry.key != key]
        self.topics[topic].append(Entry(self._next, key, value))

    def unfinished(self, group: str, topic: str) -> list[Entry]:
        start = self.places.get((group, topic), 0)
        return [entry for entry in self.topics[topic] if entry.place >= start]


def contents(entries: list[Entry]) -> list[tuple[str, bytes | None]]:
    return [(entry.key, entry.value) for entry in entries]


class LogMachine(RuleBasedStateMachine):
    """A group's batch in hand is kept with the model's entries that it must hold."""

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.model = Model(backend.removes_at_once)
        self.in_hand: dict[str, tuple[Batch, int]] = {}
        self.done: list[Batch] = []
        self.run(self._start(backend))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def _start(self, backend: Backend) -> None:
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.url = await self.stack.enter_async_context(backend.place(folder, backend.server))
        await self._open()

    async def _open(self) -> None:
        self.log: EventLog = await open_at(self.url)
        self.readers: dict[str, Reader] = {group: self.log.read(TOPICS, group, max_records=BATCH) for group in GROUPS}

    def teardown(self) -> None:
        self.run(self.log.close())
        self.run(self.stack.aclose())
        self.runner.close()

    @rule(write=WRITES)
    def append(self, write: Write) -> None:
        topic, key, value = write
        self.run(self.log.append(topic, message(key, value)))
        self.model.write(topic, key, value)

    @rule(group=st.sampled_from(GROUPS))
    def take(self, group: str) -> None:
        """The next batch holds the first unfinished records of its topic; there is none only if all are finished."""
        left = [self.model.unfinished(group, topic) for topic in TOPICS]
        batch = self.run(self.readers[group].next_batch(20.0 if any(left) else 0.0))
        if batch is None:
            assert [[], []] == left
            return
        expected = self.model.unfinished(group, batch.topic)[:BATCH]
        assert contents(expected) == [(record.key, record.value) for record in batch.records]
        self.in_hand[group] = (batch, expected[-1].place)

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data(), writes=st.lists(WRITES, max_size=4))
    def finish(self, data: st.DataObject, writes: list[Write]) -> None:
        group = data.draw(st.sampled_from(sorted(self.in_hand)))
        batch, last = self.in_hand.pop(group)
        emits: list[Emit] = [(topic, message(key, value)) for topic, key, value in writes]
        self.run(self.log.finish(batch, emits))
        self.model.places[group, batch.topic] = last + 1
        for write in writes:
            self.model.write(*write)
        self.done.append(batch)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def finish_again(self, data: st.DataObject) -> None:
        with pytest.raises(Fenced):
            self.run(self.log.finish(data.draw(st.sampled_from(self.done)), [("out", message("never"))]))

    @rule()
    def reopen(self) -> None:
        """Batches in hand are lost with the log that they were read from."""
        self.run(self.log.close())
        self.in_hand.clear()
        self.run(self._open())

    @invariant()
    def topics_hold_what_the_model_holds(self) -> None:
        for topic, entries in self.model.topics.items():
            records = self.run(stored(self.log, topic))
            assert contents(entries) == [(record.key, record.value) for record in records]

    @invariant()
    def lag_is_what_the_model_has_left(self) -> None:
        for group in GROUPS:
            for topic in TOPICS:
                assert len(self.model.unfinished(group, topic)) == self.run(self.log.lag(topic, group))


def test_any_order_of_calls_gives_what_a_few_lists_give(backend: Backend) -> None:
    """Appends, tombstones, compaction, batches taken, retaken and finished, stale finishes, opening anew."""

    class OnThisBackend(LogMachine):
        def __init__(self) -> None:
            super().__init__(backend)

    run_state_machine_as_test(
        OnThisBackend,
        settings=settings(
            max_examples=backend.examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
