"""What the sandbox remembers: the clock and what is due, entities and processes, and how it is being used."""

from __future__ import annotations

import asyncio
import heapq
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from sandbox.clock import Clock
from sandbox.credas.account import Account, Behaviour
from sandbox.credas.deliver import WebhookCourier
from sandbox.credas.faults import Faults
from sandbox.credas.models import Entity, Process, guid
from sandbox.credas.refusal import Refused, not_found
from sandbox.credas.usage import Usage

_FIRST_NUMBER = 1000


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


class Shelf(Generic[T]):
    """Things by id, and each as it was before its last change; no more than ``keep``, the oldest go first."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._now: OrderedDict[str, T] = OrderedDict()
        self._before: dict[str, T] = {}

    def put(self, thing: T) -> T:
        """The thing stands in the place of the one with its id."""
        if thing.id in self._now:
            self._before[thing.id] = self._now[thing.id]
        self._now[thing.id] = thing
        if len(self._now) > self._keep:
            oldest, _ = self._now.popitem(last=False)
            self._before.pop(oldest, None)
        return thing

    def find(self, name: str, *, stale: bool = False) -> T:
        """By its id in any case. Raises ``Refused`` with 404 when there is none."""
        current = self._now.get(name.lower())
        if current is None:
            raise not_found()
        return self._before.get(current.id, current) if stale else current

    def all(self) -> list[T]:
        return list(self._now.values())


class World:
    """State of one running sandbox. Nothing here waits: webhooks are handed to the courier."""

    def __init__(self, account: Account, behaviour: Behaviour, clock: Callable[[], float] | None) -> None:
        self.account = account
        self.behaviour = behaviour
        self.seed = secrets.token_hex(16) if behaviour.seed is None else str(behaviour.seed)
        self.clock = Clock(clock or time.time)
        self.courier = WebhookCourier(account, behaviour, self.seed)
        self.usage = Usage()
        self.faults = Faults()
        self.closing = asyncio.Event()
        self.entities: Shelf[Entity] = Shelf(behaviour.keep)
        self.processes: Shelf[Process] = Shelf(behaviour.keep)
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = _FIRST_NUMBER

    def number(self) -> int:
        """Another number at each call."""
        self._numbers += 1
        return self._numbers

    def new_id(self) -> str:
        return guid(self.seed, self.number())

    def person(self, process: Process, entity_id: str | None) -> Entity:
        """The process' first person, or the one of that id. Raises ``Refused`` with 404 for somebody else's id."""
        entity = self.entities.find(entity_id or process.actors[0].entity_id)
        if entity.id not in {actor.entity_id for actor in process.actors}:
            raise not_found()
        return entity

    def scaled(self, seconds: float) -> float:
        """How many seconds of the clock that many of the vendor's own last."""
        return seconds * self.behaviour.time_scale

    def after(self, seconds: float, play: Callable[[], object]) -> None:
        """The play happens so many of the vendor's seconds from now, unless the state forbids it by then."""
        heapq.heappush(self._agenda, (self.clock.now() + self.scaled(seconds), self.number(), play))

    def pass_time(self) -> int:
        """Everything that is due has happened; says how many plays were due."""
        due, now = 0, self.clock.now()
        while self._agenda and self._agenda[0][0] <= now:
            play = heapq.heappop(self._agenda)[2]
            due += 1
            with suppress(Refused):  # the control API moved the process first, or it is no longer remembered
                play()
        return due
