"""A failed liveness at Credas is overridden by an operator: the whole way, there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.demo.quiet import is_quiet
from hookline.demo.tellers import Sandbox
from hookline.everything import Everything, dev_settings, everything
from hookline.sandboxes import playing
from ingest.act.acting import Acting, acting
from ingest.act.carrying import Result
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from sandbox import credas
from schemas import topics
from schemas.codec import event_from_record
from schemas.event import DecidedBy, EventKind, Outcome, VerificationEvent
from tests.waiting import until

REASON = "seen by two of us"


@dataclass(frozen=True, slots=True)
class Way:
    """Everything with Credas alone; ``do`` asks for an action."""

    all_of_it: Everything
    sandbox: Sandbox
    desk: Acting

    async def quiet(self) -> None:
        await until(lambda: is_quiet(self.all_of_it.process, self.sandbox, "credas"))

    async def events(self, name: str, kind: EventKind = EventKind.VERIFICATION) -> Sequence[VerificationEvent]:
        log = self.all_of_it.process.log
        events = [event_from_record(record) async for record in log.scan(topics.VERIFICATION_EVENTS)]
        return [event for event in events if (event.verification_id, event.kind) == (name, kind)]

    async def do(self, action: str, reason: str = "", **arguments: object) -> Result:
        return await self.desk.perform(Asking("credas", action, arguments, Operator("ada"), reason=reason))


@pytest.fixture
async def way(tmp_path: Path) -> AsyncIterator[Way]:
    app = credas.make_app(behaviour=credas.Behaviour(seed="tests", visible_after=0.0))
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(playing({"credas": app}, 0))
        settings = dev_settings(urls, f"sqlite:///{tmp_path}/hookline.db", "127.0.0.1:0")
        all_of_it = await stack.enter_async_context(everything(settings, urls))
        http = await stack.enter_async_context(ClientSession())
        desk = await stack.enter_async_context(acting(settings.source, settings.act, all_of_it.process.log))
        yield Way(all_of_it, Sandbox(http, urls["credas"]), desk)


async def test_an_override_is_an_event_once_however_often_credas_tells_of_it(way: Way) -> None:
    """It is the operator's decision, for that reason's action; the status update that follows adds nothing."""
    made = await way.sandbox.play("processes", {})
    name = made["id"]
    await way.sandbox.play(f"processes/{name}/complete", {"liveness": 2})
    await way.quiet()
    listed = await way.do("entries", process=name)
    assert isinstance(listed.shown, dict)
    [entry] = listed.shown["entries"]
    ids = {"process": name, "entity": entry["entity"], "entry": entry["entry"]}
    done = await way.do("override-liveness", REASON, **ids, result="verify")
    await way.quiet()

    decided = [(event.outcome, event.decided_by) for event in await way.events(name)]
    assert [(Outcome.REJECTED, DecidedBy.UNKNOWN), (Outcome.VERIFIED, DecidedBy.OPERATOR)] == decided
    assert done.holds
    told = [attempt["type"] for attempt in (await way.sandbox.deliveries())["attempts"]]
    assert ["process", "status"] == told


async def test_a_process_that_is_created_is_known_at_once(way: Way) -> None:
    """Its own callback finds it pending, and comes to the source that the URL names."""
    account = credas.Account()
    url = f"{way.all_of_it.process.receiver}/callbacks/credas"
    people = [{"firstName": "Ada", "surname": "Example", "actorId": account.actor_id}]
    asked: dict[str, Any] = {
        "title": "A check",
        "journeyId": account.journey_id,
        "processEntities": people,
        "webhookUrl": url,
    }
    made = await way.do("create-process", **asked)
    name = made.verification_id
    assert name is not None
    await way.sandbox.play(f"processes/{name}/complete", {})
    await way.quiet()
    events = await way.events(name)
    assert [Outcome.PENDING, Outcome.VERIFIED] == [event.outcome for event in events]
    [owner] = made.shown["entities"]  # type: ignore[index]
    assert {owner} == {event.subject_ref for event in events}


async def test_a_process_that_an_operator_deletes_is_cancelled_at_once(way: Way) -> None:
    """Nobody waits until its absence has lasted: Credas accepted the deletion, and knows the process no more."""
    made = await way.sandbox.play("processes", {})
    name = made["id"]
    await way.sandbox.play(f"processes/{name}/complete", {})
    await way.quiet()
    done = await way.do("delete-process", REASON, process=name)

    async def is_told() -> bool:
        return len(await way.events(name)) > 1

    await until(is_told)
    events = await way.events(name)
    assert done.holds
    assert [(Outcome.VERIFIED, DecidedBy.UNKNOWN), (Outcome.CANCELLED, DecidedBy.OPERATOR)] == [
        (event.outcome, event.decided_by) for event in events
    ]
