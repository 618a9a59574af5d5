"""Processes made, opened again and thrown away, at a Credas that is really there and calls back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web

from ingest.api import NotThere, Unconfirmed, VendorRefused, VendorUnavailable
from ingest.calling import opened
from ingest.door import Delivery
from ingest.vendors.credas.door import authenticate, verification_id
from runtime.secrets import Secret
from sandbox.credas import Account
from tests.ingest.credas.conftest import REASON, Credas, plan_of
from tests.ingest.credas.portal import ENTITY, PROCESS
from tests.ingest.credas.talking import account_at
from tests.sandbox.conftest import serving
from tests.waiting import until

JOURNEY = Account().journey_id
PERSON: dict[str, Any] = {"firstName": "Ada", "surname": "Example", "actorId": 42}
KEY = Secret("env:KEY", b"token-key:" + b"k" * 32)
OLD_KEY = Secret("env:OLD", b"token-key:" + b"o" * 32)
ASKED: dict[str, Any] = {"title": "A check", "journeyId": JOURNEY, "processEntities": [PERSON]}


@dataclass(slots=True)
class Receiver:
    url: str = ""
    got: list[Delivery] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Delivery(request.headers, await request.read(), request.query_string))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    inbox, app = Receiver(), web.Application()
    app.router.add_post("/callbacks/credas", inbox.take)
    async with serving(app) as url:
        inbox.url = f"{url}/callbacks/credas"
        yield inbox


def saying(document: object) -> web.Application:
    """A Credas that gives one answer to everything."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(document)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    return app


async def test_a_process_is_created_and_named_by_its_ids(credas: Credas) -> None:
    """Facts, section 2.1: only this answer is sure to name the person. Nothing else of it is kept."""
    done = await credas.act("create-process", **ASKED)
    [made] = (await credas.control("GET", "truth"))["processes"]
    entity = made["actors"][0]["entity_id"]
    assert (made["id"], entity) == (done.verification_id, done.subject_ref)
    shown = {"process": made["id"], "entities": [entity]}
    assert (shown, shown, ()) == (done.shown, orjson.loads(done.kept or b""), done.read)


async def test_a_process_of_two_people_is_nobodys_in_particular(credas: Credas) -> None:
    """Its results are read of each."""
    done = await credas.act("create-process", **{**ASKED, "processEntities": [PERSON, PERSON]})
    assert isinstance(done.shown, dict)
    assert (2, None) == (len(done.shown["entities"]), done.subject_ref)


async def test_the_webhook_of_a_process_comes_with_a_token_that_opens_the_door(
    credas: Credas, receiver: Receiver
) -> None:
    """Facts, section 3: of the first key that is listed. The token is in no plan and in nothing that is kept."""
    secrets = (Secret("env:VALUE", b"v"), KEY, OLD_KEY)
    plan = plan_of("create-process", secrets=secrets, webhookUrl=receiver.url, **ASKED)
    assert receiver.url == plan.requests[0].json["webhookUrl"]  # type: ignore[index]
    done = await plan.carry_out(credas.call)
    await credas.control("POST", f"processes/{done.verification_id}/complete")
    await until(lambda: bool(receiver.got))
    [delivery] = receiver.got
    assert (KEY, done.verification_id) == (authenticate(delivery, [KEY]), verification_id(delivery))
    assert authenticate(delivery, [OLD_KEY]) is None
    assert isinstance(done.shown, dict)
    assert done.shown["webhook_token"]
    token = delivery.query.removeprefix("t=")
    assert token not in repr((plan.requests, done))


async def test_each_process_has_a_token_of_its_own(credas: Credas, receiver: Receiver) -> None:
    """Whoever learns one of them has learnt no other."""
    for _ in range(2):
        done = await plan_of("create-process", secrets=(KEY,), webhookUrl=receiver.url, **ASKED).carry_out(credas.call)
        await credas.control("POST", f"processes/{done.verification_id}/complete")
    await until(lambda: len(receiver.got) == 2)
    assert 2 == len({delivery.query for delivery in receiver.got})


async def test_without_a_key_the_url_is_sent_as_it_was_given(credas: Credas, receiver: Receiver) -> None:
    """The header's value is no key; whoever asked is told that there is no token."""
    plan = plan_of("create-process", secrets=(Secret("env:VALUE", b"v"),), webhookUrl=receiver.url, **ASKED)
    done = await plan.carry_out(credas.call)
    await credas.control("POST", f"processes/{done.verification_id}/complete")
    await until(lambda: bool(receiver.got))
    assert isinstance(done.shown, dict)
    assert ("", False) == (receiver.got[0].query, done.shown["webhook_token"])


