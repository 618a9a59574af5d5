"""A vendor that decides, signs, sends, sends again, and writes down what it was answered."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from time import monotonic
from uuid import UUID

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

from tests.chaos.history import Answer, Attempt
from tests.chaos.story import Decision, decided

ATTEMPT_HEADER = "X-Attempt"

_AT_ONCE = 10
_LONGEST_PAUSE = 0.3
_LONGEST_BACKOFF = 0.5
_LATEST_REPEAT = 4.0
_NONSENSE_SECONDS = 1.0
_ANSWER_SECONDS = 2.5
_GIVES_UP = 100.0
_HORIZON = 125.0
_ANSWERS = {200: Answer.ACKNOWLEDGED, 503: Answer.UNKNOWN}


class NotTaken(Exception):
    """A callback got no 200 for so long that the vendor gave up, or an answer that none of its callbacks may get."""


@dataclass(slots=True)
class Vendor:
    """``attempts`` is all that was sent to the ``receivers`` and whose end is known.

    ``patient`` is how many verifications at once have a decision taken a second time, so late that it is no retry
    (docs/vendors/idenfy.md, section 4.1). ``pace`` scales every wait, that one too.
    """

    receivers: Sequence[str]
    key: str
    chance: Random
    patient: int = 0
    pace: float = 1.0
    attempts: list[Attempt] = field(default_factory=list)
    _numbers: int = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Tells verification after verification, several at once, until it is stopped. Raises ``NotTaken``."""
        async with ClientSession(timeout=ClientTimeout(total=_ANSWER_SECONDS)) as client, asyncio.TaskGroup() as tasks:
            for number in range(_AT_ONCE + self.patient):
                tasks.create_task(self._decide_and_tell(client, stop, twice=number >= _AT_ONCE))
            tasks.create_task(self._talk_nonsense(client, stop))

    async def _decide_and_tell(self, client: ClientSession, stop: asyncio.Event, *, twice: bool) -> None:
        async with asyncio.TaskGroup() as repeats:
            while not stop.is_set():
                for decision in (decisions := self._decided(twice=twice)):
                    is_old = any(decision.repeats(other) for other in decisions[: decision.number])
                    if is_old and await _set_within(stop, _HORIZON * self.pace):
                        return
                    body = await self._tell(client, decision)
                    repeats.create_task(self._repeat(client, decision, body))
                    await self._pause(_LONGEST_PAUSE)

    def _decided(self, *, twice: bool) -> list[Decision]:
        verification_id = UUID(int=self.chance.getrandbits(128), version=4)
        return decided(str(verification_id), self.chance, twice=twice)

    async def _tell(self, client: ClientSession, decision: Decision) -> bytes:
        """The body, once it was answered with 200; sometimes it goes to both receivers at once."""
        body, event = decision.body(self._link()), decision.verdict.event
        end = monotonic() + _GIVES_UP
        while True:
            chosen = self.chance.sample(self.receivers, self.chance.choice((1, 1, 1, 2)))
            answers = await asyncio.gather(*(self._send(client, url, decision, event, body) for url in chosen))
            if Answer.ACKNOWLEDGED in answers:
                return body
            if monotonic() > end:
                raise NotTaken(f"no 200 within {_GIVES_UP:g} s")
            await self._pause(_LONGEST_BACKOFF)

    async def _repeat(self, client: ClientSession, decision: Decision, body: bytes) -> None:
        """Sometimes once more, later: the same bytes, or the same decision with its link signed anew."""
        if self.chance.random() < 0.6:
            return
        await self._pause(_LATEST_REPEAT)
        again = self.chance.choice((body, decision.body(self._link())))
        await self._send(client, self.chance.choice(self.receivers), decision, decision.verdict.event, again)

    async def _talk_nonsense(self, client: ClientSession, stop: asyncio.Event) -> None:
        """Signed, and no document."""
        while not await _set_within(stop, _NONSENSE_SECONDS * self.pace):
            body = f"nonsense {self._link()}".encode()
            await self._send(client, self.chance.choice(self.receivers), None, "IDENTIFICATION", body)

    async def _send(
        self, client: ClientSession, url: str, decision: Decision | None, event: str, body: bytes
    ) -> Answer:
        self._numbers += 1
        number = str(self._numbers)
        signature = hmac.digest(self.key.encode(), body, "sha256").hex()
        headers = {"Idenfy-Signature": signature, "Idenfy-Event-Type": event, ATTEMPT_HEADER: number}
        answer = await _answer(client, url, body, headers)
        self.attempts.append(Attempt(number, decision, sha256(body).hexdigest(), answer))
        return answer

    async def _pause(self, longest: float) -> None:
        await asyncio.sleep(self.chance.uniform(0, longest) * self.pace)

    def _link(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"


async def _answer(client: ClientSession, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Where nobody listens nothing was sent; a connection that broke, or stayed silent, tells nothing."""
    try:
        async with client.post(url, data=body, headers=headers) as answer:
            status = answer.status
    except ClientConnectorError:
        return Answer.REFUSED
    except (ClientError, TimeoutError):
        return Answer.UNKNOWN
    if status not in _ANSWERS:
        raise NotTaken(f"answered with {status}")
    return _ANSWERS[status]


async def _set_within(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
