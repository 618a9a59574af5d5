"""Webhooks on their way: signed, sent, sent again until a 2xx or the end of the schedule (facts 3 and 4.1)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import aiohttp

from sandbox.idenfy.account import Behaviour
from sandbox.idenfy.people import dice
from sandbox.idenfy.verification import Webhook

STOP_WITHIN = 5.0
"""Seconds that ``Courier.close`` may take."""

Signing = Literal["right", "wrong", "missing", "prefixed"]
Kind = Literal["scheduled", "redelivered", "forged"]


@dataclass(slots=True)
class Notification:
    """Where the account's webhooks go and what signs them; the dashboard (here: the control API) may change both."""

    url: str | None
    signing_key: str | None


@dataclass(slots=True)
class Faults:
    """What goes wrong with webhooks: copies of each, how many are held and shuffled, the share that is lost."""

    duplicates: int
    reorder: int
    drop: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver. ``delivery`` numbers the deliveries, ``attempt`` counts within one from 1."""

    delivery: int
    attempt: int
    kind: Kind
    scan_ref: str
    event: str
    url: str | None
    sha256: str
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class _Parcel:
    webhook: Webhook
    kind: Kind
    signing: Signing
    retries: tuple[float, ...]


def sign(key: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256 over the exact bytes (facts 3, page "callback-signing")."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


class Courier:
    """Owns every delivery. The first attempts of one verification's webhooks start in the order in which they arose."""

    def __init__(self, notification: Notification, behaviour: Behaviour, seed: str) -> None:
        self.notification = notification
        self.faults = Faults(behaviour.duplicates, behaviour.reorder, behaviour.drop)
        self.attempts: deque[Attempt] = deque(maxlen=behaviour.keep)
        self.crashes: deque[str] = deque(maxlen=100)
        self._behaviour = behaviour
        self._seed = seed
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Event] = {}
        self._held: list[Webhook] = []
        self._shuffles = 0
        self._deliveries = 0

    @property
    def pending(self) -> int:
        """Deliveries under way or held back."""
        return len(self._tasks) + len(self._held)

    def open(self) -> None:
        limit = aiohttp.ClientTimeout(total=self._behaviour.time_limit * self._behaviour.time_scale)
        self._session = aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """No delivery is under way any more; raises ``TimeoutError`` if one did not stop within ``STOP_WITHIN``."""
        self._held.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, unstopped = await asyncio.wait(self._tasks, timeout=STOP_WITHIN)
            if unstopped:
                raise TimeoutError(f"{len(unstopped)} webhook deliveries did not stop within {STOP_WITHIN} s")
        if self._session is not None:
            await self._session.close()

    def send(self, webhook: Webhook) -> None:
        """A new webhook goes out, or meets with one of the faults: lost, sent more than once, held back."""
        if self._is_lost(webhook):
            self._note(self._number(), 1, _Parcel(webhook, "scheduled", "right", ()), None, "dropped on purpose")
        elif self.faults.reorder > 1:
            self._held.append(webhook)
            if len(self._held) >= self.faults.reorder:
                self.flush()
        else:
            self._copies(webhook, self._turns.get(webhook.scan_ref))

    def _is_lost(self, webhook: Webhook) -> bool:
        body = hashlib.sha256(webhook.body).hexdigest()
        return dice(self._seed, "drop", webhook.event, body).random() < self.faults.drop

    def flush(self) -> int:
        """The held webhooks go out, one after the other, in an order that the seed decides. Says how many."""
        held, self._held = self._held, []
        self._shuffles += 1
        dice(self._seed, "order", self._shuffles).shuffle(held)
        turn: asyncio.Event | None = None
        for webhook in held:
            turn = self._copies(webhook, turn)
        return len(held)

    def _copies(self, webhook: Webhook, after: asyncio.Event | None) -> asyncio.Event | None:
        for _ in range(self.faults.duplicates):
            after = self._start(_Parcel(webhook, "scheduled", "right", self._behaviour.retries), after)
        return after

    def redeliver(self, webhook: Webhook) -> None:
        """The same bytes once more, as the dashboard's resend does."""
        parcel = _Parcel(webhook, "redelivered", "right", self._behaviour.retries)
        self._start(parcel, self._turns.get(webhook.scan_ref))

    def forge(self, webhook: Webhook, signing: Signing) -> None:
        """One attempt with that signature, as somebody without the key would make it."""
        self._start(_Parcel(webhook, "forged", signing, ()), self._turns.get(webhook.scan_ref))

    def _number(self) -> int:
        self._deliveries += 1
        return self._deliveries

    def _start(self, parcel: _Parcel, after: asyncio.Event | None) -> asyncio.Event | None:
        number, turn = self._number(), asyncio.Event()
        if len(self._tasks) >= self._behaviour.keep:
            self._note(number, 1, parcel, None, "too many deliveries under way")
            return after
        scan_ref = parcel.webhook.scan_ref
        self._turns[scan_ref] = turn
        task = asyncio.create_task(self._deliver(number, parcel, after, turn), name=f"delivery {number}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, scan_ref, turn))
        return turn

    def _ended(self, task: asyncio.Task[None], scan_ref: str, turn: asyncio.Event) -> None:
        turn.set()
        self._tasks.discard(task)
        if self._turns.get(scan_ref) is turn:
            del self._turns[scan_ref]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.crashes.append(f"{task.get_name()}: {type(error).__name__}")

    async def _deliver(self, number: int, parcel: _Parcel, after: asyncio.Event | None, turn: asyncio.Event) -> None:
        if after is not None:
            await after.wait()
        for attempt, wait in enumerate((0.0, *parcel.retries), start=1):
            await asyncio.sleep(wait * self._behaviour.time_scale)
            delivered = await self._attempt(number, attempt, parcel)
            turn.set()
            if delivered:
                return

    async def _attempt(self, number: int, attempt: int, parcel: _Parcel) -> bool:
        url = parcel.webhook.url or self.notification.url
        if url is None or self._session is None:
            self._note(number, attempt, parcel, None, "the notification has no URL")
            return False
        try:
            headers, body = self._headers(parcel), parcel.webhook.body
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._note(number, attempt, parcel, None, type(error).__name__)
            return False
        self._note(number, attempt, parcel, status, None)
        return 200 <= status < 300  # noqa: PLR2004 - any 2xx is success (facts 4.1)

    def _headers(self, parcel: _Parcel) -> Mapping[str, str]:
        headers = {"Content-Type": "application/json", "Idenfy-Event-Type": parcel.webhook.event}
        key = self.notification.signing_key
        if key is None or parcel.signing == "missing":
            return headers
        used = f"not-{key}" if parcel.signing == "wrong" else key
        prefix = "sha256=" if parcel.signing == "prefixed" else ""
        return headers | {"Idenfy-Signature": prefix + sign(used, parcel.webhook.body)}

    def _note(self, number: int, attempt: int, parcel: _Parcel, status: int | None, error: str | None) -> None:
        webhook = parcel.webhook
        self.attempts.append(
            Attempt(
                delivery=number,
                attempt=attempt,
                kind=parcel.kind,
                scan_ref=webhook.scan_ref,
                event=webhook.event,
                url=webhook.url or self.notification.url,
                sha256=hashlib.sha256(webhook.body).hexdigest(),
                status=status,
                error=error,
            )
        )

    def report(self) -> dict[str, Any]:
        """Every remembered attempt, how many deliveries are not settled yet, and tasks that failed unexpectedly."""
        attempts = [asdict(attempt) for attempt in self.attempts]
        for attempt in attempts:
            attempt["scanRef"] = attempt.pop("scan_ref")
        return {"attempts": attempts, "pending": self.pending, "crashes": list(self.crashes)}
