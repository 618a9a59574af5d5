"""All of alerting together, and a channel that refuses everything: it ends."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from consumers.alerts import wiring
from consumers.alerts.delivery import stage as delivery
from runtime.eventlog import EventLog
from runtime.periodic import run_periodically
from runtime.settings import parse_settings
from runtime.stage import Health, run_stage
from schemas import topics
from schemas.codec import alert_from_record
from tests.consumers.delivery.receivers import SECRET, Receiver, says
from tests.consumers.making import append, records
from tests.examples import event
from tests.waiting import until


async def test_a_channel_that_refuses_everything_costs_two_attempts_and_one_dead_letter(
    log: EventLog, heard: Receiver, tmp_path: Path
) -> None:
    """The alert is refused and becomes a dead letter; that raises an alert, without any cool-down; that one is refused
    as well, and becomes none.
    """
    heard.mood = says(410)
    channel = {"name": "ops", "kind": "webhook", "url": heard.url, "secrets": [SECRET]}
    rules = [{"name": "dead-letters", "cooldown": 0}]
    url = f"sqlite:///{tmp_path}/log.db"
    settings = parse_settings({"log": {"url": url}, "alert": {"channel": [channel], "rule": rules}}, "", environ={})
    stop = asyncio.Event()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        alerts = await stack.enter_async_context(wiring.alerting(settings, log))
        stages = [*alerts.stages, *delivery.stages(settings, log)]
        for stage in stages:
            tasks.create_task(run_stage(stage, log, stop, Health(stage.name)))
        for each in alerts.again:
            tasks.create_task(run_periodically(each, stop, Health(each.name)))
        await append(log, event(unmapped=()))
        await until(lambda: len(heard.heard) == 2, deadline=60)

        async def all_is_read() -> bool:
            lags = [await log.lag(topic, stage.name) for stage in stages for topic in stage.topics]
            due = [record for record in await records(log, topics.ALERT_DELIVERIES) if record.value is not None]
            return not any(lags) and not due

        await until(all_is_read, deadline=60)
        stop.set()
    raised = [alert_from_record(record).rule for record in await records(log, topics.ALERTS)]
    assert ["rejected-for-fraud", "dead-letters"] == raised
    assert (2, 1) == (len(heard.heard), len(await records(log, topics.DEAD_LETTERS)))
