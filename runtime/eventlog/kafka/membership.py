"""What a consumer group says of its member."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from aiokafka import ConsumerRebalanceListener
from aiokafka.structs import TopicPartition

from runtime.errors import LogUnavailable

_SESSIONS = 3
"""A group makes up its mind within two session timeouts; after one more, the member is lost to it."""


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """What the group last said: ``assigned`` is ``None`` while it makes up its mind.

    ``drain`` is awaited before partitions are given back, while the group waits.
    """

    def __init__(self, drain: Callable[[], Awaitable[None]], session_timeout: float) -> None:
        self._drain = drain
        self._bound = session_timeout * _SESSIONS
        self._since = monotonic()
        self._new = False
        self.assigned: frozenset[TopicPartition] | None = None

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            await self._drain()
        self.assigned = None
        self._since = monotonic()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.assigned = frozenset(assigned)
        self._new = True

    def news(self) -> frozenset[TopicPartition] | None:
        """The assignment, if it was not asked for since it was made."""
        if self.assigned is None or not self._new:
            return None
        self._new = False
        return self.assigned

    def check(self, name: str) -> None:
        """Raises ``LogUnavailable`` when the group has not made up its mind for too long: the member is lost to it."""
        if self.assigned is None and monotonic() - self._since > self._bound:
            raise LogUnavailable(f"{name}: not let in for {self._bound:g} s; see whether the brokers run")
