"""The stage of the rules that no event raises: observations in, alerts and what it remembers out.

All observations lie in one partition, so one process at a time works here, and what cools down does so once for all.
Time is what the observations say, never this machine's clock, so handling them again comes to the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from consumers.alerts import numbers
from consumers.alerts import rule as names
from consumers.alerts.finding import Finding, alert_of, listed
from consumers.alerts.open_work import OpenWork
from consumers.alerts.remembered import KEEP, Remembered
from consumers.alerts.rhythm import Rhythm, heard, passed
from consumers.alerts.rule import Rule
from consumers.alerts.telling import tell
from runtime.eventlog import Batch, Emit, EventLog, Record
from runtime.memory import Memory
from runtime.stage import Handled, Stage
from runtime.version import VERSION
from schemas import deadletter
from schemas.alert import Alert
from schemas.codec import alert_to_message
from schemas.deadletter import DeadLetterReason
from schemas.message import Undecodable
from schemas.observation import REFUSED, STORED, Observation, ObservationKind, from_record
from schemas.topics import ALERTS, DEAD_LETTERS, OBSERVATIONS, memory

NAME = "alert-observations"
LOOK_EVERY = timedelta(minutes=1)
"""Between two looks at the read model."""
MOST_AT_ONCE = 500
"""Alerts about open work in one batch; the rest comes with the next look."""
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_MOST_COUNTED = 10**12


@dataclass(frozen=True, slots=True)
class Account:
    """What the settings say of a source."""

    provider: str
    test: bool


class Observer:
    """Raises each alert once. ``handle`` may be repeated: what it remembers moves with its alerts."""

    def __init__(self, log: EventLog, rules: Sequence[Rule], accounts: Mapping[str, Account], work: OpenWork) -> None:
        self._kept = Remembered(Memory(log, memory("alerts.observations")))
        self._rules = rules
        self._accounts = accounts
        self._work = work
        self._silences = [rule for rule in rules if rule.when == names.VENDOR_SILENT]
        self._words = [rule for rule in rules if rule.when == names.UNMAPPED_WORDS]
        self._minutes = max((rule.minutes for rule in rules if rule.when == names.FAILED_AUTHENTICATIONS), default=0.0)
        self._looked_at: datetime | None = None

    async def handle(self, batch: Batch) -> Handled:
        """The alerts, the changed memory, and the dead letters of the records that are no observations."""
        await self._kept.follow(batch)
        raised: list[Alert] = []
        letters: list[Emit] = []
        ticked: datetime | None = None
        for record in batch.records:
            try:
                seen = _plausible(from_record(record), record)
            except Undecodable as error:
                letters.append(_letter(record, error))
                continue
            raised += self._look_at(seen)
            ticked = seen.at if seen.kind is ObservationKind.TICK else ticked
        if ticked is not None:
            raised += await self._look_at_open_work(ticked)
            self._kept.forget(ticked)
        alerts = [(ALERTS, alert_to_message(alert)) for alert in raised]
        return Handled([*alerts, *letters, *self._kept.emits()], partial(tell, NAME, raised, len(letters)))

    def _look_at(self, seen: Observation) -> list[Alert]:
        if seen.kind is ObservationKind.TICK:
            return self._missed(seen.at)
        if seen.kind is ObservationKind.UNMAPPED:
            return [alert for rule in self._words for alert in self._unmapped(rule, seen)]
        if seen.kind is ObservationKind.DOORS and seen.numbers.get(STORED):
            self._heard(seen)
        refused: dict[int, int] = {}
        if seen.kind is ObservationKind.DOORS and seen.numbers.get(REFUSED):
            refused = self._kept.refused(seen.source, seen.at, seen.numbers[REFUSED], self._minutes)
        found = [(rule, each) for rule in self._rules for each in numbers.findings_in(rule, seen, refused)]
        return [alert for rule, finding in found for alert in self._raised(rule, finding)]

    def _raised(self, rule: Rule, finding: Finding) -> list[Alert]:
        marked = self._marked(finding)
        if not rule.looks_at(marked.provider, marked.source, test=marked.test):
            return []
        count = self._kept.cooled(rule, f"source:{marked.source}", marked, marked.at)
        return [alert_of(rule, marked, count)] if count else []

    def _marked(self, finding: Finding) -> Finding:
        account = self._accounts.get(finding.source)
        return replace(finding, test=finding.test or (account is not None and account.test))

    def _unmapped(self, rule: Rule, seen: Observation) -> list[Alert]:
        """One alert for all the words that do not cool down; at one vendor a word cools down for all its accounts, for
        those of tests by itself: channels may not be told of them.
        """
        whole = self._marked(numbers.of_account(seen, ""))
        if not rule.looks_at(whole.provider, whole.source, test=whole.test):
            return []
        about = f"vendor:{seen.provider}" + (":test" if whole.test else "")
        words = {
            path: self._kept.cooled(rule, about, replace(whole, part=path, count=count), seen.at)
            for path, count in seen.numbers.items()
        }
        fresh = sorted(path for path, count in words.items() if count)
        if not fresh:
            return []
        finding = self._marked(numbers.of_account(seen, unmapped(seen.provider, fresh), *fresh))
        return [alert_of(rule, finding, sum(words.values()))]

    def _heard(self, seen: Observation) -> None:
        if self._silences:
            before = self._kept.rhythm(seen.source) or Rhythm(until=seen.at)
            after = heard(before, seen.at, seen.numbers[STORED])
            self._kept.set_rhythm(seen.source, after, save=before.told)

    def _missed(self, now: datetime) -> list[Alert]:
        raised: list[Alert] = []
        for source, before in self._kept.rhythms():
            after = passed(before, now)
            if after.heard_at is not None and now - after.heard_at > KEEP:
                self._kept.forget_rhythm(source)
                continue
            alerts = [alert for rule in self._silences for alert in self._silent(rule, source, after, now)]
            told = after.told or bool(alerts)
            self._kept.set_rhythm(source, replace(after, told=told), save=bool(alerts))
            raised += alerts
        return raised

    def _silent(self, rule: Rule, source: str, rhythm: Rhythm, now: datetime) -> list[Alert]:
        """Once for each silence of the account, and not while the rule cools down about the one before it."""
        account, at = self._accounts.get(source), rhythm.heard_at
        if account is None or at is None or not rule.looks_at(account.provider, source, test=account.test):
            return []
        if rhythm.missing < rule.intervals or rhythm.silent < timedelta(minutes=rule.minutes):
            return []
        about = f"source:{source}"
        if self._kept.is_cooling(rule, about, now) or not self._kept.is_new(rule, about, (at.isoformat(),), now):
            return []
        message = silence(account.provider, source, at, rhythm.missing)
        seen = Observation(ObservationKind.TICK, now, account.provider, source)
        finding = replace(numbers.of_account(seen, message), fact=(at.isoformat(),), test=account.test)
        self._kept.cooled(rule, about, finding, now)
        return [alert_of(rule, finding)]

    async def _look_at_open_work(self, now: datetime) -> list[Alert]:
        if not self._work.is_asked or (self._looked_at is not None and now - self._looked_at < LOOK_EVERY):
            return []
        self._looked_at = now

        def is_new(rule: Rule, finding: Finding) -> bool:
            return self._kept.is_new(rule, _about(finding), finding.fact, now)

        found = await self._work.findings(now, is_new, MOST_AT_ONCE)
        counts = [self._kept.cooled(rule, _about(finding), finding, now) for rule, finding in found]
        return [alert_of(rule, finding, count) for (rule, finding), count in zip(found, counts, strict=True) if count]


def _about(finding: Finding) -> str:
    return f"{finding.provider}:{finding.verification_id}"


def silence(provider: str, source: str, since: datetime, missing: float) -> str:
    """The message of ``vendor-silent``."""
    return (
        f"{provider} has not called back to source {source} since {since:%Y-%m-%d %H:%M} UTC; usually about "
        f"{missing:.0f} callbacks would have come since."
    )


def unmapped(provider: str, paths: Sequence[str]) -> str:
    """The message of ``unmapped-words``: some of the paths, and never a value."""
    return f"{provider} says what no table has: {listed(paths)}."


def _plausible(seen: Observation, record: Record) -> Observation:
    """Nothing was seen later than it was written, or before there was a Hookline: a clock that runs ahead makes nobody
    wait for it, and one that was never set stops nobody. Raises ``Undecodable`` for numbers that count nothing.
    """
    if not all(0 <= number <= _MOST_COUNTED for number in seen.numbers.values()):
        raise Undecodable(f"{record.topic}/{record.partition}/{record.offset}: not an observation (a number)")
    written = datetime.fromtimestamp(record.appended_at / 1e6, UTC)
    return replace(seen, at=min(max(seen.at, _EARLIEST), written))


def _letter(record: Record, error: Undecodable) -> Emit:
    letter = deadletter.of_record(
        record,
        record.key,
        stage=NAME,
        reason=DeadLetterReason.UNDECODABLE_RECORD,
        detail=str(error),
        version=VERSION,
    )
    return DEAD_LETTERS, deadletter.to_message(letter)


def stage(log: EventLog, rules: Sequence[Rule], accounts: Mapping[str, Account], work: OpenWork) -> Stage:
    """The stage as the loop runs it."""
    observer = Observer(log, rules, accounts, work)
    return Stage(NAME, (OBSERVATIONS,), observer.handle)
