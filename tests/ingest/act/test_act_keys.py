"""``Idempotency-Key``: whoever did not hear the answer asks again, and nothing is done twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ingest.act import bounds
from ingest.act.remembered import Remembered
from ingest.act.repeats import Repeats, digest_of, fingerprint_of
from runtime.errors import LogUnavailable, SettingsInvalid
from runtime.eventlog import EventLog, Position, open_log
from runtime.eventlog.api import Message
from runtime.settings import ActSettings
from schemas import topics
from schemas.action import ActionState
from tests.eventlog.backends import kafka_place
from tests.ingest.act.conftest import asking
from tests.ingest.act.counter import LINK, VENDOR, Counter, says
from tests.ingest.act.test_act_http import ACT, ANNS, BOBS, GOOD, Console, console, everybody, serving
from tests.ingest.act.test_two_persons import _opened
from tests.servers.kafka import Kafka

__all__ = ["console"]

CREATE = {"arguments": {"customer": "customer-1"}}
POST = "POST /things"
HOUR = timedelta(hours=1)


async def aged(console: Console, time: timedelta) -> None:
    """As if what this console remembers had been appended that much earlier."""
    remembered = console.desk.acting.repeats.remembered
    earlier = time // timedelta(microseconds=1)
    found = await remembered.look()
    remembered._found = {
        key: replace(record, appended_at=record.appended_at - earlier) for key, record in found.items()
    }


async def left(log: EventLog) -> list[str]:
    return [record.key async for record in log.scan(topics.asked_actions()) if record.value is not None]


async def test_the_same_key_is_done_once(console: Console) -> None:
    """The repeat is told what came of the first one, and not what it showed: that may open a door."""
    _, first = await console.act("create", CREATE, Idempotency_Key="order-17")
    status, again = await console.act("create", CREATE, Idempotency_Key="order-17")
    _, other = await console.act("create", CREATE, BOBS, Idempotency_Key="order-17")
    assert (200, {
        "state": "DONE", "action_id": first["action_id"], "verification_id": "thing-new", "holds": True,
        "replayed": True,
    }) == (status, again)  # fmt: skip
    assert (2, "DONE") == (console.desk.vendor.calls.count(POST), other["state"])
    assert [] == await console.desk.acting.waiting()


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": {"customer": "customer-2", "picture": "YQ=="}},
        {"arguments": {"customer": "customer-1", "picture": "Yg=="}},
        {"arguments": {"customer": "customer-1"}},
        {"arguments": {"customer": "customer-1", "picture": "YQ=="}, "reason": "for another one"},
        {"arguments": {"customer": "customer-1", "picture": "YQ=="}, "source": "counter"},
    ],
)
async def test_a_key_stands_for_one_request(console: Console, changed: dict[str, object]) -> None:
    """With another argument, file, reason or source nothing is done, and nobody is told that it was."""
    asked = {"arguments": {"customer": "customer-1", "picture": "YQ=="}}
    _, first = await console.act("create", asked, Idempotency_Key="order-17")
    status, told = await console.act("create", changed, Idempotency_Key="order-17")
    assert (422, "key-reused", first["action_id"]) == (status, told["code"], told["action_id"])
    assert "use another key" in told["detail"]
    assert (1, 2) == (console.desk.vendor.calls.count(POST), len(await console.desk.steps()))
    _, again = await console.act("create", asked, Idempotency_Key="order-17")
    _, anew = await console.act("create", changed, Idempotency_Key="order-18")
    assert (True, "DONE", 2) == (again["replayed"], anew["state"], console.desk.vendor.calls.count(POST))


async def test_the_same_request_written_another_way_is_the_same(console: Console) -> None:
    """The order of the members says nothing, nor does ``null``, nor blanks around a reason."""
    one = {"arguments": {"customer": "customer-1", "more": {"a": 1, "b": 2}}, "reason": "why"}
    other = {"reason": " why ", "arguments": {"count": None, "more": {"b": 2, "a": 1}, "customer": "customer-1"}}
    await console.act("create", one, Idempotency_Key="order-17")
    status, again = await console.act("create", other, Idempotency_Key="order-17")
    assert (200, True) == (status, again["replayed"])


async def test_a_claim_that_does_not_say_for_what_is_one_for_anything(log: EventLog, vendor: Counter) -> None:
    """As it was written before keys stood for one request; so is an end that does not say whether it holds."""
    digest, known = digest_of("ann", VENDOR, "create", "order-17"), Repeats(Remembered(log))
    await known.begin(digest, "the-first", "")
    [claim] = await left(log)
    await known._put(claim, b"{}")  # as it stands on logs of before
    await known.end(digest, "the-first", {"state": "DONE", "action_id": "the-first", "status": 200})
    async with serving(log, vendor, everybody()) as console:
        status, told = await console.act("create", CREATE, Idempotency_Key="order-17")
    assert (200, {"state": "DONE", "action_id": "the-first", "replayed": True}, []) == (status, told, vendor.calls)


async def test_what_was_asked_for_twice_still_waits(log: EventLog, vendor: Counter) -> None:
    """The repeat says so, with the status of the first."""
    async with serving(log, vendor, everybody(), ActSettings(two_persons=("counter.set-state",))) as console:
        told = [await console.act("set-state", GOOD, Idempotency_Key="order-17") for _ in range(2)]
        assert 1 == len(await console.desk.acting.waiting())
    assert [(202, "ASKED")] * 2 == [(status, row["state"]) for status, row in told]


async def test_neither_the_key_nor_what_was_shown_is_kept(console: Console) -> None:
    """Keys are other systems' own words, and may say who somebody is."""
    await console.act("create", CREATE, Idempotency_Key="Ann Canary 1990")
    written = await console.desk.everything_written()
    names = repr(await left(console.desk.log))
    assert [] == [word for word in (LINK, "Canary") if word in written.decode() + names]


