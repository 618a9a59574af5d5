from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingest.act.acting import Acting, acting
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from ingest.vendors import DOORS
from runtime.eventlog import EventLog, open_log
from runtime.settings import ActSettings, ApiSettings, SourceSettings
from schemas import action as actions
from schemas import callback as callbacks
from schemas import fetching, topics
from schemas.action import Action
from schemas.callback import Callback, CallbackKind
from schemas.fetching import FetchRequest
from tests.ingest.act.counter import API_KEY, DOOR, VENDOR, Counter, counter

ANN, BOB = Operator("ann"), Operator("bob")


@dataclass(frozen=True, slots=True)
class Desk:
    """One way in, the vendor behind it, and what the log was told."""

    log: EventLog
    vendor: Counter
    acting: Acting

    async def records(self) -> list[Callback]:
        topic = topics.callbacks(VENDOR)
        return [callbacks.from_record(record) async for record in self.log.scan(topic)]

    async def steps(self) -> list[Action]:
        found = [each for each in await self.records() if each.kind is CallbackKind.ACTION]
        return [actions.of_members(orjson.loads(each.body)) for each in found]

    async def documents(self) -> list[Callback]:
        return [each for each in await self.records() if each.kind is CallbackKind.DOCUMENT]

    async def requests(self) -> list[FetchRequest]:
        return [fetching.from_record(each) async for each in self.log.scan(topics.fetch_requests(VENDOR))]

    async def everything_written(self) -> bytes:
        """Of the topics that the door writes to."""
        names = topics.callbacks(VENDOR), topics.fetch_requests(VENDOR), topics.asked_actions()
        records = [record for name in names async for record in self.log.scan(name)]
        return b"".join((record.value or b"") + repr(record.headers).encode() for record in records)


def asking(action: str, operator: Operator = ANN, reason: str = "", **arguments: Any) -> Asking:  # noqa: ANN401 - any argument
    return Asking(VENDOR, action, arguments, operator, reason=reason)


def good(operator: Operator = ANN, thing: str = "thing-1") -> Asking:
    return asking("set-state", operator, "seen by me", thing=thing, state="good")


def source_at(url: str, **more: Any) -> SourceSettings:  # noqa: ANN401 - any setting
    api = ApiSettings(base_url=url, secret=API_KEY, call_timeout=1.0)
    return SourceSettings(name="counter", vendor=VENDOR, unsigned=True, environment="test", api=api, **more)


@pytest.fixture(autouse=True)
def known_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor of these tests is one of the vendors."""
    monkeypatch.setitem(DOORS, VENDOR, DOOR)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=topics.is_compacted)
    yield opened
    await opened.close()


@pytest.fixture
async def vendor() -> AsyncIterator[Counter]:
    async with counter() as played:
        yield played


@pytest.fixture
async def desk(log: EventLog, vendor: Counter) -> AsyncIterator[Desk]:
    async with acting([source_at(vendor.url)], ActSettings(), log) as ready:
        yield Desk(log, vendor, ready)


@pytest.fixture
async def guarded(log: EventLog, vendor: Counter) -> AsyncIterator[Callable[..., Desk]]:
    """Desks at which two persons must agree, as many as are asked for, on one log."""
    settings = ActSettings(two_persons=("counter.set-state", "*.create"), confirm_within=60)
    async with acting([source_at(vendor.url)], settings, log) as ready:
        yield lambda: Desk(log, vendor, ready)
