"""The normalizing stage on a real log: memory, retries, replays, dead letters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from normalizers import stage as normalizer
from normalizers.reading import Reading, Recall
from normalizers.vendors import MAPPINGS
from runtime.eventlog import EventLog, open_log
from runtime.stage import Health, run_stage
from schemas import action as actions
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.action import Action, ActionState
from schemas.callback import Callback, CallbackKind
from schemas.codec import event_from_record
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.event import DecidedBy, EventKind, Provenance, VerificationEvent
from schemas.message import Message
from tests.examples import NOON, callback
from tests.waiting import until

TOPIC = topics.callbacks("idenfy")


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=topics.is_compacted)
    yield opened
    await opened.close()


def body(overall: str = "APPROVED", scan_ref: str = "scan-1", *, final: bool = True, link: str = "1") -> bytes:
    document = {
        "final": final,
        "scanRef": scan_ref,
        "status": {"overall": overall},
        "fileUrls": {"FACE": f"https://files.example/{link}"},
    }
    return json.dumps(document).encode()


async def told(
    log: EventLog, content: bytes, seconds: float = 0, event: str = "IDENTIFICATION", **more: object
) -> None:
    """A callback that arrived so many seconds after noon."""
    await log.append(
        TOPIC,
        callbacks.to_message(
            callback(
                id=f"id-{seconds}",
                body=content,
                received_at=NOON + timedelta(seconds=seconds),
                http_headers=(("Idenfy-Event-Type", event),),
                **more,
            )
        ),
    )


async def normalized(log: EventLog) -> list[VerificationEvent]:
    """All events, once the stage has finished what there is."""
    [stage] = normalizer.stages(["idenfy"], log)
    stop = asyncio.Event()
    running = asyncio.create_task(run_stage(stage, log, stop, Health("normalize")))

    async def done() -> bool:
        return running.done() or await log.lag(TOPIC, stage.name) == 0

    await until(done)
    stop.set()
    await running
    return [event_from_record(record) async for record in log.scan(topics.VERIFICATION_EVENTS)]


async def letters(log: EventLog) -> list[DeadLetter]:
    return [deadletter.from_record(record) async for record in log.scan(topics.DEAD_LETTERS)]


def outcomes(events: Sequence[VerificationEvent]) -> list[str]:
    return [event.outcome.value for event in events]


async def test_a_vendors_retries_are_one_event(log: EventLog) -> None:
    """The same decision, delivered again at once or days later, with its links signed anew."""
    for seconds, link in ((0, "1"), (0.5, "1"), (10, "2"), (400_000, "3")):
        await told(log, body(link=link), seconds)
    assert ["VERIFIED"] == outcomes(await normalized(log))


async def test_approved_denied_approved_is_three_events(log: EventLog) -> None:
    """The first and the third body are equal, and each is a decision of its own with an id of its own."""
    for seconds, overall in ((0, "APPROVED"), (3600, "DENIED"), (7200, "APPROVED")):
        await told(log, body(overall), seconds)
    events = await normalized(log)
    assert ["VERIFIED", "REJECTED", "VERIFIED"] == outcomes(events)
    assert len({event.event_id for event in events}) == 3


async def test_a_late_retry_of_the_decision_before_is_no_event(log: EventLog) -> None:
    """Within the vendor's retry horizon an equal body is its own repetition, overtaken by the next decision."""
    for seconds, overall in ((0, "APPROVED"), (60, "DENIED"), (90, "APPROVED")):
        await told(log, body(overall), seconds)
    assert ["VERIFIED", "REJECTED"] == outcomes(await normalized(log))


async def test_one_result_under_two_event_types_is_one_event(log: EventLog) -> None:
    """An account that subscribed to the old type and to the new ones gets everything twice."""
    await told(log, body(), 0, "IDENTIFICATION")
    await told(log, body(), 1, "IDENTIFICATION_MANUAL_FINISHED")
    assert ["VERIFIED"] == outcomes(await normalized(log))


async def test_memory_outlives_the_process(tmp_path: Path) -> None:
    """A new process reads it back from the log before its first callback."""
    for seconds, overall in ((0, "APPROVED"), (10, "APPROVED"), (20, "DENIED"), (30, "APPROVED")):
        log = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=topics.is_compacted)
        await told(log, body(overall), seconds)
        events = await normalized(log)
        await log.close()
    assert ["VERIFIED", "REJECTED"] == outcomes(events)