async def test_what_credas_refuses_is_not_made(credas: Credas) -> None:
    """Its own words are kept beside the error, unless the URL with the token may be in them."""
    unknown = {**ASKED, "journeyId": ENTITY}
    with pytest.raises(VendorRefused) as caught:
        await credas.act("create-process", **unknown)
    assert b"journeyId" in (caught.value.answer or b"")
    plan = plan_of("create-process", secrets=(KEY,), webhookUrl="https://hookline.example/x", **unknown)
    with pytest.raises(VendorRefused) as caught:
        await plan.carry_out(credas.call)
    assert (None, []) == (caught.value.answer, (await credas.control("GET", "truth"))["processes"])


@pytest.mark.parametrize(("fault", "made"), [("hang", 0), ("hang-after", 1), ("500-after", 1)])
async def test_a_creation_is_sent_once(credas: Credas, fault: str, made: int) -> None:
    """Whatever came of it: whoever asked must look first."""
    await credas.fault(fault, "create-process", times=0)
    with pytest.raises(VendorUnavailable) as caught:
        await credas.act("create-process", **ASKED)
    assert (True, 1) == (caught.value.was_sent, await credas.calls("create-process"))
    assert made == len((await credas.control("GET", "truth"))["processes"])


async def test_an_answer_that_names_no_process_leaves_it_unconfirmed() -> None:
    """Something was made, and nobody knows what."""
    async with serving(saying({"id": 7})) as url, opened(account_at(url)) as client:
        with pytest.raises(Unconfirmed):
            await plan_of("create-process", **ASKED).carry_out(client.call)


async def test_a_process_is_opened_again(credas: Credas) -> None:
    """Its people may submit anew; it is read, as it is pending now."""
    made = await credas.completed(liveness=2)
    done = await credas.act("reinvite", "", process=made.process.upper())
    assert 1 == (await credas.control("GET", f"truth/{made.process}"))["status"]
    assert ["process"] == [target.kind for target in done.read]
    assert {"process": made.process, "reinvited": True} == done.shown


async def test_an_invitation_is_sent_once_more(credas: Credas) -> None:
    """Facts, section 7: Credas fails where there was none, and nobody knows whether it did anything."""
    process, entity = await credas.invited()
    done = await credas.act("resend-invite", "", process=process, entity=entity)
    assert {"process": process, "entity": entity, "resent": True} == done.shown
    async with credas.http.post(
        f"{credas.url}/api/v2/ci/entities",
        json={"firstName": "A", "surname": "B"},
        headers={"X-API-KEY": Account().api_key},
    ) as answer:
        never_invited = (await answer.json())["id"]
    with pytest.raises(VendorUnavailable, match="500"):
        await credas.act("resend-invite", "", process=process, entity=never_invited)


@pytest.mark.parametrize("fault", [None, "hang-after", "500-after"])
async def test_a_process_is_deleted(credas: Credas, fault: str | None) -> None:
    """Facts, section 5: it is not there any more, which is read back, and is what a lost answer is told by."""
    process, _ = await credas.invited()
    if fault is not None:
        await credas.fault(fault, "delete-process")
    done = await credas.act("delete-process", process=process)
    assert (True, {"process": process, "deleted": True}) == (done.holds, done.shown)
    assert (3, 1) == ((await credas.control("GET", f"truth/{process}"))["status"], await credas.calls("delete-process"))


async def test_a_deletion_that_did_not_arrive_is_unconfirmed(credas: Credas) -> None:
    """It is sent once; it may arrive yet."""
    process, _ = await credas.invited()
    await credas.fault("hang", "delete-process")
    with pytest.raises(Unconfirmed, match="still there"):
        await credas.act("delete-process", process=process)
    assert 1 == await credas.calls("delete-process")


async def test_a_deletion_that_shows_no_effect_does_not_hold(credas: Credas) -> None:
    """Accepted is not done. One that cannot be looked at is unconfirmed."""
    process, _ = await credas.invited()
    await credas.fault("html-200", "process")
    with pytest.raises(Unconfirmed, match="it was accepted"):
        await credas.act("delete-process", process=process)
    async with serving(saying({"id": process, "status": 2})) as url, opened(account_at(url)) as client:
        done = await plan_of("delete-process", process=process).carry_out(client.call)
    assert not done.holds


@pytest.mark.parametrize("action", ["reinvite", "delete-process"])
async def test_a_process_that_is_not_there_is_said_to_be_so(credas: Credas, action: str) -> None:
    """And with a wrong key nothing is done."""
    with pytest.raises(NotThere):
        await credas.act(action, REASON, process=PROCESS)
    async with opened(account_at(credas.url, "another")) as client:
        with pytest.raises(VendorUnavailable) as caught:
            await plan_of(action, process=PROCESS).carry_out(client.call)
    assert not caught.value.was_sent
