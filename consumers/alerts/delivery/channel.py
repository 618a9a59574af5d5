"""A channel as the stages see it: which alerts are for it, how patiently they are brought, what came of an attempt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum

from runtime.errands.pauses import Patience
from schemas.alert import Alert, Severity

_ORDER = (Severity.INFO, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)
"""A severity that this version does not know may be any: it is kept from no one."""


class Result(StrEnum):
    """What an attempt came to: the channel has the alert; it may have it later; it will never take it."""

    TAKEN = "taken"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``detail`` says what was wrong, and holds neither address nor token. ``after``: seconds that were asked for."""

    result: Result
    detail: str = ""
    after: float | None = None


TAKEN = Outcome(Result.TAKEN)

Send = Callable[[Alert], Awaitable[Outcome]]
"""One attempt, within the channel's own deadline. What goes wrong is an outcome, never an exception."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Times are in seconds, as in ``runtime.settings.ChannelSettings``. ``opened`` gives its connections."""

    name: str
    least: Severity
    test: bool
    horizon: float
    patience: Patience
    parallel: int
    opened: Callable[[], AbstractAsyncContextManager[Send]] = field(repr=False)

    def wants(self, alert: Alert) -> bool:
        severe = _ORDER.index(alert.severity) >= _ORDER.index(self.least)
        return severe and (self.test or not alert.test)


async def send_once(channel: Channel, alert: Alert) -> Outcome:
    """What one attempt comes to, whatever the channel wants: for a person who tries it."""
    async with channel.opened() as send:
        return await send(alert)