async def test_memory_holds_nobodys_data(log: EventLog) -> None:
    """Only digests, times and outcomes."""
    canary = {"docFirstName": "CANARY", "docNumber": "CANARY"}
    document = json.loads(body()) | {"data": canary, "clientIp": "CANARY", "AML": [{"data": [{"name": "CANARY"}]}]}
    await told(log, json.dumps(document).encode())
    await normalized(log)
    remembered = [record async for record in log.scan(topics.memory("idenfy"))]
    events = [record async for record in log.scan(topics.VERIFICATION_EVENTS)]
    assert (1, 1) == (len(remembered), len(events))
    assert "CANARY" not in repr(remembered) + repr(events)


async def test_old_memory_is_cleared_away(log: EventLog) -> None:
    """What was quiet on the log for longer than the vendor's facts ask for goes; what came since stays."""
    await told(log, body(scan_ref="old"))
    await normalized(log)
    await told(log, body(scan_ref="new"))
    stage = normalizer.Normalizer(MAPPINGS["idenfy"], log)
    async with log.read([TOPIC], "normalize.idenfy") as reader:
        batch = await reader.next_batch(5)
        assert batch is not None
        [record] = batch.records
        later = replace(record, appended_at=record.appended_at + 92 * 86_400 * 1_000_000)
        await log.finish(batch, (await stage.handle(replace(batch, records=(later,)))).emits)
    kept = {record.key: record.value async for record in log.scan(topics.memory("idenfy"))}
    assert {"old": False, "new": True} == {key: value is not None for key, value in kept.items()}


async def test_where_batches_end_does_not_decide_what_is_remembered(log: EventLog, tmp_path: Path) -> None:
    """A decision that comes again after memory's reach is told again, at once or callback by callback."""
    bit_by_bit = await open_log(f"sqlite:///{tmp_path}/bits.db", is_compacted=topics.is_compacted)
    for scan_ref, day in (("old", 0), ("other", 92), ("old", 92)):
        for each in (log, bit_by_bit):
            await told(each, body(scan_ref=scan_ref), day * 86_400)
        last = await normalized(bit_by_bit)
    at_once = await normalized(log)
    await bit_by_bit.close()
    assert ["old", "other", "old"] == [event.verification_id for event in at_once]
    assert [event.event_id for event in at_once] == [event.event_id for event in last]


async def test_a_clock_that_ran_ahead_does_not_wipe_memory(log: EventLog) -> None:
    """One callback from next year does not make retries of today's decisions into events."""
    await told(log, body(scan_ref="today"), 0)
    await told(log, body(scan_ref="ahead"), 400 * 86_400)
    await normalized(log)
    await told(log, body(scan_ref="today"), 60)
    assert ["today", "ahead"] == [event.verification_id for event in await normalized(log)]


async def test_a_replay_gives_the_same_events(log: EventLog, tmp_path: Path) -> None:
    """The same callbacks in the same order, on another log, at another time: the same ids."""
    again = await open_log(f"sqlite:///{tmp_path}/again.db", is_compacted=topics.is_compacted)
    told_at = ((0, "APPROVED"), (3600, "DENIED"), (7200, "APPROVED"), (7201, "APPROVED"))
    for each in (log, again):
        for seconds, overall in told_at:
            await told(each, body(overall), seconds)
    first, second = await normalized(log), await normalized(again)
    await again.close()
    assert [event.event_id for event in first] == [event.event_id for event in second]


async def test_what_cannot_be_read_is_a_dead_letter_whole(log: EventLog) -> None:
    """The bytes and headers are the callback's own, and the callbacks after it go on."""
    await told(log, b"\xff not json", 1)
    await told(log, body(), 2)
    assert ["VERIFIED"] == outcomes(await normalized(log))
    [letter] = await letters(log)
    [original, _] = [record async for record in log.scan(TOPIC)]
    assert (DeadLetterReason.NOT_JSON, "normalize") == (letter.reason, letter.stage)
    assert (original.key, original.headers, original.value) == (letter.key, letter.headers, letter.value)
    assert (original.topic, original.partition, original.offset) == (letter.topic, letter.partition, letter.offset)


async def test_a_foreign_record_is_a_dead_letter(log: EventLog) -> None:
    """Somebody wrote to the topic who should not; nothing stops."""
    await log.append(TOPIC, Message("x/y", "x", (), b"{}"))
    assert [] == await normalized(log)
    assert [DeadLetterReason.UNDECODABLE_RECORD] == [letter.reason for letter in await letters(log)]


