"""The courier of one channel: brings what is due, so many at once, and leaves a channel in trouble alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time

import structlog

from consumers.alerts.delivery.channel import Channel, Outcome, Result, Send
from consumers.alerts.delivery.outbox import Outbox
from consumers.alerts.delivery.quiet import Because, Quiet
from consumers.alerts.delivery.requests import EXPIRED, STAGE, Delivery
from runtime import metrics
from runtime.errands.pauses import Breaker
from runtime.errands.waiting import Waiting
from schemas.alert import Alert
from schemas.deadletter import DeadLetterReason

_log = structlog.get_logger(__name__)

_LOOK_AGAIN = 60.0
_OLD_LOOK = 1.0
"""Seconds: many attempts share a look at what people have done."""

TellsOfLetters = Callable[[Alert], bool]
"""Whether an alert is about dead letters."""


class Deliveries(Waiting[Delivery]):
    """Of two with one key either is the other."""

    def merged(self, one: Delivery, other: Delivery) -> tuple[Delivery, str]:
        raise AssertionError(f"{one.about} and {other.about} have one key and were not recognized by it")


@dataclass(slots=True)
class Courier:
    """``run`` works until it is told to ``close``, and then ends what it has begun. Its log's troubles end it: whoever
    owns the partition then begins anew. A channel's troubles do not, nor are they the process's: they are told by
    metrics and log lines, as a process that is not ready would be restarted for them, and help nobody.
    """

    channel: Channel
    outbox: Outbox
    quiet: Quiet
    tells_of_letters: TellsOfLetters
    clock: Callable[[], float] = time
    waiting: Deliveries = field(default_factory=Deliveries)
    closing: bool = False
    _breaker: Breaker = field(init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._breaker = Breaker(self.channel.patience)

    def add(self, delivery: Delivery) -> None:
        """It is due by now, also where the clock of whoever asked is ahead of ours."""
        now = self.clock()
        delivery.due_at, delivery.since = min(delivery.due_at, now), min(delivery.since, now)
        self.waiting.add(delivery)
        self._changed.set()

    def close(self) -> None:
        self.closing = True
        self._changed.set()

    async def run(self) -> None:
        try:
            async with self.channel.opened() as send, asyncio.TaskGroup() as bearers:
                for number in range(self.channel.parallel):
                    bearers.create_task(self._bear(send), name=f"deliver {self.channel.name} {number}")
        finally:  # whoever speaks to the channel from now on tells of it
            metrics.ALERTS_WAITING.labels(self.channel.name).set(0)
            metrics.CHANNEL_PAUSED.labels(self.channel.name).set(0)

    async def _bear(self, send: Send) -> None:
        while (delivery := await self._next()) is not None:
            try:
                await self._deliver(delivery, send)
            finally:
                self._changed.set()

    async def _next(self) -> Delivery | None:
        """What is due, once it is; ``None`` when it is time to close."""
        while not self.closing:
            self._changed.clear()
            wait = self._wait()
            self._show()
            if wait is not None and wait <= 0:
                delivery = self.waiting.take(self.clock())
                if delivery is not None:
                    return delivery
            with suppress(TimeoutError):
                async with asyncio.timeout(min(wait or _LOOK_AGAIN, _LOOK_AGAIN)):
                    await self._changed.wait()
        return None

    def _wait(self) -> float | None:
        """Seconds until the next attempt may be begun; ``None`` until something changes."""
        if self._breaker.probing and self.waiting.running:
            return None
        due = self.waiting.wait(self.clock())
        return None if due is None else max(due, self._breaker.wait(self.clock()))

    def _show(self) -> None:
        metrics.ALERTS_WAITING.labels(self.channel.name).set(len(self.waiting))
        metrics.CHANNEL_PAUSED.labels(self.channel.name).set(self._breaker.wait(self.clock()))

    async def _deliver(self, delivery: Delivery, send: Send) -> None:
        because = await self._because(delivery.alert)
        if because is not None:
            await self._settle(delivery, because)
            return
        try:
            outcome = await send(delivery.alert)
        except Exception as error:  # a fault of ours about one alert must not stop the others
            _log.exception("delivering failed", channel=self.channel.name, alert_id=delivery.alert.alert_id)
            await self._give_up(delivery, DeadLetterReason.PROGRAM_ERROR, type(error).__name__)
        else:
            await self._judge(delivery, outcome)

    async def _because(self, alert: Alert) -> Because | None:
        """What keeps the alert from being brought. An old look is good enough to bring it, and not to leave it."""
        await self.quiet.look(within=_OLD_LOOK)
        if self.quiet.because(alert, datetime.now(UTC)) is None:
            return None
        await self.quiet.look()
        return self.quiet.because(alert, datetime.now(UTC))

    async def _judge(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.result is Result.FAILED:
            await self._failed(delivery, outcome)
            return
        self._breaker.worked()
        if outcome.result is Result.TAKEN:
            await self._settle(delivery, Result.TAKEN)
        else:
            await self._give_up(delivery, DeadLetterReason.REFUSED, f"{self.channel.name} {outcome.detail}")

    async def _failed(self, delivery: Delivery, outcome: Outcome) -> None:
        """It waits, longer each time. Past the horizon it is a dead letter, and with it all else whose time is over:
        while a channel is left alone each of them would wait for an attempt of its own.
        """
        now = self.clock()
        metrics.ALERT_DELIVERIES.labels(self.channel.name, Result.FAILED).inc()
        self._breaker.failed(now, outcome.after)
        delivery.failures += 1
        pause = max(self.channel.patience.pause(delivery.failures), self._breaker.wait(now))
        _log.warning("alert waits", channel=self.channel.name, error=outcome.detail, seconds=round(pause, 1))
        self.waiting.back(delivery, now + pause)
        late = [each for each in self.waiting.idle() if now - each.since >= self.channel.horizon]
        for each in late:  # nobody else takes it up, nor is it read from the log once more
            self.waiting.begin(each)
        for each in late:
            detail = f"{self.channel.name} {outcome.detail}; not taken for {self.channel.horizon:g} s"
            await self._give_up(each, EXPIRED, detail)

    async def _settle(self, delivery: Delivery, result: str) -> None:
        await self.outbox.settle(delivery.record)
        self.waiting.done(delivery)
        metrics.ALERT_DELIVERIES.labels(self.channel.name, result).inc()

    async def _give_up(self, delivery: Delivery, reason: DeadLetterReason, detail: str) -> None:
        """It is a dead letter, unless it tells of dead letters itself: that would raise the next one, for ever."""
        _log.error("alert not delivered", channel=self.channel.name, reason=reason.value, error=detail)
        if self.tells_of_letters(delivery.alert):
            await self._settle(delivery, "dropped")
            return
        await self.outbox.give_up(delivery.record, reason, detail)
        self.waiting.done(delivery)
        metrics.DEAD_LETTERS.labels(STAGE, reason).inc()
        metrics.ALERT_DELIVERIES.labels(self.channel.name, "given-up").inc()
