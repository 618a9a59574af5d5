from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.alerts import letters, observer
from consumers.alerts.observer import Account
from consumers.alerts.open_work import OpenWork, open_work
from consumers.alerts.rule import BUILT_IN, Rule
from runtime.eventlog import EventLog, open_log
from runtime.stage import Stage
from schemas import deadletter, observation
from schemas.alert import Alert, AlertScope
from schemas.codec import alert_from_record
from schemas.message import Message
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, DEAD_LETTERS, OBSERVATIONS, is_compacted, memory
from tests.consumers.making import records, work
from tests.examples import NOON

ACCOUNTS = {"idenfy": Account("idenfy", test=False), "try-out": Account("credas", test=True)}
NO_WORK = tuple(rule for rule in BUILT_IN.values() if not rule.when.endswith(("-soon", "-too-old")))


@pytest.fixture
async def nothing(log: EventLog, tmp_path: Path) -> AsyncIterator[OpenWork]:
    """A read model that nobody asks."""
    async with open_work(f"sqlite:///{tmp_path}/views.db", NO_WORK, log) as asked:
        yield asked


def seen(
    kind: ObservationKind,
    seconds: float,
    source: str = "idenfy",
    provider: str = "idenfy",
    *,
    words: Mapping[str, int] | None = None,
    **numbers: int,
) -> Observation:
    if kind is ObservationKind.TICK:
        return Observation(kind, NOON + timedelta(seconds=seconds))
    return Observation(kind, NOON + timedelta(seconds=seconds), provider, source, words or numbers)


async def told(log: EventLog, *observations: Observation) -> None:
    """In that order: the embedded log's records take their places in the order of the calls."""
    await asyncio.gather(*[log.append(OBSERVATIONS, observation.to_message(each)) for each in observations])


async def alerts(log: EventLog) -> list[Alert]:
    return [alert_from_record(record) for record in await records(log, ALERTS)]


def made(log: EventLog, work: OpenWork, rules: tuple[Rule, ...] = NO_WORK) -> Stage:
    """As a new process would make it."""
    return observer.stage(log, rules, ACCOUNTS, work)


async def test_an_alert_is_raised_once_and_then_its_rule_cools_down(log: EventLog, nothing: OpenWork) -> None:
    """Across batches and restarts; what was held is in the next alert's count."""
    for hour in (0, 1, 5, 6, 7):
        await told(log, seen(ObservationKind.BUDGET, hour * 3600, day_spent=1400, day_most=1500))
        await work(log, made(log, nothing))
    expected = [(NOON, 1), (NOON + timedelta(hours=6), 3)]
    assert expected == [(alert.raised_at, alert.count) for alert in await alerts(log)]


async def test_a_batch_that_is_handled_again_raises_the_same_alerts(log: EventLog, nothing: OpenWork) -> None:
    """With the same ids: nothing depends on this machine's clock."""
    await told(
        log, seen(ObservationKind.DOORS, 0, refused=50), seen(ObservationKind.LETTERS, 1, words={"fetch/REFUSED": 2})
    )
    stage = made(log, nothing)
    async with log.read(stage.topics, stage.name) as reader:
        batch = await reader.next_batch(0)
        assert batch is not None
        first = (await stage.handle(batch)).emits
    await work(log, made(log, nothing))
    assert [message.value for topic, message in first if topic == ALERTS] == [
        record.value for record in await records(log, ALERTS)
    ]
    assert 2 == len(await alerts(log))


