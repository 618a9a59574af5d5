"""Questions to a cluster about its topics, each with a deadline.

aiokafka's admin client is not used: asked for a topic by name it lets the brokers create it, its retry at another
controller never happens as that error is inside the answer, and of several refusals it tells the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import NoError

from runtime.eventlog.kafka.connection import Connection
from runtime.eventlog.kafka.noise import quieten
from runtime.eventlog.kafka.topics.refusals import Refusal
from runtime.eventlog.kafka.trouble import as_ours

_CLOSE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Admin:
    """A connection for questions and changes; ``deadline`` bounds each, in seconds."""

    client: AIOKafkaClient
    connection: Connection
    deadline: float

    async def ask(self, what: str, request: object) -> Any:  # noqa: ANN401 - aiokafka's answers have no types
        """The answer of whom the cluster names as its controller: any broker does for questions and passes changes on.

        Raises ``LogUnavailable``.
        """
        with as_ours(self.connection.name, what, self.deadline):
            async with asyncio.timeout(self.deadline):
                controller = self.client.cluster.controller
                node = self.client.get_random_node() if controller is None else controller.nodeId
                return await self.client.send(node, request)

    def refusals(
        self, answers: Iterable[tuple[str, int, str | None]], permission: str, good: Collection[int] = ()
    ) -> list[Refusal]:
        """Those of the answers (topic, code, text) that are errors, but for ``good`` codes."""
        return [
            Refusal(self.connection.ours(topic), code, text or "", permission)
            for topic, code, text in answers
            if code not in {NoError.errno, *good}
        ]


@asynccontextmanager
async def opened_admin(connection: Connection, deadline: float) -> AsyncIterator[Admin]:
    """Raises ``LogUnavailable`` when no broker is reached within ``deadline`` seconds."""
    quieten()
    client = AIOKafkaClient(**connection.options, request_timeout_ms=round(deadline * 1000), client_id="hookline")
    try:
        with as_ours(connection.name, "reaching its brokers", deadline):
            async with asyncio.timeout(deadline):
                await client.bootstrap()
        yield Admin(client, connection, deadline)
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await client.close()
