"""The couriers of one partition of deliveries: out while this process owns it, each given what the log holds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from consumers.alerts.delivery.channel import Channel
from consumers.alerts.delivery.courier import Courier, TellsOfLetters
from consumers.alerts.delivery.outbox import Outbox
from consumers.alerts.delivery.quiet import Quiet
from consumers.alerts.delivery.requests import NO_CHANNEL, Delivery, channel_of, no_such_channel
from runtime.errors import HooklineError

_log = structlog.get_logger(__name__)

_DRAIN = 5.0
"""Seconds that attempts under way have to end; one that is cut short is made again."""


@dataclass(slots=True)
class Round:
    """What stands before the offset ``known`` was found by reading the topic itself; batches bring the rest."""

    channels: Mapping[str, Channel]
    outbox: Outbox
    quiet: Quiet
    tells_of_letters: TellsOfLetters
    known: int = 0
    _couriers: dict[str, Courier] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def fill(self) -> None:
        """As much of what nobody has settled is under way as there is room for. Raises the log's errors."""
        self.known = await self.outbox.end()
        for courier in self._couriers.values():
            courier.waiting.left_out = False
        async for delivery in self.outbox.unsettled():
            if delivery.record.offset >= self.known:
                continue
            if channel_of(delivery.record.key) in self.channels:
                self.add(delivery)
            else:
                await self.outbox.give_up(delivery.record, NO_CHANNEL, no_such_channel(delivery.record.key))

    def add(self, delivery: Delivery) -> None:
        name = channel_of(delivery.record.key)
        courier = self._couriers.get(name) or self._sent_out(self.channels[name])
        courier.add(delivery)

    def settled(self, key: str, offset: int) -> None:
        """The log has a tombstone of that delivery, there."""
        courier = self._couriers.get(channel_of(key))
        if courier is not None:
            courier.waiting.settled(key, key, offset)

    async def look_after(self) -> None:
        """Raises what a courier ended with; gives those that have room again what the log holds."""
        for task in self._tasks:
            if task.done() and (error := task.exception()) is not None:
                raise _first(error)
        if any(courier.waiting.has_room_again for courier in self._couriers.values()):
            await self.fill()

    async def close(self) -> None:
        """Nothing more is begun. Attempts under way may end within a bound; what was not settled is still due."""
        for courier in self._couriers.values():
            courier.close()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_DRAIN)
            for task in late:
                task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):  # what it was about is still due, so the next owner meets it again
                _log.warning("courier ended in trouble", partition=self.outbox.partition, error=str(_first(ended)))

    def _sent_out(self, channel: Channel) -> Courier:
        courier = Courier(channel, self.outbox, self.quiet, self.tells_of_letters)
        self._couriers[channel.name] = courier
        self._tasks.append(asyncio.create_task(courier.run(), name=f"courier {channel.name}"))
        return courier


def _first(error: BaseException) -> BaseException:
    """One of what a group of tasks ended with: an error of our own, where there is one."""
    while isinstance(error, BaseExceptionGroup):
        error = (error.split(HooklineError)[0] or error).exceptions[0]
    return error