async def test_failed_authentications_add_up_over_observations(log: EventLog, nothing: OpenWork) -> None:
    """Of one account; another one's do not count, nor do those of long ago."""
    await told(
        log,
        seen(ObservationKind.DOORS, -1000, refused=9),
        seen(ObservationKind.DOORS, 0, refused=5),
        seen(ObservationKind.DOORS, 10, "try-out", "credas", refused=9),
        seen(ObservationKind.DOORS, 60, refused=4, stored=3),
    )
    await work(log, made(log, nothing))
    assert [] == await alerts(log)
    await told(log, seen(ObservationKind.DOORS, 70, refused=1))
    await work(log, made(log, nothing))
    (alert,) = await alerts(log)
    assert ("failed-authentications", "source:idenfy", False) == (alert.rule, alert.key, alert.test)
    assert alert.message.startswith("10 deliveries to source idenfy")


async def test_alerts_about_a_test_account_are_marked(log: EventLog, nothing: OpenWork) -> None:
    """And rules that leave tests out do not raise them."""
    await told(log, seen(ObservationKind.DOORS, 0, "try-out", "credas", refused=50))
    rule = replace(BUILT_IN["failed-authentications"], name="real-ones", test=False)
    await work(log, made(log, nothing, (*NO_WORK, rule)))
    assert [("failed-authentications", True)] == [(alert.rule, alert.test) for alert in await alerts(log)]


async def test_words_that_no_table_has_are_told_once_for_each_vendor(log: EventLog, nothing: OpenWork) -> None:
    """New ones together; a word cools down for all accounts of the vendor, and another word raises another alert."""
    await told(
        log,
        seen(ObservationKind.UNMAPPED, 0, words={"status.new=WORD": 2, "status.other": 1}),
        seen(ObservationKind.UNMAPPED, 5, "idenfy-2", words={"status.new=WORD": 4}),
        seen(ObservationKind.UNMAPPED, 9, "idenfy-2", words={"status.new=WORD": 1, "status.third": 1}),
        seen(ObservationKind.UNMAPPED, 86_400, words={"status.new=WORD": 1}),
    )
    await work(log, made(log, nothing))
    expected = [
        ("idenfy says what no table has: status.new=WORD, status.other.", 3, "source:idenfy"),
        ("idenfy says what no table has: status.third.", 1, "source:idenfy-2"),
        ("idenfy says what no table has: status.new=WORD.", 6, "source:idenfy"),
    ]
    assert expected == [(alert.message, alert.count, alert.key) for alert in await alerts(log)]


async def test_a_word_that_a_test_account_said_first_is_told_of_the_others_all_the_same(
    log: EventLog, nothing: OpenWork
) -> None:
    """Channels leave tests out: did the word cool down for both, nobody would be told of it."""
    word = {"status.new=WORD": 1}
    await told(log, *[seen(ObservationKind.UNMAPPED, at, "try-out", "credas", words=word) for at in (0, 60)])
    await told(log, *[seen(ObservationKind.UNMAPPED, at, "credas", "credas", words=word) for at in (90, 120)])
    await work(log, made(log, nothing))
    assert [("try-out", True), ("credas", False)] == [(alert.source, alert.test) for alert in await alerts(log)]


async def called_back(log: EventLog, source: str, *, until: float) -> None:
    """Five callbacks every five minutes, for a day and two hours."""
    times = range(-26 * 3600, round(until) + 1, 300)
    await told(log, *[seen(ObservationKind.DOORS, seconds, source, stored=5) for seconds in times])


def quiet(first: int, last: int) -> list[Observation]:
    """Ticks every five minutes, between these minutes."""
    return [seen(ObservationKind.TICK, 60 * minute) for minute in range(first, last, 5)]


