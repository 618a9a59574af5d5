"""Notifications on their way: signed, sent, and sent again as the receiver's answer asks (facts 3 and 4)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

from sandbox.idenfy.people import dice
from sandbox.solaris import words
from sandbox.solaris.account import Behaviour
from sandbox.solaris.models import Subscription, stamp

STOP_WITHIN = 5.0
"""Seconds that ``Courier.close`` may take."""
_GONE, _REJECTED = 410, 422
_LOST = "dropped on purpose"
_FULL = "too many deliveries under way"


@dataclass(slots=True)
class Losses:
    """What goes wrong with notifications: copies of each, and the share that is never sent."""

    duplicates: int
    drop: float


@dataclass(frozen=True, slots=True)
class Notification:
    """One event for one subscription; ``id`` is the same at every attempt."""

    id: str
    subscription: Subscription
    event: str
    entity: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver. ``attempt`` counts from 1; ``status`` is the receiver's, ``error`` why there is none."""

    notification: str
    subscription: str
    event: str
    entity: str | None
    attempt: int
    status: int | None
    error: str | None


def sign(secret: str, body: bytes) -> str:
    """``sha256=`` and the lower-case hex of HMAC-SHA256 over the raw body, the secret's text as key (facts 3)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Courier:
    """Owns every delivery. ``now`` gives the vendor's Unix seconds, ``down`` how many of them it stays down."""

    def __init__(self, behaviour: Behaviour, seed: str, now: Callable[[], int], down: Callable[[], int]) -> None:
        self.losses = Losses(behaviour.duplicates, behaviour.drop)
        self.attempts: deque[Attempt] = deque(maxlen=behaviour.keep)
        self.crashes: deque[str] = deque(maxlen=100)
        self._behaviour = behaviour
        self._seed = seed
        self._now = now
        self._down = down
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[asyncio.Task[None], str] = {}

    def open(self) -> None:
        limit = aiohttp.ClientTimeout(total=self._behaviour.time_limit * self._behaviour.time_scale)
        self._session = aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """No delivery is under way any more; raises ``TimeoutError`` if one did not stop within ``STOP_WITHIN``."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, unstopped = await asyncio.wait(self._tasks, timeout=STOP_WITHIN)
            if unstopped:
                raise TimeoutError(f"{len(unstopped)} webhook deliveries did not stop within {STOP_WITHIN} s")
        if self._session is not None:
            await self._session.close()

    async def handshake(self, url: str) -> bool:
        """Whether the URL answered the empty, unsigned POST of a subscription that is being created with 200."""
        try:
            status = await self._post(url, b"", {"Solaris-Webhook-Event-Type": words.HANDSHAKE})
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False
        return status == 200  # noqa: PLR2004 - 200 alone is enough for every page (facts 2)

    def send(self, notification: Notification) -> None:
        """The notification goes out, as often as ``losses`` says, or is lost."""
        if dice(self._seed, "drop", notification.id).random() < self.losses.drop:
            self._note(notification, 1, None, _LOST)
            return
        for _ in range(self.losses.duplicates):
            self._start(notification)

    def discard(self, subscription_id: str) -> None:
        """Deleting a subscription drops what is stored and unsent for it (facts 2)."""
        for task, owner in self._tasks.items():
            if owner == subscription_id:
                task.cancel()

    def _start(self, notification: Notification) -> None:
        if len(self._tasks) >= self._behaviour.keep:
            self._note(notification, 1, None, _FULL)
            return
        task = asyncio.create_task(self._deliver(notification), name=f"notification {notification.id}")
        self._tasks[task] = notification.subscription.id
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.crashes.append(f"{task.get_name()}: {type(error).__name__}")

    async def _deliver(self, notification: Notification) -> None:
        for attempt, wait in enumerate(self._behaviour.waits, start=1):
            await asyncio.sleep(wait * self._behaviour.time_scale)
            while (left := self._down()) > 0:  # noqa: ASYNC110 - the clock alone says when it is up
                await asyncio.sleep(left * self._behaviour.time_scale)
            if notification.subscription.canceled or await self._settled(notification, attempt):
                return

    async def _settled(self, notification: Notification, attempt: int) -> bool:
        """Whether nothing more is to be sent after this attempt; a 410 has then cancelled the subscription."""
        try:
            status = await self._post(
                notification.subscription.url, notification.body, self._headers(notification, attempt)
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._note(notification, attempt, None, type(error).__name__)
            return False
        self._note(notification, attempt, status, None)
        notification.subscription.canceled |= status == _GONE
        return 200 <= status < 300 or status in {_GONE, _REJECTED}  # noqa: PLR2004 - any 2xx is success (facts 4)

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        if self._session is None:
            raise RuntimeError("the courier is not open; start the application before it sends")
        sent = {"User-Agent": "Solaris-Webhooks", **headers}
        async with self._session.post(url, data=body, headers=sent, allow_redirects=False) as response:
            return response.status

    def _headers(self, notification: Notification, attempt: int) -> dict[str, str]:
        """The call-out's time is written like Solaris' other times; its real format is not published (facts 3)."""
        entity = {} if notification.entity is None else {"Solaris-Entity-Id": notification.entity}
        return {
            "Content-Type": "application/json",
            "Solaris-Webhook-Id": notification.id,
            "Solaris-Webhook-Subscription-Id": notification.subscription.id,
            "Solaris-Webhook-Event-Type": notification.event,
            **entity,
            "Solaris-Webhook-Attempt": str(attempt),
            "Solaris-Webhook-Signature": sign(notification.subscription.secret, notification.body),
            "Solaris-Webhook-Callout-Timestamp": stamp(self._now()),
        }

    def _note(self, notification: Notification, attempt: int, status: int | None, error: str | None) -> None:
        self.attempts.append(
            Attempt(
                notification=notification.id,
                subscription=notification.subscription.id,
                event=notification.event,
                entity=notification.entity,
                attempt=attempt,
                status=status,
                error=error,
            )
        )

    def report(self) -> dict[str, Any]:
        """Every remembered attempt, how many deliveries are not settled yet, and tasks that failed unexpectedly."""
        attempts = [asdict(attempt) for attempt in self.attempts]
        return {"attempts": attempts, "pending": len(self._tasks), "crashes": list(self.crashes)}
