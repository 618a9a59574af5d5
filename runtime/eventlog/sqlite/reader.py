"""A member of a consumer group."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.errors import LogUnavailable
from runtime.eventlog.api import Batch
from runtime.eventlog.sqlite.changes import Changes, Subscription
from runtime.eventlog.sqlite.membership import try_lock, unlock
from runtime.eventlog.sqlite.operations import Claim, Operation
from runtime.eventlog.sqlite.pool import Pool
from runtime.eventlog.sqlite.queries import Held, first_unfinished
from runtime.eventlog.sqlite.submissions import Submissions
from runtime.eventlog.sqlite.trouble import as_unavailable

_STANDBY_SECONDS = 0.025


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an open log that reading needs."""

    path: Path
    pool: Pool
    submissions: Submissions
    changes: Changes
    finishing: set[int] = field(default_factory=set)
    """The epochs under which a batch is being finished just now."""


@dataclass(frozen=True, slots=True)
class _Share:
    held: Held
    descriptor: int


class GroupReader:
    """Holds as many of its topics as no other member holds, and stands by for the others.

    Gaining a topic writes a new random epoch beside the group's position, so whoever held it before is fenced even if
    its lock was lost. Topics take turns.
    """

    def __init__(self, parts: Parts, topics: Sequence[str], group: str, max_records: int) -> None:
        self._parts = parts
        self._group = group
        self._max_records = max_records
        self._turns = list(dict.fromkeys(topics))
        self._shares: dict[str, _Share] = {}
        self._changed: Subscription | None = parts.changes.add(topics)

    async def next_batch(self, wait: float) -> Batch | None:
        """See ``Reader``. Raises ``LogUnavailable``, also once this reader or its log is closed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            changed = self._open()
            changed.clear()
            await self._gain()
            batch = await self._look()
            if batch is not None:
                return batch
            remaining = end - loop.time()
            if remaining <= 0:
                return None
            standing_by = len(self._shares) < len(self._turns)
            await changed.wait(min(remaining, _STANDBY_SECONDS) if standing_by else remaining)

    @property
    def trouble(self) -> None:
        """Nothing: a member that stands by for its topics is as it should be."""

    @property
    def owned(self) -> Mapping[tuple[str, int], int]:
        """See ``Reader``. A topic that another member took is noticed when it is looked at: see ``_look``."""
        return {(topic, 0): share.held.epoch for topic, share in self._shares.items()}

    async def close(self) -> None:
        if self._changed is not None:
            self._parts.changes.remove(self._changed)
            self._changed.set()
            self._changed = None
        for topic in list(self._shares):
            self._give_up(topic)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def closed(self) -> bool:
        return self._changed is None

    def _open(self) -> Subscription:
        self._parts.pool.check_open()
        if self._changed is None:
            raise LogUnavailable(
                f"log file {self._parts.path}: this reader of group {self._group} is closed; read anew"
            )
        return self._changed

    async def _gain(self) -> None:
        for topic in self._turns:
            if topic not in self._shares:
                await self._try_to_gain(topic)

    async def _try_to_gain(self, topic: str) -> None:
        with as_unavailable(self._parts.path):
            descriptor = try_lock(self._parts.path, self._group, topic)
        if descriptor is None:
            return
        held = Held(topic, secrets.randbits(63))
        claim = Claim(self._group, topic, held.epoch)
        try:
            await self._parts.submissions.submit(Operation(self._parts.submissions.future(), claim=claim))
            self._open()
        except BaseException:
            unlock(descriptor)
            raise
        self._shares[topic] = _Share(held, descriptor)

    async def _look(self) -> Batch | None:
        held = [self._shares[topic].held for topic in self._turns if topic in self._shares]
        partitions = [each for each in held if each.epoch not in self._parts.finishing]
        if not partitions:
            return None
        page = await self._parts.pool.run(first_unfinished, self._group, partitions, self._max_records)
        if page is None:
            return None
        topic, epoch = page.held.topic, page.held.epoch
        if not page.owned:
            self._give_up(topic)
            self._open().set()
            return None
        self._turns.remove(topic)
        self._turns.append(topic)
        return Batch(topic, 0, self._group, epoch, page.start, page.records)

    def _give_up(self, topic: str) -> None:
        share = self._shares.pop(topic, None)
        if share is not None:
            unlock(share.descriptor)
