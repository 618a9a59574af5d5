"""What is asked for is checked, written down, done, read back, written down and told, in that order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest

from ingest.act.acting import acting
from ingest.act.errors import (
    KINDS,
    ActionError,
    InvalidOrder,
    MayHaveBeenDone,
    NothingSuch,
    NothingThere,
    NotPermitted,
    NotRecorded,
    NotToBeHad,
    RefusedByVendor,
)
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from runtime.errors import LogUnavailable, SettingsInvalid
from runtime.settings import ActSettings
from schemas.action import ActionState
from tests.ingest.act.conftest import ANN, Desk, asking, good, source_at
from tests.ingest.act.counter import API_KEY, LINK, VENDOR, Reply, never, says

BEGUN, DONE, FAILED, UNCONFIRMED = ActionState.BEGUN, ActionState.DONE, ActionState.FAILED, ActionState.UNCONFIRMED


async def test_the_attempt_is_on_the_log_before_it_is_made_and_its_end_before_it_is_told(desk: Desk) -> None:
    """Between the two lies what the vendor then says, as the document of the same verification."""
    seen: list[list[ActionState]] = []

    async def look() -> None:
        seen.append([step.state for step in await desk.steps()])

    desk.vendor.during = look
    result = await desk.acting.perform(good())
    assert [[BEGUN], [BEGUN]] == seen
    begun, document, ended = await desk.records()
    assert ["action", "document", "action"] == [begun.kind, document.kind, ended.kind]
    assert {"thing-1"} == {each.verification_id for each in (begun, document, ended)}
    assert (begun.id, begun.id) == (document.cause, ended.cause)
    assert b'{"id": "thing-1", "state": "good"}' == document.body
    assert (DONE, True, {"id": "thing-1", "state": "good"}) == (result.state, result.holds, result.shown)


async def test_the_log_says_who_did_what_why_and_what_the_vendor_answered(desk: Desk) -> None:
    """Both steps are one action; the second has the answer and how long it took."""
    result = await desk.acting.perform(good())
    begun, ended = await desk.steps()
    assert {result.action_id} == {begun.id, ended.id}
    assert [("ann", "seen by me", "set-state", True)] * 2 == [
        (each.operator, each.reason, each.name, each.decides) for each in (begun, ended)
    ]
    body = {"state": "good", "reason": "seen by me"}
    assert ({"method": "PUT", "path": "/things/thing-1/state", "query": {}, "json": body},) == begun.requests
    assert {"thing": "thing-1", "state": "good"} == begun.arguments
    assert (None, {"id": "thing-1", "state": "good"}) == (begun.answer, ended.answer)
    assert ended.milliseconds is not None


async def test_what_the_vendor_accepts_and_then_shows_otherwise_is_told(desk: Desk) -> None:
    """It was done, and does not hold: whoever asked must look."""
    desk.vendor.stuck = True
    result = await desk.acting.perform(good())
    _, ended = await desk.steps()
    assert (False, DONE, "does-not-hold") == (result.holds, ended.state, ended.code)


async def test_what_is_created_is_told_with_its_id_and_kept_without_what_opens_a_door(desk: Desk) -> None:
    """The link is for whoever asked; the log has the id and whose it is."""
    result = await desk.acting.perform(asking("create", customer="customer-1"))
    begun, ended = await desk.steps()
    assert (None, "thing-new", "customer-1", True) == (
        begun.verification_id, ended.verification_id, ended.subject_ref, ended.creates,
    )  # fmt: skip
    assert ("thing-new", {"id": "thing-new", "link": LINK}) == (result.verification_id, result.shown)
    assert LINK.encode() not in await desk.everything_written()


async def test_a_file_is_for_whoever_asked_alone(desk: Desk) -> None:
    """Its bytes are on no log."""
    result = await desk.acting.perform(asking("report", thing="thing-1"))
    assert (b"%PDF-1.7 report", None) == (result.file, result.shown)
    assert b"%PDF" not in await desk.everything_written()


async def test_a_preview_shows_the_requests_without_secrets_and_leaves_no_trace(desk: Desk) -> None:
    """Nothing is asked, nothing is written."""
    [request] = desk.acting.preview(good())
    assert {
        "method": "PUT",
        "url": f"{desk.vendor.url}/things/thing-1/state",
        "query": {},
        "headers": {"X-KEY": "(secret)"},
        "json": {"state": "good", "reason": "seen by me"},
    } == request
    assert ([], []) == (desk.vendor.calls, await desk.records())


async def test_no_key_is_on_the_log(desk: Desk) -> None:
    await desk.acting.perform(good())
    assert API_KEY.encode() not in await desk.everything_written()


TROUBLE: list[tuple[str, Reply | None, Reply | None, type[ActionError], ActionState]] = [
    ("touch", says(403, {"why": "no"}), None, RefusedByVendor, FAILED),
    ("touch", says(400, {"why": "no"}), None, RefusedByVendor, FAILED),
    ("touch", says(404, {"why": "no"}), None, NothingThere, FAILED),
    ("touch", says(401, {"why": "no"}), None, NotToBeHad, FAILED),
    ("touch", says(429, {"why": "no"}), None, NotToBeHad, FAILED),
    ("touch", says(403, text="<p>blocked</p>"), None, NotToBeHad, FAILED),
    ("touch", says(500, {"why": "no"}), None, MayHaveBeenDone, UNCONFIRMED),
    ("touch", never, None, MayHaveBeenDone, UNCONFIRMED),
    ("touch", None, never, MayHaveBeenDone, UNCONFIRMED),
    ("look", says(500, {"why": "no"}), None, NotToBeHad, FAILED),
    ("look", says(404, {"why": "no"}), None, NothingThere, FAILED),
    ("look", never, None, NotToBeHad, FAILED),
]


@pytest.mark.parametrize(("action", "mood", "after", "error", "state"), TROUBLE)
async def test_the_vendors_trouble_says_whether_it_may_have_been_done(
    desk: Desk, action: str, mood: Reply | None, after: Reply | None, error: type[ActionError], state: ActionState
) -> None:
    """What only reads was not done; what changes something may have been, unless the vendor itself turned it away."""
    desk.vendor.mood, desk.vendor.after = mood, after
    with pytest.raises(ActionError) as raised:
        await desk.acting.perform(asking(action, thing="thing-1"))
    begun, ended = await desk.steps()
    assert (error, BEGUN, state, error.code) == (raised.type, begun.state, ended.state, ended.code)
    assert raised.value.action_id == ended.id
    assert str(raised.value) == ended.message


async def test_the_vendors_own_words_are_kept_and_are_no_part_of_the_message(desk: Desk) -> None:
    """They may name a person: the log has them, and whoever asked is shown them by the edge."""
    desk.vendor.mood = says(400, {"why": "Ann Canary exists already"})
    with pytest.raises(RefusedByVendor) as raised:
        await desk.acting.perform(asking("touch", thing="thing-1"))
    assert "Canary" not in str(raised.value)
    assert {"why": "Ann Canary exists already"} == (await desk.steps())[1].answer


async def test_nobody_listening_means_that_nothing_was_done(desk: Desk) -> None:
    """A connection that was refused carried nothing."""
    async with acting([source_at("http://127.0.0.1:9/v1")], ActSettings(), desk.log) as ready:
        with pytest.raises(NotToBeHad, match="nothing was done"):
            await ready.perform(asking("touch", thing="thing-1"))
    assert [BEGUN, FAILED] == [step.state for step in await desk.steps()]


async def test_an_account_without_its_secret_is_a_matter_of_the_settings(desk: Desk) -> None:
    """Nothing was tried, so that nothing is unconfirmed."""
    source = source_at(desk.vendor.url)
    assert source.api is not None
    source = source.model_copy(update={"api": source.api.model_copy(update={"secret": "env:NOT_THERE"})})
    async with acting([source], ActSettings(), desk.log) as ready:
        with pytest.raises(SettingsInvalid, match=r"source \(counter\).api.secret: .*NOT_THERE is not set"):
            await ready.perform(good())
    assert [] == await desk.steps()


async def test_what_cannot_be_read_back_is_left_to_fetching(desk: Desk) -> None:
    """It was done all the same."""
    desk.vendor.read_mood = says(500, {"why": "no"})
    result = await desk.acting.perform(good())
    [begun, _] = await desk.records()
    [request] = await desk.requests()
    assert (DONE, "thing", "thing-1", begun.id) == (result.state, request.kind, request.verification_id, request.cause)


@pytest.mark.parametrize(
    ("action", "arguments", "reason", "field", "fault"),
    [
        ("set-state", {"state": "good"}, "r", "thing", "missing"),
        ("set-state", {"thing": "", "state": "good"}, "r", "thing", "missing"),
        ("set-state", {"thing": "thing-1", "state": "ugly"}, "r", "state", "write one of: good, bad"),
        ("set-state", {"thing": "../admin", "state": "good"}, "r", "thing", "is not written as this vendor writes ids"),
        ("set-state", {"thing": "thing-1", "state": "good"}, " ", "reason", "missing; say why"),
        ("set-state", {"thing": "thing-1", "state": "good"}, "x" * 1001, "reason", "at most 1000"),
        ("set-state", {"thing": "thing-1", "state": "good"}, "\x07", "reason", "control characters"),
        ("set-state", {"thing": 7, "state": "good"}, "r", "thing", "give a text"),
        ("set-state", {"thing": "a\x1b", "state": "good"}, "r", "thing", "control characters"),
        ("create", {"customer": "c", "colour": "red"}, "", "colour", "no such field; there are: customer, more"),
        ("create", {"customer": "c", "<script>": "red"}, "", "?", "no such field"),
        ("create", {"customer": "c", "count": "7"}, "", "count", "give a whole number"),
        ("create", {"customer": "c", "count": True}, "", "count", "give a whole number"),
        ("create", {"customer": "c", "loud": "yes"}, "", "loud", "give true or false"),
        ("create", {"customer": "c", "picture": "%%%"}, "", "picture", "base64"),
        ("create", {"customer": "c", "picture": 7}, "", "picture", "base64"),
        ("create", {"customer": "c", "tags": "red"}, "", "tags", "give a list"),
        ("create", {"customer": "c", "tags": [7]}, "", "tags", "give a text"),
        ("create", {"customer": "x" * 10_001}, "", "customer", "at most 10000"),
        ("create", {"customer": "c", "more": "x" * 1_500_001}, "", "arguments", "more than 1500000 bytes"),
    ],
)
async def test_a_wrong_argument_is_named_before_anything_is_sent(
    desk: Desk, action: str, arguments: dict[str, Any], reason: str, field: str, fault: str
) -> None:
    """The attempt is on the log, and the value is not in the message."""
    with pytest.raises(InvalidOrder, match=fault) as raised:
        await desk.acting.perform(asking(action, reason=reason, **arguments))
    assert [field] == [each.name for each in raised.value.faults]
    [step] = await desk.steps()
    assert (FAILED, "invalid-argument", []) == (step.state, step.code, desk.vendor.calls)
    assert "ugly" not in str(raised.value)
    assert "../" not in str(raised.value)


async def test_every_wrong_argument_is_named_at_once(desk: Desk) -> None:
    with pytest.raises(InvalidOrder) as raised:
        await desk.acting.perform(asking("create", reason="r", colour="red", count="7"))
    assert ["colour", "customer", "count"] == [each.name for each in raised.value.faults]


async def test_who_may_not_is_told_what_it_takes_and_the_attempt_is_on_the_log(desk: Desk) -> None:
    """A right for some actions is none for others."""
    reader = Operator("rita", ("counter.look", "*.report"))
    with pytest.raises(NotPermitted, match=r"rita may not do counter.set-state; it takes counter.set-state"):
        await desk.acting.perform(good(reader))
    await desk.acting.perform(replace(asking("look", thing="thing-1"), operator=reader))
    refused, *_ = await desk.steps()
    assert ("rita", FAILED, "not-permitted") == (refused.operator, refused.state, refused.code)
    assert ["GET /things/thing-1"] * 2 == desk.vendor.calls


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(good(), vendor="nobody"), "vendor: no 'nobody'"),
        (replace(good(), action="teleport"), "counter has no 'teleport'; there are: register, set-state"),
        (replace(good(), source="other"), "none called other of vendor counter"),
    ],
)
async def test_what_there_is_not_is_said_with_what_there_is(desk: Desk, wrong: Asking, said: str) -> None:
    with pytest.raises(NothingSuch, match=said):
        await desk.acting.perform(wrong)


async def test_of_several_accounts_one_is_named(desk: Desk) -> None:
    """And one whose vendor cannot be asked says what it lacks."""
    first = source_at(desk.vendor.url)
    second = first.model_copy(update={"name": "second", "api": None})
    async with acting([first, second], ActSettings(), desk.log) as ready:
        with pytest.raises(NothingSuch, match="counter, second are all counter; name one"):
            await ready.perform(good())
        with pytest.raises(NothingSuch, match=r"source \(second\).api: missing"):
            await ready.perform(replace(good(), source="second"))
        done = await ready.perform(Asking(VENDOR, "register", {"verification_id": "t"}, ANN, "second"))
    assert ("second", "t") == (done.source, done.verification_id)


async def test_a_registration_asks_nothing_of_the_vendor_and_is_one_record(desk: Desk) -> None:
    """It cannot stop half way."""
    await desk.acting.perform(asking("register", verification_id="thing-9", subject="customer-9"))
    [step] = await desk.steps()
    assert (DONE, "thing-9", "customer-9", True) == (step.state, step.verification_id, step.subject_ref, step.creates)
    assert [] == desk.vendor.calls


async def test_without_the_log_nothing_is_done(desk: Desk) -> None:
    """What could not be written down is not tried."""
    await desk.log.close()
    with pytest.raises(NotRecorded, match="nothing was done"):
        await desk.acting.perform(good())
    assert [] == desk.vendor.calls


async def test_a_log_that_goes_away_meanwhile_leaves_the_attempt_and_says_that_it_was_done(desk: Desk) -> None:
    """Nobody is told a success that the log does not know."""
    desk.vendor.during = desk.log.close
    with pytest.raises(NotRecorded, match="it was done"):
        await desk.acting.perform(asking("touch", thing="thing-1"))
    assert ["POST /things/thing-1/touch"] == desk.vendor.calls


async def test_who_is_stopped_while_the_vendor_thinks_leaves_it_unconfirmed(desk: Desk) -> None:
    """Ctrl-C, or a console that is shut down."""
    called = asyncio.Event()

    async def hang() -> None:
        called.set()
        await asyncio.sleep(60)

    desk.vendor.during = hang
    task = asyncio.create_task(desk.acting.perform(asking("touch", thing="thing-1")))
    await asyncio.wait_for(called.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [BEGUN, UNCONFIRMED] == [step.state for step in await desk.steps()]


async def test_many_at_once_are_each_done_once(desk: Desk) -> None:
    """Ten operators, ten things; each action has its own two steps."""
    names = [f"thing-{number}" for number in range(10)]
    await asyncio.gather(*(desk.acting.perform(good(thing=name)) for name in names))
    steps = await desk.steps()
    assert {name: {BEGUN, DONE} for name in names} == {
        name: {step.state for step in steps if step.verification_id == name} for name in names
    }
    assert 20 == len(steps)


def test_each_error_has_a_code_and_an_exit_status_that_tell_it_apart() -> None:
    """A script must know whether to mend, to wait, or to look; no status is that of success or of a plain crash."""
    assert len(KINDS) == len({kind.code for kind in KINDS})
    assert not {0, 1} & {kind.exit_status for kind in KINDS}
    assert all(kind.http_status >= HTTPStatus.BAD_REQUEST for kind in KINDS)


def test_the_logs_trouble_is_never_the_vendors() -> None:
    assert not issubclass(NotRecorded, LogUnavailable)
