"""``hookline alert`` as processes on Kafka: two at once, killed in the middle, and each alert once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from runtime.eventlog import EventLog, open_log
from runtime.settings import KafkaSettings
from schemas import observation
from schemas.alert import Alert
from schemas.codec import alert_from_record, event_to_message
from schemas.event import Outcome
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, OBSERVATIONS, VERIFICATION_EVENTS, is_compacted
from tests.consumers.making import told
from tests.hookline.conftest import Shell
from tests.servers.kafka import Kafka
from tests.waiting import until

ROUNDS = 2
EACH = 20
KAFKA = "[kafka]\nreplication = 1\nmin_insync = 1\npartitions = 4\nsession_timeout = 6"


@asynccontextmanager
async def log_at(url: str) -> AsyncIterator[EventLog]:
    log = await open_log(url, is_compacted=is_compacted, kafka=KafkaSettings(session_timeout=6.0))
    yield log
    await log.close()


@asynccontextmanager
async def followed(log: EventLog) -> AsyncIterator[list[Alert]]:
    """The alerts that there are, growing while the context is open."""
    found: list[Alert] = []

    async def follow() -> None:
        async for record in log.scan(ALERTS, follow=True):
            found.append(alert_from_record(record))  # noqa: PERF401 - one by one, as they come

    following = asyncio.create_task(follow())
    try:
        yield found
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def contradict(log: EventLog, number: int) -> None:
    """Two contrary decisions of one verification, and a word that no table has."""
    verification = f"scan-{number}"
    for one, outcome in ((2 * number, Outcome.VERIFIED), (2 * number + 1, Outcome.REJECTED)):
        event = told(one, outcome, verification_id=verification, unmapped=("status.new=WORD",))
        await log.append(VERIFICATION_EVENTS, event_to_message(replace(event, event_id=f"{verification}-{outcome}")))


async def spend(log: EventLog, number: int) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    numbers = {"day_spent": 9, "day_most": 10}
    message = observation.to_message(Observation(ObservationKind.BUDGET, at, "idenfy", f"account-{number}", numbers))
    await log.append(OBSERVATIONS, message)


def about(found: Sequence[Alert], what: str) -> int:
    """How many things of that kind there are alerts about."""
    return len({alert.key for alert in found if what in alert.key})


async def test_two_processes_and_kill_9_lose_no_alert_and_double_none(shell: Shell, kafka: Kafka) -> None:
    """One of the two is killed while it works, again and again; what it had begun is done by the other, once."""
    url = f"{kafka.url}/alerting-{uuid4().hex[:12]}"
    (shell.folder / "hookline.toml").write_text(
        "\n".join(
            (
                f'[log]\nurl = "{url}"',
                KAFKA,
                '[projections]\nurl = "sqlite:///views.db"',
                "[alert]\ntick = 0.5",
                '[[source]]\nname = "idenfy"\nvendor = "idenfy"\nunsigned = true',
            )
        )
    )
    status, _, errors = await shell.run("topics", "apply")
    assert status == 0, errors
    async with log_at(url) as log, followed(log) as found, shell.serve("alert"):
        for number in range(ROUNDS):
            async with shell.serve("alert") as other:
                first = number * EACH
                work = [act(log, each) for each in range(first, first + EACH) for act in (contradict, spend)]
                await asyncio.gather(*work)
                await until(lambda first=first: about(found, "scan-") > first, deadline=60.0)  # type: ignore[misc]
                await other.end(signal.SIGKILL)
        everything = {"scan-": ROUNDS * EACH, "account-": ROUNDS * EACH, "source:idenfy-eu": 1}
        await until(lambda: all(about(found, what) >= number for what, number in everything.items()), deadline=60.0)
        raised = [alert_from_record(record) async for record in log.scan(ALERTS)]
    expected = {f"idenfy:scan-{number}" for number in range(ROUNDS * EACH)}
    expected |= {f"source:account-{number}" for number in range(ROUNDS * EACH)} | {"source:idenfy-eu"}
    assert expected == {alert.key for alert in raised}
    twice = {key: number for key, number in Counter(alert.key for alert in raised).items() if number > 1}
    assert {} == twice, [alert for alert in raised if alert.key in twice]
    assert len(raised) == len({alert.alert_id for alert in raised})