async def test_an_erased_callback_is_passed_over(log: EventLog) -> None:
    """A tombstone is no callback and no dead letter."""
    await told(log, body(), 1)
    [record] = [record async for record in log.scan(TOPIC)]
    await log.append(TOPIC, Message(record.key, "scan-1", (), None))
    assert ([], []) == (await normalized(log), await letters(log))


async def test_a_callback_that_says_nothing_by_itself_leaves_nothing(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thin webhook: its document speaks when it has been fetched."""
    silent = replace(MAPPINGS["idenfy"], read=lambda *_: None)
    monkeypatch.setitem(MAPPINGS, "idenfy", silent)
    await told(log, body(), 1)
    assert ([], []) == (await normalized(log), await letters(log))


async def test_a_fault_of_ours_is_a_dead_letter_too(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """One callback that the program stumbles over does not stop the vendor's others, and is not lost."""

    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(normalizer, "normalize", stumble)
    await told(log, body(), 1)
    assert [] == await normalized(log)
    assert [(DeadLetterReason.PROGRAM_ERROR, "ZeroDivisionError")] == [
        (letter.reason, letter.detail) for letter in await letters(log)
    ]


async def test_the_events_of_a_test_account_are_marked(log: EventLog) -> None:
    """The mark comes from the callback, so a replay under other settings gives the same event."""
    await told(log, body(), 1, test=True)
    assert [True] == [event.test for event in await normalized(log)]


def answer(overall: str = "APPROVED", scan_ref: str = "scan-1") -> bytes:
    """What iDenfy says when it is asked."""
    return json.dumps({"scanRef": scan_ref, "status": overall}).encode()


def human_answer(overall: str) -> bytes:
    """The same with what a reviewer found."""
    manual = {"manualDocument": "DOC_VALIDATED", "manualFace": "FACE_MATCH"}
    return json.dumps({"scanRef": "scan-1", "status": overall} | manual).encode()


def registration(verification_id: str = "scan-1") -> bytes:
    return action_body("register", ActionState.DONE, verification_id, creates=True, subject_ref="customer-1")


def action_body(name: str, state: ActionState, verification_id: str = "scan-1", **more: Any) -> bytes:  # noqa: ANN401
    return actions.to_body(Action("a-1", name, state, "ann", verification_id, **more))


async def test_an_event_says_which_door_its_bytes_came_by(log: EventLog) -> None:
    """Called, fetched because of a call, asked by ourselves, or said by one of us."""
    await told(log, body(scan_ref="called"), 0)
    await told(log, answer(scan_ref="fetched"), 1, kind=CallbackKind.DOCUMENT, cause="id-0")
    await told(log, answer(scan_ref="asked"), 2, kind=CallbackKind.DOCUMENT, cause=None)
    await told(log, registration("registered"), 3, kind=CallbackKind.ACTION)
    assert {
        "called": Provenance.CALLBACK,
        "fetched": Provenance.FETCHED,
        "asked": Provenance.RECONCILED,
        "registered": Provenance.OPERATOR,
    } == {event.verification_id: event.provenance for event in await normalized(log)}


async def test_asking_again_tells_nothing_twice(log: EventLog) -> None:
    """An answer that confirms what a webhook or an earlier answer decided is no event; another decision is one."""
    for seconds, overall in ((3600, "APPROVED"), (7200, "APPROVED"), (10_800, "DENIED"), (14_400, "DENIED")):
        await told(log, answer(overall), seconds, kind=CallbackKind.DOCUMENT)
    await told(log, body("DENIED", "scan-2"), 15_000)
    await told(log, answer("DENIED", "scan-2"), 18_000, kind=CallbackKind.DOCUMENT)
    assert ["VERIFIED", "REJECTED", "REJECTED"] == outcomes(await normalized(log))
    assert [] == await letters(log)


async def test_a_registration_opens_a_verification_once(log: EventLog) -> None:
    """It is pending by our word until its vendor speaks; said again, or too late, it says nothing."""
    await told(log, registration(), 0, kind=CallbackKind.ACTION)
    await told(log, registration(), 1, kind=CallbackKind.ACTION)
    await told(log, answer("ACTIVE"), 2, kind=CallbackKind.DOCUMENT)
    await told(log, body(), 3)
    await told(log, registration(), 4, kind=CallbackKind.ACTION)
    events = await normalized(log)
    told_of_it = [event for event in events if event.kind is EventKind.VERIFICATION]
    assert [("register", DecidedBy.OPERATOR), ("IDENTIFICATION", DecidedBy.AUTOMATIC)] == [
        (event.vendor_event, event.decided_by) for event in told_of_it
    ]
    assert ["PENDING", "VERIFIED"] == outcomes(told_of_it)


async def test_what_is_read_while_an_action_is_under_way_was_decided_by_its_operator(log: EventLog) -> None:
    """By whichever door it came; the vendor's own webhook stays the vendor's word. What is read again later, because
    of the webhook that the action led to, says nothing new.
    """
    await told(log, body("DENIED"), 0)
    await told(log, action_body("add-status", ActionState.BEGUN, decides=True), 3600, kind=CallbackKind.ACTION)
    await told(log, human_answer("APPROVED"), 3601, kind=CallbackKind.DOCUMENT, cause="id-1")
    await told(log, action_body("add-status", ActionState.DONE, decides=True), 3602, kind=CallbackKind.ACTION)
    await told(log, human_answer("APPROVED"), 3603, kind=CallbackKind.DOCUMENT, cause="id-4")
    await told(log, human_answer("DENIED"), 9000, kind=CallbackKind.DOCUMENT, cause="id-5")
    events = [event for event in await normalized(log) if event.kind is EventKind.VERIFICATION]
    assert [
        ("REJECTED", DecidedBy.AUTOMATIC, Provenance.CALLBACK),
        ("VERIFIED", DecidedBy.OPERATOR, Provenance.OPERATOR),
        ("REJECTED", DecidedBy.HUMAN, Provenance.FETCHED),
    ] == [(event.outcome, event.decided_by, event.provenance) for event in events]


async def test_an_action_that_never_ended_claims_nothing_later(log: EventLog) -> None:
    """Whoever did it was killed: a quarter of an hour later a decision is its vendor's again."""
    await told(log, action_body("add-status", ActionState.BEGUN, decides=True), 0, kind=CallbackKind.ACTION)
    await told(log, human_answer("DENIED"), 16 * 60, kind=CallbackKind.DOCUMENT, cause="id-1")
    events = [event for event in await normalized(log) if event.kind is EventKind.VERIFICATION]
    assert [DecidedBy.HUMAN] == [event.decided_by for event in events]


async def test_an_unknown_action_is_a_dead_letter(log: EventLog) -> None:
    """A newer version wrote it, perhaps; redriven there it may still be done."""
    newer = b'{"action":"teleport","state":"DONE","id":"1","operator":"ann","speed":1}'
    await told(log, newer, kind=CallbackKind.ACTION)
    assert [] == await normalized(log)
    assert [DeadLetterReason.UNSUPPORTED_FORM] == [letter.reason for letter in await letters(log)]


async def test_a_document_that_says_it_is_a_test_marks_its_event(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the account is not declared a test account: nobody may act on it by accident."""
    mapping = MAPPINGS["idenfy"]

    def read(each: Callback, recall: Recall) -> Reading | None:
        reading = mapping.read(each, recall)
        return reading and replace(reading, test=True)

    monkeypatch.setitem(MAPPINGS, "idenfy", replace(mapping, read=read))
    await told(log, body(), 1, test=False)
    assert [True] == [event.test for event in await normalized(log)]


async def test_an_event_points_to_its_bytes(log: EventLog) -> None:
    """Whoever asks why gets from the event to the callback."""
    await told(log, body(), 1)
    [event] = await normalized(log)
    [record] = [record async for record in log.scan(event.raw.topic, start=event.raw.offset)]
    stored = callbacks.from_record(record)
    assert (event.raw.callback_id, event.raw.sha256) == (stored.id, stored.sha256)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(["APPROVED", "DENIED"]), st.integers(0, 300)), min_size=1, max_size=8))
async def test_stopping_anywhere_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, int]]
) -> None:
    """One run over all callbacks and a run per callback end in the same events."""
    folder = tmp_path_factory.mktemp("logs")
    moments = sorted(seconds for _, seconds in story)
    at_once = await open_log(f"sqlite:///{folder}/a.db", is_compacted=topics.is_compacted)
    bit_by_bit = await open_log(f"sqlite:///{folder}/b.db", is_compacted=topics.is_compacted)
    for (overall, _), seconds in zip(story, moments, strict=True):
        await told(at_once, body(overall), seconds)
        await told(bit_by_bit, body(overall), seconds)
        last = await normalized(bit_by_bit)
    all_of_them = await normalized(at_once)
    await at_once.close()
    await bit_by_bit.close()
    assert [event.event_id for event in all_of_them] == [event.event_id for event in last]