async def test_a_vendor_that_is_silent_is_told_of_once(log: EventLog, nothing: OpenWork) -> None:
    """After half an hour in which thirty callbacks were missed, and not again until it spoke and fell silent."""
    await called_back(log, "idenfy", until=0)
    await told(log, *quiet(5, 180))
    await work(log, made(log, nothing), at_once=50)
    (alert,) = await alerts(log)
    assert ("vendor-silent", AlertScope.SOURCE, "idenfy") == (alert.rule, alert.scope, alert.source)
    assert NOON + timedelta(minutes=30) == alert.raised_at
    assert (
        f"idenfy has not called back to source idenfy since {NOON:%Y-%m-%d %H:%M} UTC; usually about 30 callbacks "
        "would have come since." == alert.message
    )
    await told(log, seen(ObservationKind.DOORS, 60 * 180, stored=1), *quiet(185, 300))
    await work(log, made(log, nothing))
    assert [30, 210] == [(each.raised_at - NOON) // timedelta(minutes=1) for each in await alerts(log)]


async def test_after_a_long_stop_a_vendor_has_the_same_time_to_speak_as_ever(log: EventLog, nothing: OpenWork) -> None:
    """Of a busy one many callbacks are missed within minutes; hours in which nobody listened are none of silence."""
    await called_back(log, "idenfy", until=0)
    await told(log, *quiet(8 * 60, 9 * 60))
    await work(log, made(log, nothing), at_once=50)
    (alert,) = await alerts(log)
    assert NOON + timedelta(hours=8, minutes=30) == alert.raised_at


async def test_an_account_that_is_not_in_the_settings_is_missed_by_nobody(log: EventLog, nothing: OpenWork) -> None:
    """It was taken out of them."""
    await called_back(log, "gone", until=0)
    await told(log, *quiet(5, 180))
    await work(log, made(log, nothing))
    assert [] == await alerts(log)


async def test_a_clock_that_runs_ahead_makes_nobody_wait(log: EventLog, nothing: OpenWork) -> None:
    """Nothing was seen later than it was written."""
    ahead = datetime.now(UTC) + timedelta(days=300)
    await told(
        log,
        replace(seen(ObservationKind.BUDGET, 0, day_spent=10, day_most=10), at=ahead),
        Observation(ObservationKind.TICK, ahead),
    )
    await work(log, made(log, nothing))
    (alert,) = await alerts(log)
    assert alert.raised_at <= datetime.now(UTC)


async def test_a_clock_that_was_never_set_stops_nobody(log: EventLog, nothing: OpenWork) -> None:
    """Its time is as good as none: the rules go on with the next one."""
    await told(
        log,
        replace(seen(ObservationKind.DOORS, 0, stored=1, refused=1), at=datetime(1, 1, 1, tzinfo=UTC)),
        Observation(ObservationKind.TICK, datetime(1, 1, 1, tzinfo=UTC)),
        seen(ObservationKind.BUDGET, 0, day_spent=10, day_most=10),
    )
    await work(log, made(log, nothing))
    assert ["budget-nearly-spent"] == [alert.rule for alert in await alerts(log)]


async def test_a_record_that_is_no_observation_becomes_a_dead_letter_and_the_rest_goes_on(
    log: EventLog, nothing: OpenWork
) -> None:
    """Whole, and named after this stage; and it raises an alert, as every dead letter does."""
    await log.append(OBSERVATIONS, Message("torn", "torn", (), b"{"))
    huge = b'{"kind":"DOORS","at":"2026-03-01T12:00:00Z","provider":"","source":"","numbers":{"refused":1e300}}'
    await log.append(OBSERVATIONS, Message("huge", "huge", (), huge))
    await told(log, seen(ObservationKind.BUDGET, 0, day_spent=10, day_most=10))
    await work(log, made(log, nothing))
    found = [deadletter.from_record(record) for record in await records(log, DEAD_LETTERS)]
    assert [("alert-observations", "torn", b"{"), ("alert-observations", "huge", huge)] == [
        (letter.stage, letter.key, letter.value) for letter in found
    ]
    await work(log, letters.stage())
    await work(log, made(log, nothing))
    assert ["budget-nearly-spent", "dead-letters"] == [alert.rule for alert in await alerts(log)]


async def test_what_is_remembered_is_forgotten_when_it_was_not_used_for_long(log: EventLog, nothing: OpenWork) -> None:
    """So that memory is bounded, by the time that the observations tell."""
    await told(
        log,
        seen(ObservationKind.BUDGET, 0, day_spent=10, day_most=10),
        seen(ObservationKind.DOORS, 0, refused=9, stored=1),
    )
    await work(log, made(log, nothing))
    assert 3 == len(await records(log, memory("alerts.observations")))
    await told(log, seen(ObservationKind.TICK, 31 * 86_400))
    await work(log, made(log, nothing))
    kept = {record.key: record.value for record in await records(log, memory("alerts.observations"))}
    assert {None} == set(kept.values())


async def test_no_word_of_a_dead_letters_body_is_told(log: EventLog, nothing: OpenWork) -> None:
    """Its stage, its reason and its account, and nothing of what it holds."""
    letter = deadletter.DeadLetter(
        stage="normalize",
        reason=deadletter.DeadLetterReason.NOT_JSON,
        detail="Canary Person",
        topic="callbacks.idenfy",
        partition=0,
        offset=7,
        version="1",
        key="canary/1",
        partition_key="canary",
        headers=(("vendor", b"idenfy"), ("source", b"idenfy"), ("id", b"canary")),
        value=b"Canary Person",
    )
    for number in range(3):
        await log.append(DEAD_LETTERS, deadletter.to_message(replace(letter, offset=number)))
    await log.append(DEAD_LETTERS, Message("canary/1@callbacks.idenfy/0/0", "canary", (), None))
    await log.append(DEAD_LETTERS, Message("odd", "odd", (), b"canary"))
    await work(log, letters.stage())
    await work(log, made(log, nothing))
    (alert,) = await alerts(log)
    assert (2, "source:idenfy") == (alert.count, alert.key)
    written = [
        *await records(log, ALERTS),
        *await records(log, OBSERVATIONS),
        *await records(log, memory("alerts.observations")),
    ]
    assert [] == [record for record in written if b"anary" in (record.value or b"") or "anary" in record.key]


KINDS = st.one_of(
    st.builds(lambda: (ObservationKind.TICK, {})),
    st.builds(lambda number: (ObservationKind.DOORS, {"stored": number}), st.integers(1, 5)),
    st.builds(lambda number: (ObservationKind.DOORS, {"refused": number}), st.integers(1, 9)),
    st.builds(lambda number: (ObservationKind.BUDGET, {"day_spent": number, "day_most": 10}), st.integers(0, 10)),
    st.builds(lambda path: (ObservationKind.UNMAPPED, {path: 1}), st.sampled_from("abc")),
    st.builds(lambda reason: (ObservationKind.LETTERS, {f"normalize/{reason}": 2}), st.sampled_from("xy")),
)


@given(
    st.lists(st.tuples(st.integers(0, 5000), KINDS), min_size=1, max_size=25), st.lists(st.integers(1, 6), min_size=1)
)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_how_observations_are_cut_into_batches_changes_no_alert(
    made_of: list[tuple[int, tuple[ObservationKind, dict[str, int]]]], sizes: list[int]
) -> None:
    """One process with all of them at once, or several one after the other: the same alerts and ids."""
    seconds = accumulate(pause for pause, _ in made_of)
    observations = [seen(kind, at, words=words) for at, (_, (kind, words)) in zip(seconds, made_of, strict=True)]

    async def after(cuts: list[int]) -> list[Alert]:
        with TemporaryDirectory() as folder:
            log = await open_log(f"sqlite:///{folder}/log.db", is_compacted=is_compacted)
            async with open_work(f"sqlite:///{folder}/views.db", NO_WORK, log) as asked:
                rest = observations
                for size in cuts:
                    await told(log, *rest[:size])
                    await work(log, made(log, asked))
                    rest = rest[size:]
            found = await alerts(log)
            await log.close()
            return found

    cuts = list(islice(cycle(sizes), len(observations)))
    assert asyncio.run(after([len(observations)])) == asyncio.run(after(cuts))
