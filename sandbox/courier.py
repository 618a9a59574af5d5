"""Webhooks on their way, whichever vendor sends them: in turn, again until settled, lost, copied or held on purpose.

A vendor's own ``deliver`` says what a request carries, which answers settle it, and when it is sent again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from sandbox.dice import dice
from sandbox.pace import Pace

STOP_WITHIN = 5.0
"""Seconds that ``Courier.close`` may take."""
_LOST = "dropped on purpose"
_FULL = "too many deliveries under way"
_NO_URL = "the notification has no URL"


@dataclass(slots=True)
class Losses:
    """What goes wrong with webhooks: copies of each, how many are held and shuffled, the share that is never sent."""

    duplicates: int
    reorder: int
    drop: float


@dataclass(frozen=True, slots=True)
class Sending:
    """One request in its bytes; without ``url`` it cannot be made."""

    url: str | URL | None
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be delivered.

    First attempts of parcels with the same ``about`` start in the order in which they arose; ``None`` waits for none.
    ``noted`` is what the books say of it. ``sending`` makes the request of an attempt, counted from 1. ``settles``
    tells whether an answer's status ends the delivery. ``retries`` are the waits before each further attempt, in the
    vendor's seconds. ``withdrawn`` ends the delivery ahead of its next attempt.
    """

    about: str | None
    noted: Mapping[str, object]
    sending: Callable[[int], Sending]
    settles: Callable[[int], bool]
    retries: tuple[float, ...] = ()
    withdrawn: Callable[[], bool] = lambda: False


class Courier:
    """Owns every delivery. ``ready`` is awaited ahead of each attempt: a vendor that is down sends later."""

    def __init__(self, pace: Pace, seed: str, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        self.losses = Losses(pace.duplicates, pace.reorder, pace.drop)
        self.attempts: deque[dict[str, object]] = deque(maxlen=pace.keep)
        self.crashes: deque[str] = deque(maxlen=100)
        self._pace = pace
        self._seed = seed
        self._ready = ready
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[asyncio.Task[None], Parcel] = {}
        self._turns: dict[str, asyncio.Event] = {}
        self._held: list[Parcel] = []
        self._shuffles = 0
        self._deliveries = 0

    def open(self) -> None:
        limit = aiohttp.ClientTimeout(total=self._pace.time_limit * max(self._pace.time_scale, 1.0))
        self._session = aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """No delivery is under way any more; raises ``TimeoutError`` if one did not stop within ``STOP_WITHIN``."""
        self._held.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            _, unstopped = await asyncio.wait(self._tasks, timeout=STOP_WITHIN)
            if unstopped:
                raise TimeoutError(f"{len(unstopped)} deliveries did not stop within {STOP_WITHIN} s")
        if self._session is not None:
            await self._session.close()

    def dispatch(self, parcel: Parcel, *fate: object) -> None:
        """The parcel goes out, or meets with one of the losses: the same ``fate`` always meets with the same."""
        if dice(self._seed, "drop", *fate).random() < self.losses.drop:
            self._note(self._number(), 1, parcel, parcel.sending(1), error=_LOST)
        elif self.losses.reorder > 1:
            self._held.append(parcel)
            if len(self._held) >= self.losses.reorder:
                self.flush()
        else:
            self._copies(parcel, self._last_turn(parcel))

    def flush(self) -> int:
        """The held parcels go out, one after the other, in an order that the seed decides. Says how many."""
        held, self._held = self._held, []
        self._shuffles += 1
        dice(self._seed, "order", self._shuffles).shuffle(held)
        turn: asyncio.Event | None = None
        for parcel in held:
            turn = self._copies(parcel, turn)
        return len(held)

    def start(self, parcel: Parcel) -> None:
        """The parcel goes out once, whatever the losses."""
        self._start(parcel, self._last_turn(parcel))

    def withdraw(self, wanted: Callable[[Parcel], bool]) -> None:
        """The wanted parcels are neither sent nor held any more."""
        self._held = [parcel for parcel in self._held if not wanted(parcel)]
        for task, parcel in self._tasks.items():
            if wanted(parcel):
                task.cancel()

    async def post(self, sending: Sending) -> int | str:
        """The answer's status, or in words why there is none."""
        if self._session is None:
            raise RuntimeError("the courier is not open; start the application before it sends")
        if sending.url is None:
            return _NO_URL
        try:
            post = self._session.post(sending.url, data=sending.body, headers=sending.headers, allow_redirects=False)
            async with post as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__

    def report(self) -> dict[str, Any]:
        """Every remembered attempt, how many deliveries are not settled yet, and tasks that failed unexpectedly."""
        pending = len(self._tasks) + len(self._held)
        return {"attempts": list(self.attempts), "pending": pending, "crashes": list(self.crashes)}

    def _last_turn(self, parcel: Parcel) -> asyncio.Event | None:
        return None if parcel.about is None else self._turns.get(parcel.about)

    def _copies(self, parcel: Parcel, after: asyncio.Event | None) -> asyncio.Event | None:
        for _ in range(self.losses.duplicates):
            after = self._start(parcel, after)
        return after

    def _number(self) -> int:
        self._deliveries += 1
        return self._deliveries

    def _start(self, parcel: Parcel, after: asyncio.Event | None) -> asyncio.Event | None:
        number, turn = self._number(), asyncio.Event()
        if len(self._tasks) >= self._pace.keep:
            self._note(number, 1, parcel, parcel.sending(1), error=_FULL)
            return after
        if parcel.about is not None:
            self._turns[parcel.about] = turn
        task = asyncio.create_task(self._deliver(number, parcel, after, turn), name=f"delivery {number}")
        self._tasks[task] = parcel
        task.add_done_callback(lambda done: self._ended(done, parcel.about, turn))
        return turn

    def _ended(self, task: asyncio.Task[None], about: str | None, turn: asyncio.Event) -> None:
        turn.set()
        del self._tasks[task]
        if about is not None and self._turns.get(about) is turn:
            del self._turns[about]
        if not task.cancelled() and (error := task.exception()) is not None:
            self.crashes.append(f"{task.get_name()}: {type(error).__name__}")

    async def _deliver(self, number: int, parcel: Parcel, after: asyncio.Event | None, turn: asyncio.Event) -> None:
        if after is not None:
            await after.wait()
        for attempt, wait in enumerate((0.0, *parcel.retries), start=1):
            await asyncio.sleep(wait * self._pace.time_scale)
            if self._ready is not None:
                await self._ready()
            if parcel.withdrawn() or await self._settled(number, attempt, parcel):
                return
            turn.set()

    async def _settled(self, number: int, attempt: int, parcel: Parcel) -> bool:
        sending = parcel.sending(attempt)
        said = await self.post(sending)
        if isinstance(said, str):
            self._note(number, attempt, parcel, sending, error=said)
            return False
        self._note(number, attempt, parcel, sending, status=said)
        return parcel.settles(said)

    def _note(
        self,
        number: int,
        attempt: int,
        parcel: Parcel,
        sending: Sending,
        *,
        status: int | None = None,
        error: str | None = None,
    ) -> None:
        self.attempts.append(
            {
                "delivery": number,
                "attempt": attempt,
                **parcel.noted,
                "url": None if sending.url is None else str(sending.url),
                "sha256": hashlib.sha256(sending.body).hexdigest(),
                "status": status,
                "error": error,
            }
        )