async def test_the_same_key_at_two_consoles_at_once_is_done_once(log: EventLog, vendor: Counter) -> None:
    """Whoever is not the first is told to wait, or what came of it."""
    async with serving(log, vendor, everybody()) as one, serving(log, vendor, everybody()) as other:
        asked = (each.act("create", CREATE, Idempotency_Key="order-17") for each in [one, other] * 3)
        answers = await asyncio.gather(*asked)
    done = [told for status, told in answers if status == 200 and "replayed" not in told]
    assert (1, 1) == (len(done), vendor.calls.count(POST))
    assert {200, 409} >= {status for status, _ in answers}


async def test_the_same_key_is_done_once_on_kafka(tmp_path: Path, kafka: Kafka, vendor: Counter) -> None:
    """From two processes' worth of logs; the log itself says who was first."""
    names = topics.callbacks(VENDOR), topics.fetch_requests(VENDOR), topics.asked_actions()
    async with (
        kafka_place(tmp_path, kafka.url, 3, names) as place,
        _opened(place) as first,
        _opened(place) as second,
        serving(first, vendor, everybody()) as one,
        serving(second, vendor, everybody()) as other,
    ):
        asked = (each.act("create", CREATE, Idempotency_Key="order-17") for each in [one, other] * 3)
        answers = await asyncio.gather(*asked)
        _, late = await other.act("create", CREATE, Idempotency_Key="order-17")
    assert (1, True) == (vendor.calls.count(POST), late["replayed"])
    assert {200, 409} >= {status for status, _ in answers}


async def test_a_console_that_starts_anew_knows_what_was_done(tmp_path: Path, vendor: Counter) -> None:
    """What is remembered stands on the log alone."""
    told: list[Any] = []
    for _ in range(2):
        log = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=topics.is_compacted)
        async with serving(log, vendor, everybody()) as console:
            told.append((await console.act("create", CREATE, Idempotency_Key="order-17"))[1])
        await log.close()
    assert (1, told[0]["action_id"], True) == (vendor.calls.count(POST), told[1]["action_id"], told[1]["replayed"])


