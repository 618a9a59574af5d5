from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession

from ingest.receive import Receiver, serve, sources_of
from runtime.eventlog import EventLog, Record, open_log
from runtime.settings import ReceiverSettings, SourceSettings
from schemas import callback as callbacks
from schemas.callback import Callback

KEY = "test-signing-key"
_OF_SOURCE = ("vendor", "max_per_second", "environment", "awaiting_secrets", "options")


@dataclass(frozen=True, slots=True)
class Door:
    """A receiver on a real socket before a real log."""

    url: str
    client: ClientSession
    log: EventLog
    receiver: Receiver

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def records(self, vendor: str = "idenfy") -> list[Record]:
        return [record async for record in self.log.scan(f"callbacks.{vendor}")]

    async def stored(self, vendor: str = "idenfy") -> list[Callback]:
        return [callbacks.from_record(record) for record in await self.records(vendor)]


OpenDoor = Callable[..., Awaitable[Door]]


@pytest.fixture
async def open_door(tmp_path: Path) -> AsyncIterator[OpenDoor]:
    """Opens a receiver with one source, named as its ``vendor`` (else ``idenfy``); other keyword arguments are settings
    of the receiver or of the source.
    """
    async with AsyncExitStack() as stack:

        async def open_it(secrets: tuple[str, ...] = (KEY,), **changes: object) -> Door:
            of_source = {name: changes.pop(name) for name in _OF_SOURCE if name in changes}
            vendor = of_source.get("vendor", "idenfy")
            unsigned = not secrets and "awaiting_secrets" not in of_source
            entry = SourceSettings.model_validate(
                {"name": vendor, "vendor": vendor, "secrets": secrets, "unsigned": unsigned, **of_source}
            )
            settings = ReceiverSettings.model_validate({"listen": "127.0.0.1:0", **changes})
            log = await open_log(f"sqlite:///{tmp_path}/log.db", deadline=2.0)
            stack.push_async_callback(log.close)
            receiver = Receiver(log, sources_of([entry]), settings)
            url = await stack.enter_async_context(serve(receiver, settings))
            client = await stack.enter_async_context(ClientSession(auto_decompress=False))
            return Door(url, client, log, receiver)

        yield open_it
