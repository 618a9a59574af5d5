"""The fetching stage: callbacks become requests, and the owner of an account's requests works them off beside that.

Two hops, so that the work moves from where callbacks lie (by verification) to where budgets are (by account): whatever
the number of processes, one of them at a time asks for an account.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from ingest.calling.account import Account
from ingest.door import VendorDoor
from ingest.fetch import occasions
from ingest.fetch.intake import take_in
from ingest.fetch.letters import STAGE, letter_of
from ingest.fetch.office import Office
from ingest.fetch.queue import Queue
from ingest.fetch.waiting import errand_of
from ingest.vendors import DOORS
from runtime import metrics
from runtime.errands.requests import settling
from runtime.eventlog import Batch, Emit, EventLog, Record
from runtime.memory import Memory
from runtime.settings import FetchSettings
from runtime.stage import Handled, Owned, Stage
from schemas import fetching, topics
from schemas.callback import header
from schemas.deadletter import DeadLetterReason
from schemas.fetching import FetchRequest
from schemas.message import Undecodable

Taken = list[tuple[Record, FetchRequest | None]]
"""Requests that are due, and tombstones (without one), in order."""


class Fetching:
    """One vendor's accounts. ``handle`` may be repeated: what is due lives on the log and is only held here."""

    def __init__(
        self, door: VendorDoor, accounts: Mapping[str, Account], log: EventLog, settings: FetchSettings
    ) -> None:
        self._door = door
        self._accounts = accounts
        self._log = log
        self._settings = settings
        self._requests = topics.fetch_requests(door.vendor)
        self._memory = Memory(log, topics.fetch_memory(door.vendor))
        self._offices: dict[tuple[int, int], Office] = {}

    async def owning(self, owned: Owned) -> None:
        """Desks are open for the owned partitions and for no other; raises what a desk ended with."""
        wanted = {(number, epoch) for (topic, number), epoch in owned.items() if topic == self._requests}
        lost = [self._offices.pop(place) for place in self._offices.keys() - wanted]
        await asyncio.gather(*(office.close() for office in lost))
        for number, epoch in wanted - self._offices.keys():
            queue = Queue(self._log, self._door.vendor, number, epoch)
            office = self._offices[number, epoch] = Office(self._accounts, queue, self._settings)
            await office.open()
        for office in self._offices.values():
            await office.look_after()

    async def handle(self, batch: Batch) -> Handled:
        """Requests for what the callbacks give to read; or which of the requests are not to be worked off."""
        if batch.topic != self._requests:
            emits = take_in(batch, self._door, self._accounts)
            return Handled(emits, partial(_count, emits))
        await self._memory.follow(batch)
        taken: Taken = []
        emits = []
        for record in batch.records:
            emits += self._look_at(record, taken)
        occasions.forget_old(self._memory, batch.records[-1].appended_at, batch.epoch)
        return Handled(emits + self._memory.emits(), partial(self._take, batch, taken, emits))

    def _look_at(self, record: Record, taken: Taken) -> list[Emit]:
        """What is to be written about a request that is not worked off; others are ``taken``."""
        if record.value is None:
            taken.append((record, None))
            return []
        settle = self._requests, settling(record.key, record.partition)
        try:
            request = fetching.from_record(record)
        except Undecodable as error:
            return [letter_of(record, record.key, DeadLetterReason.UNDECODABLE_RECORD, str(error)), settle]
        if request.source not in self._accounts:
            detail = f"source {request.source} is not in the settings, or has no [source.api]; add it, then redrive"
            return [letter_of(record, request.source, DeadLetterReason.NOT_FETCHABLE, detail), settle]
        if not occasions.is_new(self._memory, request, record):
            return [settle]
        taken.append((record, request))
        return []

    def _take(self, batch: Batch, taken: Taken, emits: Sequence[Emit]) -> None:
        _count(emits)
        office = self._offices.get((batch.partition, batch.epoch))
        if office is None:
            return
        for record, request in taken:
            if request is None:
                office.settled(record.key)
            elif record.offset >= office.known:
                office.add(request, errand_of(request, record))


def _count(emits: Sequence[Emit]) -> None:
    for topic, message in emits:
        if topic == topics.DEAD_LETTERS:
            metrics.DEAD_LETTERS.labels(STAGE, header(message.headers, "dead-letter-reason")).inc()


def stages(
    accounts: Mapping[str, Account], vendors: Sequence[str], log: EventLog, settings: FetchSettings
) -> list[Stage]:
    """One stage for each vendor that can be asked, so that one vendor's outage delays no other's."""
    made = []
    for vendor in vendors:
        api = DOORS[vendor].api
        if api is None:
            continue
        own = {name: account for name, account in accounts.items() if account.vendor == vendor}
        worker = Fetching(DOORS[vendor], own, log, settings)
        callbacks = () if api.targets is None else (topics.callbacks(vendor),)
        read = *callbacks, topics.fetch_requests(vendor)
        made.append(Stage(f"{STAGE}.{vendor}", read, worker.handle, owning=worker.owning))
    return made