async def test_while_the_first_is_under_way_a_repeat_is_told_to_wait(console: Console) -> None:
    """With the action's id, and without doing anything."""
    called, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        called.set()
        await go_on.wait()

    console.desk.vendor.during = hold
    first = asyncio.create_task(console.act("create", CREATE, Idempotency_Key="order-17"))
    await asyncio.wait_for(called.wait(), 5)
    status, told = await console.act("create", CREATE, Idempotency_Key="order-17")
    go_on.set()
    _, done = await first
    assert (409, "still-running", done["action_id"]) == (status, told["code"], told["action_id"])
    assert 1 == console.desk.vendor.calls.count(POST)


async def test_a_failure_under_a_key_is_told_again_too(console: Console) -> None:
    """In its own form, as the problem that it was. To try once more is to choose another key."""
    console.desk.vendor.mood = says(400, {"why": "no"})
    first, said = await console.act("create", CREATE, Idempotency_Key="order-18")
    console.desk.vendor.mood = None
    headers = {"Authorization": f"Bearer {ANNS}", "Idempotency-Key": "order-18"}
    async with console.http.post(f"{console.url}{ACT}/create", json=CREATE, headers=headers) as answer:
        kind, told = answer.content_type, await answer.json(content_type=None)
    assert (422, "application/problem+json", True) == (first, kind, told["replayed"])
    assert {said[name] for name in ("code", "detail", "action_id")} == {
        told[name] for name in ("code", "detail", "action_id")
    }
    assert 1 == console.desk.vendor.calls.count(POST)


async def test_a_mistake_that_was_mended_may_have_the_same_key(console: Console) -> None:
    """Nothing was tried, so there is nothing that could be done twice. The mistake is told as often as it is made."""
    wrong: dict[str, object] = {"arguments": {}}
    for _ in range(2):
        status, told = await console.act("create", wrong, Idempotency_Key="order-19")
        assert (400, ["customer"]) == (status, list(told["fields"]))
    status, told = await console.act("create", CREATE, Idempotency_Key="order-19")
    assert (200, "DONE") == (status, told["state"])


