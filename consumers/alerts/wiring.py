"""All of alerting that one process runs: the stages that raise alerts, and what is done beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from consumers.alerts import alerter, letters, observer, open_work
from consumers.alerts.configured import rules_of
from consumers.alerts.observer import Account
from runtime.eventlog import EventLog
from runtime.periodic import Periodic
from runtime.settings import Settings
from runtime.stage import Stage
from schemas import observation
from schemas.observation import Observation, ObservationKind
from schemas.topics import OBSERVATIONS


@dataclass(frozen=True, slots=True)
class Alerting:
    stages: tuple[Stage, ...] = ()
    again: tuple[Periodic, ...] = ()


@asynccontextmanager
async def alerting(settings: Settings, log: EventLog) -> AsyncIterator[Alerting]:
    """The parts, to be run while the context is open. Raises ``SettingsInvalid`` for rules that cannot be."""
    rules = rules_of(settings.alert)
    accounts = {each.name: Account(each.vendor, each.environment == "test") for each in settings.source}
    async with open_work.open_work(settings.projections_url, rules, log) as work:
        stages = alerter.stage(log, rules), letters.stage(), observer.stage(log, rules, accounts, work)
        again = clock(log, settings.alert.tick), open_work.periodic(work, settings.alert.tick)
        yield Alerting(stages, again)


def clock(log: EventLog, every: float) -> Periodic:
    """Writes down that time goes on. Several processes may: rules look at what a tick says, not at how many come."""

    async def tick() -> None:
        await log.append(OBSERVATIONS, observation.to_message(Observation(ObservationKind.TICK, datetime.now(UTC))))

    return Periodic("alert-clock", every, tick)
