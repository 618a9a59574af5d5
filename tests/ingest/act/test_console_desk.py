"""The desk that the console's pages act through: the same door, in the console's words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from consumers.console.desk import ActionDesk, ActionFault, ActionOrder
from hookline.desk import Desk as PagesDesk
from ingest.act import bounds
from runtime.access.identity import Identity, Role
from runtime.errors import SettingsInvalid
from tests.ingest.act.conftest import Desk
from tests.ingest.act.counter import VENDOR, says

ANN = Identity("ann", Role.OPERATOR, ("counter.*",))
BOB = Identity("bob", Role.ADMIN, ("*.*",))
RITA = Identity("rita", Role.OPERATOR, ("counter.look",))
VIC = Identity("vic", Role.VIEWER, ("*.*",))


def order(action: str, key: str | None = None, reason: str = "", **arguments: object) -> ActionOrder:
    return ActionOrder(VENDOR, action, arguments, reason=reason, key=key)


def good(key: str | None = None) -> ActionOrder:
    return order("set-state", key, "seen by me", thing="thing-1", state="good")


def of(desk: Desk) -> ActionDesk:
    return PagesDesk(desk.acting)


async def fault_of(desk: ActionDesk, who: Identity, what: ActionOrder) -> ActionFault:
    with pytest.raises(ActionFault) as raised:
        await desk.perform(who, what)
    return raised.value


async def test_an_action_is_done_and_told(desk: Desk) -> None:
    """Its steps are on the log under the name of who asked."""
    outcome = await of(desk).perform(ANN, good())
    assert ("DONE", "counter", "set-state", "thing-1", True, {"id": "thing-1", "state": "good"}) == (
        outcome.state, outcome.vendor, outcome.action, outcome.verification_id, outcome.holds, outcome.answer,
    )  # fmt: skip
    assert [("ann", outcome.action_id)] * 2 == [(step.operator, step.id) for step in await desk.steps()]


async def test_what_can_be_done_is_described_to_whoever_asks(desk: Desk) -> None:
    """With what they may, what a form needs, and where it can be done. Viewers may nothing."""
    by_name = {each.name: each for each in of(desk).types(RITA)}
    assert {"look"} == {name for name, each in by_name.items() if each.allowed}
    assert set() == {each.name for each in of(desk).types(VIC) if each.allowed}
    found = by_name["set-state"]
    assert ("counter", "decides", True, False, ("counter",), ("good", "bad")) == (
        found.vendor, found.effect, found.needs_reason, found.two_persons, found.sources, found.fields[1].choices,
    )  # fmt: skip
    assert {"text", "json", "number", "flag", "file"} == {
        field.kind for each in by_name.values() for field in each.fields
    }


async def test_a_preview_does_nothing(desk: Desk) -> None:
    [request] = of(desk).preview(ANN, good())
    assert ("PUT", [], []) == (request["method"], desk.vendor.calls, await desk.steps())
    with pytest.raises(ActionFault):
        of(desk).preview(ANN, order("set-state", thing="thing-1"))


async def test_what_is_wrong_is_a_fault_with_its_fields_and_its_status(desk: Desk) -> None:
    missing = await fault_of(of(desk), ANN, order("set-state", thing="thing-1", reason="r"))
    assert ("invalid-argument", 400, ["state"]) == (missing.code, missing.status, list(missing.fields))
    refused = [await fault_of(of(desk), who, good()) for who in (RITA, VIC)]
    assert [("not-permitted", 403)] * 2 == [(each.code, each.status) for each in refused]
    assert {step.id for step in await desk.steps()} >= {each.action_id for each in refused}
    unknown = await fault_of(of(desk), ANN, order("teleport"))
    assert ("unknown", 404) == (unknown.code, unknown.status)


async def test_the_vendors_own_words_go_to_whoever_asked(desk: Desk) -> None:
    desk.vendor.mood = says(400, {"why": "no"})
    fault = await fault_of(of(desk), ANN, order("touch", thing="thing-1"))
    assert ("refused", 422, '{"why": "no"}') == (fault.code, fault.status, fault.vendor_says)


async def test_the_same_key_is_done_once(desk: Desk) -> None:
    """Whoever reloads the page that said so is told the same; of a failure too."""
    first = await of(desk).perform(ANN, good("form-1"))
    again = await of(desk).perform(ANN, good("form-1"))
    assert ("DONE", True, False, first.action_id, "thing-1", None) == (
        again.state, again.replayed, first.replayed, again.action_id, again.verification_id, again.answer,
    )  # fmt: skip
    desk.vendor.mood = says(400, {"why": "no"})
    touch = order("touch", "form-2", thing="thing-1")
    failed, repeated = [await fault_of(of(desk), ANN, touch) for _ in range(2)]
    assert (failed.code, failed.status, failed.action_id) == (repeated.code, repeated.status, repeated.action_id)
    assert 2 == len([call for call in desk.vendor.calls if not call.startswith("GET")])


async def test_another_order_under_the_same_key_is_a_fault(desk: Desk) -> None:
    """And nothing is done."""
    await of(desk).perform(ANN, good("form-1"))
    changed = order("set-state", "form-1", "seen by me", thing="thing-2", state="bad")
    fault = await fault_of(of(desk), ANN, changed)
    assert ("key-reused", 422, {"thing-1": "good"}) == (fault.code, fault.status, desk.vendor.states)


async def test_a_repeat_says_that_it_does_not_hold(desk: Desk) -> None:
    desk.vendor.stuck = True
    told = [await of(desk).perform(ANN, good("form-1")) for _ in range(2)]
    assert [(False, False), (False, True)] == [(each.holds, each.replayed) for each in told]


async def test_what_takes_too_long_may_have_been_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        await asyncio.sleep(600)

    monkeypatch.setattr(bounds, "WITHIN", 2.0)
    desk.vendor.during = hang
    fault = await fault_of(of(desk), ANN, good())
    assert ("unconfirmed", 504) == (fault.code, fault.status)


async def test_settings_that_are_wrong_are_told_without_their_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot(*_given: object) -> None:
        raise SettingsInvalid("api.secret: the file canary is not there")

    monkeypatch.setattr("ingest.act.clients.Clients.of", cannot)
    fault = await fault_of(of(desk), ANN, good())
    assert ("settings", 500, False) == (fault.code, fault.status, "canary" in str(fault))


async def test_one_asks_and_another_confirms(guarded: Callable[[], Desk]) -> None:
    """Who may confirm it sees all of it, and so does who asked; nobody else sees anything."""
    desk = of(guarded())
    asked, again = [await desk.perform(ANN, good("form-1")) for _ in range(2)]
    assert [("ASKED", False), ("ASKED", True)] == [(each.state, each.replayed) for each in (asked, again)]
    seen = {who.name: [each.action_id for each in await desk.waiting(who)] for who in (ANN, BOB, RITA, VIC)}
    assert {"ann": [asked.action_id], "bob": [asked.action_id], "rita": [], "vic": []} == seen
    [waiting] = await desk.waiting(BOB)
    assert ("ann", "seen by me", {"thing": "thing-1", "state": "good"}) == (
        waiting.operator, waiting.reason, waiting.arguments,
    )  # fmt: skip
    for who in (ANN, VIC):
        with pytest.raises(ActionFault):
            await desk.confirm(who, asked.action_id)
    assert "DONE" == (await desk.confirm(BOB, asked.action_id)).state
