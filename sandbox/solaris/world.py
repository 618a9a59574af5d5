"""What the sandbox remembers: clock, tokens, persons, identifications, subscriptions, and how it is being used."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import Clock
from sandbox.dice import dice
from sandbox.solaris.account import Account, Behaviour
from sandbox.solaris.deliver import Notification, NotificationCourier
from sandbox.solaris.models import BusinessIdentification, Identification, Person, Subscription
from sandbox.solaris.refusal import not_found


class Usage:
    """How the partner's API is used: all calls, those under way, the most at once, those refused as too many."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.under_way = 0
        self.highest = 0
        self.refused = 0
        self.tokens = 0


class World:
    """State of one running sandbox. Nothing here waits: notifications are handed to the courier."""

    def __init__(self, account: Account, behaviour: Behaviour, clock: Callable[[], float] | None) -> None:
        self.account = account
        self.behaviour = behaviour
        self.seed = secrets.token_hex(16) if behaviour.seed is None else str(behaviour.seed)
        self.clock = Clock(_vendor_seconds(clock or time.time, behaviour.time_scale))
        self.courier = NotificationCourier(behaviour, self.seed, self.clock.seconds, self.down_for)
        self.usage = Usage()
        self.tokens: dict[str, int] = {}
        self.next_faults: deque[str] = deque()
        self.token_faults: deque[str] = deque()
        self.every_call: str | None = None
        self.persons: dict[str, Person] = {}
        self.likenesses: Counter[tuple[str, ...]] = Counter()
        self.identifications: dict[str, Identification] = {}
        self.businesses: dict[str, dict[str, Any]] = {}
        self.business_identifications: dict[str, BusinessIdentification] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.stopping = asyncio.Event()
        self._down_until = 0
        self._made = 0

    def new_id(self, suffix: str) -> str:
        """32 hex digits and the suffix that names the type (facts 1)."""
        self._made += 1
        return dice(self.seed, "id", self._made).randbytes(16).hex() + suffix

    def go_down(self, seconds: int) -> None:
        self._down_until = self.clock.seconds() + seconds

    def down_for(self) -> int:
        """The vendor's seconds until it is up again; 0 when it is."""
        return max(0, self._down_until - self.clock.seconds())

    def take_fault(self) -> str | None:
        """The fault that the next call meets with, if any."""
        return self.next_faults.popleft() if self.next_faults else self.every_call

    def person(self, person_id: str) -> Person:
        """Raises ``Refused`` when there is none, or no longer."""
        if person_id not in self.persons:
            raise not_found(f"person with id {person_id}")
        return self.persons[person_id]

    def identification(self, identification_id: str, person_id: str | None = None) -> Identification:
        """Raises ``Refused`` when there is none, or it is another person's."""
        found = self.identifications.get(identification_id)
        if found is None or person_id not in {None, found.person.id}:
            raise not_found(f"identification with id {identification_id}")
        return found

    def business(self, business_id: str) -> dict[str, Any]:
        """Raises ``Refused`` when there is none, or no longer."""
        if business_id not in self.businesses:
            raise not_found(f"business with id {business_id}")
        return self.businesses[business_id]

    def business_identification(self, identification_id: str) -> BusinessIdentification:
        """Raises ``Refused`` when there is none, or no longer."""
        if identification_id not in self.business_identifications:
            raise not_found(f"business identification with id {identification_id}")
        return self.business_identifications[identification_id]

    def subscription(self, subscription_id: str) -> Subscription:
        """Raises ``Refused`` when there is none that lives."""
        found = self.subscriptions.get(subscription_id)
        if found is None or found.canceled:
            raise not_found(f"webhook with id {subscription_id}")
        return found

    def tell(self, event: str, entity: str | None, body: Mapping[str, Any]) -> int:
        """Every living subscription to that event gets a notification of its own; says how many."""
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        wanted = [each for each in self.subscriptions.values() if each.event_type == event and not each.canceled]
        for subscription in wanted:
            self.courier.send(Notification(self.new_id(""), subscription, event, entity, raw))
        return len(wanted)


def _vendor_seconds(clock: Callable[[], float], scale: float) -> Callable[[], float]:
    start = clock()
    return lambda: start + (clock() - start) / scale
