"""The alerting stage: verification events in, alerts and what it remembers of their verifications out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from consumers.alerts import rule as names
from consumers.alerts.history import dump, load, observe
from consumers.alerts.rule import BUILT_IN, Rule
from consumers.alerts.telling import tell
from consumers.alerts.unmapped import words_in
from consumers.events import decode
from runtime.eventlog import Batch, Emit, EventLog
from runtime.memory import Memory
from runtime.stage import Handled, Stage
from schemas import observation
from schemas.alert import Alert
from schemas.codec import alert_to_message
from schemas.event import VerificationEvent
from schemas.registry import RegistryError
from schemas.topics import ALERTS, OBSERVATIONS, VERIFICATION_EVENTS, memory

NAME = "alert"
REMEMBER_FOR = timedelta(days=180)
"""How long after a decision one that contradicts it is found."""
_FORGET_AT_ONCE = 100


class Alerter:
    """Raises each alert once. ``handle`` may be repeated: what it remembers moves with its alerts."""

    def __init__(self, log: EventLog, rules: Sequence[Rule]) -> None:
        self._memory = Memory(log, memory("alerts"))
        self._rules = rules
        self._tells_words = any(rule.when == names.UNMAPPED_WORDS for rule in rules)

    async def handle(self, batch: Batch) -> Handled:
        """The alerts, the changed memory, and the dead letters of the records that are no events."""
        await self._memory.follow(batch)
        decoded = await decode(batch.records, NAME)
        now = batch.records[-1].appended_at
        self._forget(decoded.erased)
        raised: list[Alert] = []
        new: list[VerificationEvent] = []
        for event in decoded.events:
            alerts, is_new = self._look_at(event, now)
            raised += alerts
            new += [event] if is_new else []
        self._forget_old(now)
        alerted = [(ALERTS, alert_to_message(alert)) for alert in raised]
        emits = [*alerted, *self._words(new, now), *decoded.dead_letters, *self._memory.emits()]
        return Handled(emits, partial(tell, NAME, raised, len(decoded.dead_letters)))

    def _look_at(self, event: VerificationEvent, now: int) -> tuple[list[Alert], bool]:
        before = load(self._memory.get(event.key))
        after, alerts, is_new = observe(before, event, now, self._rules)
        if after != before:
            self._memory.put(event.key, dump(after))
        return alerts, is_new

    def _words(self, events: Collection[VerificationEvent], now: int) -> list[Emit]:
        """Where they cool down is one place for all partitions: see ``consumers.alerts.observer``.

        Told as of now, however old the events are: a replay of old ones is no reason to tell of a word again and again.
        """
        if not self._tells_words:
            return []
        at = datetime.fromtimestamp(now / 1e6, UTC)
        return [(OBSERVATIONS, observation.to_message(each)) for each in words_in(events, at)]

    def _forget(self, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            if self._memory.get(key) is not None:
                self._memory.put(key, None)

    def _forget_old(self, now: int) -> None:
        horizon = now - REMEMBER_FOR // timedelta(microseconds=1)
        for key, value in self._memory.oldest(_FORGET_AT_ONCE):
            if load(value).touched_at >= horizon:
                break
            self._memory.put(key, None)


def stage(log: EventLog, rules: Sequence[Rule] = tuple(BUILT_IN.values())) -> Stage:
    """The stage as the loop runs it; it waits while a registry that it must ask is unavailable."""
    alerter = Alerter(log, rules)
    return Stage(NAME, (VERIFICATION_EVENTS,), alerter.handle, retriable=(RegistryError,))
