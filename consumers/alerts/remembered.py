"""What the observing stage remembers, by key: cool-downs, what was told, refusals and rhythms of accounts; bounded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson

from consumers.alerts import rhythm
from consumers.alerts.cooling import Cooling, found, micros
from consumers.alerts.finding import Finding
from consumers.alerts.rhythm import Rhythm
from consumers.alerts.rule import Rule
from runtime.eventlog import Emit
from runtime.memory import Held, Memory

KEEP = timedelta(days=30)
"""How long anything is remembered that is not used: an account that was silent for longer is no account any more."""
MOST = 50_000
"""Keys at once; beyond it those go first that were not used for the longest time, and for two days at least."""
SAVE_EVERY = timedelta(minutes=1)
"""How much of a rhythm a crash may forget."""

_COOLING, _TOLD, _REFUSED, _RHYTHM = "cooling/", "told/", "refused/", "rhythm/"
_FORGET_AT_ONCE = 100
_FOUND_AGAIN = timedelta(days=1) // timedelta(microseconds=1)
"""How seldom it is written down that something is still so."""


class Remembered:
    """Moves with the stage's batches. Rhythms are held here too, as they change with every tick."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._epoch: int | None = None
        self._rhythms: dict[str, Rhythm] = {}
        self._saved: dict[str, datetime] = {}

    async def follow(self, held: Held) -> None:
        """Holds what the log holds for that partition."""
        await self._memory.follow(held)
        if held.epoch != self._epoch:
            keys = [(key, value) for key, value in self._memory.oldest(MOST * 2) if key.startswith(_RHYTHM)]
            self._rhythms = {key.removeprefix(_RHYTHM): rhythm.load(orjson.loads(value)) for key, value in keys}
            self._saved = {source: each.until for source, each in self._rhythms.items()}
            self._epoch = held.epoch

    def emits(self) -> list[Emit]:
        return self._memory.emits()

    def cooled(self, rule: Rule, about: str, finding: Finding, at: datetime) -> int:
        """For how many findings an alert is to be raised now; 0 while the rule cools down about this."""
        if not rule.cooldown:
            return finding.count
        key = f"{_COOLING}{rule.name}/{about}/{finding.part}"
        kept = self._get(key)
        cooling, count = found(Cooling(*kept) if kept else None, at, rule.cooldown, finding.count)
        self._put(key, [cooling.raised_at, cooling.held])
        return count

    def is_cooling(self, rule: Rule, about: str, at: datetime) -> bool:
        kept = self._get(f"{_COOLING}{rule.name}/{about}/")
        return bool(kept) and micros(at) - kept[0] < rule.cooldown // timedelta(microseconds=1)

    def is_new(self, rule: Rule, about: str, fact: Iterable[str], at: datetime) -> bool:
        """Whether this was not found before, as long as it is found again and again; from now on it was."""
        key = f"{_TOLD}{rule.name}/{about}/{'/'.join(fact)}"
        kept = self._get(key)
        if kept is None or micros(at) - kept[0] > _FOUND_AGAIN:
            self._put(key, [micros(at)])
        return kept is None

    def refused(self, source: str, at: datetime, count: int, minutes: float) -> dict[int, int]:
        """How many deliveries the account's door refused within so many minutes, these counted in."""
        key, last = _REFUSED + source, int(at.timestamp() // 60)
        counts = {minute: number for minute, number in self._get(key) or () if minute > last - minutes}
        if count:
            counts[last] = counts.get(last, 0) + count
            self._put(key, sorted(counts.items()))
        return counts

    def rhythms(self) -> list[tuple[str, Rhythm]]:
        """By account, in the order of their names."""
        return sorted(self._rhythms.items())

    def rhythm(self, source: str) -> Rhythm | None:
        return self._rhythms.get(source)

    def set_rhythm(self, source: str, value: Rhythm, *, save: bool = False) -> None:
        """It goes to the log where ``save`` says so, and else now and then."""
        self._rhythms[source] = value
        saved = self._saved.get(source)
        if save or saved is None or value.until - saved >= SAVE_EVERY:
            self._put(_RHYTHM + source, rhythm.dump(value))
            self._saved[source] = value.until

    def forget_rhythm(self, source: str) -> None:
        self._rhythms.pop(source, None)
        self._saved.pop(source, None)
        self._memory.put(_RHYTHM + source, None)

    def forget(self, now: datetime) -> None:
        """Nothing is left of what was not used for long, or is too much."""
        horizon = micros(now - KEEP)
        oldest = self._memory.oldest(MOST + _FORGET_AT_ONCE)
        surplus = len(oldest) - MOST
        for at, (key, value) in enumerate(oldest[:_FORGET_AT_ONCE]):
            if key.startswith(_RHYTHM):
                continue
            used_at = _used_at(key, value)
            if used_at < horizon or (at < surplus and used_at < micros(now) - 2 * _FOUND_AGAIN):
                self._memory.put(key, None)

    def _get(self, key: str) -> Any:  # noqa: ANN401 - JSON
        value = self._memory.get(key)
        return None if value is None else orjson.loads(value)

    def _put(self, key: str, value: object) -> None:
        self._memory.put(key, orjson.dumps(value))


def _used_at(key: str, value: bytes) -> int:
    fields = orjson.loads(value)
    if key.startswith(_REFUSED):
        return int(max((minute for minute, _ in fields), default=0) * 60_000_000)
    return int(fields[0])