async def test_secrets_that_could_not_be_read_do_not_use_up_a_key(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once they can be, the same request is done."""
    with monkeypatch.context() as broken:

        async def cannot(*_given: object) -> None:
            raise SettingsInvalid("api.secret: the file is not there")

        broken.setattr("ingest.act.clients.Clients.of", cannot)
        status, told = await console.act("create", CREATE, Idempotency_Key="order-20")
        assert (500, "settings") == (status, told["code"])
    status, told = await console.act("create", CREATE, Idempotency_Key="order-20")
    assert (200, "DONE", 1) == (status, told["state"], console.desk.vendor.calls.count(POST))


async def test_what_took_too_long_is_told_again_as_unconfirmed(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both answers name the action, whose end is on the log."""
    monkeypatch.setattr(bounds, "WITHIN", 2.0)

    async def hang() -> None:
        await asyncio.sleep(60)

    console.desk.vendor.during = hang
    first, told = await console.act("create", CREATE, Idempotency_Key="order-21")
    again, repeated = await console.act("create", CREATE, Idempotency_Key="order-21")
    assert (504, 504, "unconfirmed", "unconfirmed") == (first, again, told["code"], repeated["code"])
    [begun, ended] = await console.desk.steps()
    assert ActionState.UNCONFIRMED == ended.state
    assert {begun.id} == {ended.id, told["action_id"], repeated["action_id"]}


async def test_whoever_died_over_it_leaves_an_unknown_end_and_not_a_wait_for_ever(
    log: EventLog, vendor: Counter
) -> None:
    """For some minutes it may still be running; after that nobody is working on it any more."""
    digest = digest_of("ann", VENDOR, "create", "order-22")
    asked = fingerprint_of(asking("create", customer="customer-1"), "order-22")
    assert None is await Repeats(Remembered(log)).begin(digest, "the-first", asked)
    async with serving(log, vendor, everybody()) as console:
        early = await console.act("create", CREATE, Idempotency_Key="order-22")
        await aged(console, HOUR)
        late = await console.act("create", CREATE, Idempotency_Key="order-22")
    assert [(409, "still-running", "the-first"), (504, "unconfirmed", "the-first")] == [
        (status, told["code"], told["action_id"]) for status, told in (early, late)
    ]
    assert [] == vendor.calls


async def test_after_a_day_a_key_is_a_new_one(log: EventLog, vendor: Counter) -> None:
    """Also where it was repeated within that day: no repeat stands in the way of the next. Nothing old is left."""
    async with serving(log, vendor, everybody()) as console:
        _, first = await console.act("create", CREATE, Idempotency_Key="order-23")
        await aged(console, 23 * HOUR)
        _, again = await console.act("create", CREATE, Idempotency_Key="order-23")
        await aged(console, 2 * HOUR)
        _, anew = await console.act("create", CREATE, Idempotency_Key="order-23")
    assert (True, "DONE", False) == (again["replayed"], anew["state"], "replayed" in anew)
    assert first["action_id"] != anew["action_id"]
    assert {anew["action_id"]} == {key.rpartition("/")[2] for key in await left(log)}


async def test_whoever_asks_after_a_long_pause_does_not_wait_for_all_that_is_old(
    log: EventLog, vendor: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day's keys are forgotten a hundred at a time, and at once, by those who come."""
    known = Repeats(Remembered(log))
    await asyncio.gather(*(known.end(f"digest-{number}", "done", {}) for number in range(150)))
    under_way: list[int] = []
    most = 0

    async def watched(topic: str, message: Message) -> Position:
        nonlocal most
        under_way.append(1)
        most = max(most, len(under_way))
        try:
            return await append(topic, message)
        finally:
            under_way.pop()

    append = log.append
    monkeypatch.setattr(log, "append", watched)
    async with serving(log, vendor, everybody()) as console:
        await aged(console, 25 * HOUR)
        counts = []
        for key in ("order-26", "order-27"):
            _, told = await console.act("create", CREATE, Idempotency_Key=key)
            assert "DONE" == told["state"]
            counts.append(len([key for key in await left(log) if "digest-" in key]))
    assert ([50, 0], 100) == (counts, most)


async def test_after_a_day_a_second_person_can_confirm_again(log: EventLog, vendor: Counter) -> None:
    """What is asked for under a key of yesterday's is an action of its own, with an id of its own."""
    settings = ActSettings(two_persons=("counter.set-state",))
    states = []
    async with serving(log, vendor, everybody(), settings) as console:
        for _ in range(2):
            _, asked = await console.act("set-state", GOOD, Idempotency_Key="order-24")
            confirm = f"/api/v1/actions/{asked['action_id']}/confirm"
            states.append((await console.ask("POST", confirm, token=BOBS))[1].get("state"))
            await aged(console, 25 * HOUR)
    assert ["DONE", "DONE"] == states


async def test_what_was_done_is_told_though_the_log_fails_to_keep_its_end(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer may be shown once only: it is not lost. The repeat is not told, and not done."""

    async def cannot(*_given: object) -> None:
        raise LogUnavailable("no answer")

    monkeypatch.setattr(Repeats, "end", cannot)
    with capture_logs() as lines:
        status, told = await console.act("create", CREATE, Idempotency_Key="order-25")
    again, _ = await console.act("create", CREATE, Idempotency_Key="order-25")
    assert (200, "DONE", 409) == (status, told["state"], again)
    assert [told["action_id"]] == [line["action_id"] for line in lines if line["log_level"] == "error"]
    assert 1 == console.desk.vendor.calls.count(POST)


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\tinside"])
async def test_a_key_that_is_none_is_refused(console: Console, key: str) -> None:
    status, told = await console.act("create", CREATE, Idempotency_Key=key)
    assert (400, ["Idempotency-Key"]) == (status, list(told["fields"]))
    assert [] == console.desk.vendor.calls


async def test_a_vendor_that_was_away_is_asked_again_under_the_same_key(console: Console) -> None:
    """Nothing was done, and whoever asks again is right to do so."""
    console.desk.vendor.mood = says(429, {"why": "later"})
    first, told = await console.act("create", CREATE, Idempotency_Key="order-19")
    console.desk.vendor.mood = None
    again, done = await console.act("create", CREATE, Idempotency_Key="order-19")
    assert (503, "vendor-unavailable", 200, "DONE") == (first, told["code"], again, done["state"])
    assert "replayed" not in done
