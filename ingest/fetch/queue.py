"""The log as the fetching desk uses it: requests are settled, documents and dead letters are stored, calls are counted.

A request is settled after what came of it was stored. A crash in between reads it once more, which changes nothing: an
equal document is no new decision. Keys are the requests' own, so that a member that has lost its partition and does not
know it yet can settle only what it has stored itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

from ingest.calling.account import Account
from ingest.calling.spending import Counts
from ingest.documents import document_of
from ingest.fetch.letters import letter_of
from ingest.fetch.waiting import Errand
from runtime.errands.requests import Requests
from runtime.eventlog import EventLog, Put, Record
from schemas import callback as callbacks
from schemas import fetching, topics
from schemas.deadletter import DeadLetterReason
from schemas.fetching import FetchRequest
from schemas.message import Undecodable

SPENT = "spent/"


@dataclass(slots=True)
class Queue:
    """The requests of one vendor in one partition, as its owner of this ``epoch`` writes to the log."""

    log: EventLog
    vendor: str
    partition: int
    epoch: int
    _requests: Requests = field(init=False)

    def __post_init__(self) -> None:
        self._requests = Requests(self.log, topics.fetch_requests(self.vendor), self.partition)

    async def unsettled(self) -> AsyncIterator[tuple[Record, FetchRequest]]:
        """The requests that nobody has settled by the time that they are given, in order."""
        async for record in self._requests.unsettled():
            with suppress(Undecodable):  # made a dead letter when its turn comes
                yield record, fetching.from_record(record)

    async def ask(self, request: FetchRequest) -> None:
        await self.log.append(self._requests.topic, fetching.to_message(request))

    async def settle(self, key: str) -> None:
        await self._requests.settle(key)

    async def store(self, account: Account, errand: Errand, body: bytes, *, gone: bool = False) -> None:
        """The document is durable, on the vendor's own topic, beside the callback that led to it."""
        document = document_of(account, errand.target, body, errand.cause, gone=gone)
        await self.log.append(topics.callbacks(account.vendor), callbacks.to_message(document))

    async def give_up(self, errand: Errand, account: str, reason: DeadLetterReason, detail: str) -> None:
        """The request is a dead letter: appended to its topic again it is worked off like any other."""
        topic, letter = letter_of(errand.record, account, reason, detail)
        await self.log.append(topic, letter)
        await self.settle(errand.record.key)

    async def count(self, account: str, own: Counts) -> None:
        """What this owner has spent is known to the next one."""
        value = orjson.dumps({str(stretch): calls for stretch, calls in own.items()})
        key = f"{SPENT}{account}/{self.epoch}"
        await self.log.append(topics.fetch_memory(self.vendor), Put(key, self.partition, value))

    async def spent(self) -> dict[str, Counts]:
        """What the owners before this one have spent, by account."""
        by_key: dict[str, bytes | None] = {}
        async for record in self.log.scan(topics.fetch_memory(self.vendor), partition=self.partition):
            if record.key.startswith(SPENT):
                by_key[record.key] = record.value
        found: dict[str, Counts] = {}
        for key, value in by_key.items():
            account, _, epoch = key.removeprefix(SPENT).rpartition("/")
            if value is not None and epoch != str(self.epoch):
                _add(found.setdefault(account, {}), orjson.loads(value))
        return found


def _add(counts: Counts, more: dict[str, list[int]]) -> None:
    for stretch, (calls, reconciling) in more.items():
        known = counts.get(int(stretch), (0, 0))
        counts[int(stretch)] = known[0] + calls, known[1] + reconciling
