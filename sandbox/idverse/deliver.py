"""Notifications on their way: sent with the static header, and again as the behaviour says (facts 2, 3.1 and 4).

Delivered is what the receiver answered with exactly 200. Retries and time limit are not published.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.idenfy.people import dice
from sandbox.idverse.account import Behaviour, Form

STOP_WITHIN = 5.0
"""Seconds that ``Courier.close`` may take."""
_DELIVERED = 200

Kind = Literal["scheduled", "redelivered", "forged"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a transaction's notifications go, and the header's name and value that each carries."""

    url: str
    header: tuple[str, str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """``form`` is ``None`` where the account's current one is used. ``members`` are its two names and values."""

    transaction_id: str
    event: str
    members: Mapping[str, str]
    receiver: Receiver
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver. ``delivery`` numbers the deliveries, ``attempt`` counts within one from 1."""

    delivery: int
    attempt: int
    kind: Kind
    transaction_id: str
    event: str
    url: str
    sha256: str
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A notification in its bytes."""

    notification: Notification
    kind: Kind
    url: URL
    body: bytes
    headers: Mapping[str, str]
    retries: tuple[float, ...]


@dataclass(slots=True)
class Losses:
    """How often each notification is sent, the share that is lost, and the form that IDKit's take."""

    duplicates: int
    drop: float
    form: Form


def packed(notification: Notification, form: Form) -> tuple[URL, bytes, dict[str, str]]:
    """URL, body and headers of a notification: the members in the body, or glued behind the URL with no body."""
    url, members = URL(notification.receiver.url), notification.members
    header = dict([notification.receiver.header] if notification.receiver.header else [])
    if form == "query":
        return url.extend_query(members), b"", header
    if form == "json":
        body = json.dumps(members, separators=(",", ":")).encode()
        return url, body, {"Content-Type": "application/json"} | header
    return url, urlencode(members).encode(), {"Content-Type": "application/x-www-form-urlencoded"} | header


class Courier:
    """Owns every delivery. First attempts about one transaction start in the order in which they arose."""

    def __init__(self, behaviour: Behaviour, seed: str) -> None:
        self.losses = Losses(behaviour.duplicates, behaviour.drop, behaviour.form)
        self.attempts: deque[Attempt] = deque(maxlen=behaviour.keep)
        self.crashes: deque[str] = deque(maxlen=100)
        self._behaviour = behaviour
        self._seed = seed
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Event] = {}
        self._sent: deque[Notification] = deque(maxlen=behaviour.keep)
        self._arisen = 0
        self._deliveries = 0

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
                raise TimeoutError(f"{len(unstopped)} notifications did not stop within {STOP_WITHIN} s")
        if self._session is not None:
            await self._session.close()

    def send(self, notification: Notification) -> None:
        """A new notification goes out, once or more often, or is lost; a lost one can still be redelivered."""
        self._arisen += 1
        self._sent.append(notification)
        parcel = self._parcel(notification, "scheduled", self._behaviour.retries)
        if dice(self._seed, "drop", self._arisen).random() < self.losses.drop:
            self._note(self._number(), 1, parcel, None, "dropped on purpose")
            return
        for _ in range(self.losses.duplicates):
            self._start(parcel)

    def sent(self, transaction_id: str) -> list[Notification]:
        """The remembered notifications about that transaction, the oldest first."""
        return [each for each in self._sent if each.transaction_id == transaction_id]

    def redeliver(self, notification: Notification) -> None:
        self._start(self._parcel(notification, "redelivered", self._behaviour.retries))

    def forge(self, notification: Notification, *, header: bool) -> None:
        """One attempt as somebody without the secret would make it: a wrong header value, or no header at all."""
        known = notification.receiver.header
        wrong = (known[0], f"not-{known[1]}") if known and header else None
        receiver = replace(notification.receiver, header=wrong)
        self._start(self._parcel(replace(notification, receiver=receiver), "forged", ()))

    def _parcel(self, notification: Notification, kind: Kind, retries: tuple[float, ...]) -> _Parcel:
        url, body, headers = packed(notification, notification.form or self.losses.form)
        return _Parcel(notification, kind, url, body, headers, retries)

    def _number(self) -> int:
        self._deliveries += 1
        return self._deliveries

    def _start(self, parcel: _Parcel) -> None:
        number, turn, about = self._number(), asyncio.Event(), parcel.notification.transaction_id
        if len(self._tasks) >= self._behaviour.keep:
            self._note(number, 1, parcel, None, "too many deliveries under way")
            return
        after, self._turns[about] = self._turns.get(about), turn
        task = asyncio.create_task(self._deliver(number, parcel, after, turn), name=f"delivery {number}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, about, turn))

    def _ended(self, task: asyncio.Task[None], about: str, turn: asyncio.Event) -> None:
        turn.set()
        self._tasks.discard(task)
        if self._turns.get(about) is turn:
            del self._turns[about]
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
        if self._session is None:
            raise RuntimeError("the courier sends only while the sandbox is open")
        post = self._session.post(parcel.url, data=parcel.body, headers=parcel.headers, allow_redirects=False)
        try:
            async with post as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._note(number, attempt, parcel, None, type(error).__name__)
            return False
        self._note(number, attempt, parcel, status, None)
        return status == _DELIVERED

    def _note(self, number: int, attempt: int, parcel: _Parcel, status: int | None, error: str | None) -> None:
        notification = parcel.notification
        self.attempts.append(
            Attempt(
                delivery=number,
                attempt=attempt,
                kind=parcel.kind,
                transaction_id=notification.transaction_id,
                event=notification.event,
                url=notification.receiver.url,
                sha256=hashlib.sha256(parcel.body).hexdigest(),
                status=status,
                error=error,
            )
        )

    def report(self) -> dict[str, Any]:
        """Every remembered attempt, how many deliveries are not settled yet, and tasks that failed unexpectedly."""
        attempts = [asdict(attempt) for attempt in self.attempts]
        return {"attempts": attempts, "pending": len(self._tasks), "crashes": list(self.crashes)}
