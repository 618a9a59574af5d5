"""What can be done at IDVerse: plans as data, and each action against its sandbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from ingest.act.arguments import checked
from ingest.action import Done, InvalidArgument, Order, Plan
from ingest.api import Answer, NotThere, Request, Target, Unconfirmed, VendorRefused
from ingest.vendors.idverse import DOOR
from runtime.secrets import Secret
from sandbox.idverse import make_app
from tests.ingest.asking import Asked, Scripted, asked

ACTIONS = {action.name: action for action in DOOR.actions}
DOCUMENT = Path(__file__).parents[2] / "docs" / "vendors" / "idverse.md"
ID = "01HH3KA3FBT5NW60H8PC2KAD3N"
URL = "https://hooks.example.com/callbacks/idverse"
VALUE = "Bearer the-value-of-the-header"
SECRETS = (Secret("env:NEW", VALUE.encode()), Secret("env:OLD", b"old"))


def planned(name: str, given: Order | None = None, /, **arguments: object) -> Plan:
    """``given`` says of what source it is; by default one of production with two live secrets."""
    source = given or Order({}, secrets=SECRETS)
    action = ACTIONS[name]
    return action.plan(replace(source, arguments=checked(action, arguments)))


def of(**options: str) -> Order:
    return Order({}, options=options, secrets=SECRETS)


@pytest.fixture
async def idverse() -> AsyncIterator[Asked]:
    async with asked(make_app(), "idverse", "/v1", secret="sandbox-api-key", token_url="/oauth2/token") as it:
        yield it


async def does(idverse: Asked, name: str, /, **arguments: object) -> Done:
    return await planned(name, **arguments).carry_out(idverse.call)


def test_a_transaction_is_created_with_the_header_that_its_callback_will_be_checked_by() -> None:
    """The plan, which is shown and kept, says where its value will stand and not what it is."""
    arguments = {"name": "MyTest", "reference": "Demo", "doc_only": True, "webhook_url": URL}
    [request] = planned("create-transaction", of(auth_header="X-Idverse"), **arguments).requests
    notification = {"type": "https", "url": URL, "auth_header_name": "X-Idverse", "auth_header_value": "(secret)"}
    assert ("POST", "/transactions") == (request.method, request.path)
    assert {
        "name": "MyTest",
        "reference": "Demo",
        "doc_only": True,
        "notifications": {"complete": [notification]},
    } == request.json


async def test_what_is_sent_has_the_first_of_the_live_secrets() -> None:
    """Whoever changes them puts the new one first; the old one stays as long as links live (section 3.1)."""
    vendor = Scripted({"/transactions": {"transaction_id": ID, "url": "https://link", "expires_at": "2026-01-01"}})
    await planned("create-transaction", webhook_url=URL).carry_out(vendor)
    [request] = vendor.requests
    sent = orjson.dumps(request.json)
    assert (True, False) == (VALUE.encode() in sent, b'"old"' in sent)


async def test_a_created_transaction_is_known_by_its_id_and_by_whose_it_is(idverse: Asked) -> None:
    """The link is shown and not kept: whoever has it can take the person's place."""
    done = await does(idverse, "create-transaction", customer_identifier="customer-17", reference="order-1")
    assert isinstance(done.shown, dict)
    assert (done.shown["transaction_id"], "customer-17") == (done.verification_id, done.subject_ref)
    assert "url" in done.shown
    assert {"transaction_id", "expires_at"} == orjson.loads(done.kept or b"").keys()
    [told] = (await idverse.control("GET", "truth"))["transactions"]
    assert done.verification_id == told["transaction_id"]


async def test_a_success_that_names_no_transaction_is_not_taken_for_one() -> None:
    for answer in ({}, {"transaction_id": "a/b"}, {"transaction_id": 7}):
        with pytest.raises(Unconfirmed):
            await planned("create-transaction").carry_out(Scripted({"/transactions": answer}))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"name": " "}, "name: give a text of 1 to 2048 characters"),
        ({"reference": "x" * 2049}, "reference: give a text of 1 to 2048 characters"),
        ({"flow_type": "normal"}, "flow_type: write it as IDVerse does"),
        ({"phone_number": "123"}, "phone_number: comes with phone_region_code"),
        ({"phone_region_code": "61"}, "phone_number: comes with phone_region_code"),
        ({"phone_region_code": "+61", "phone_number": "1"}, "phone_region_code: write digits alone"),
        ({"phone_region_code": "61", "phone_number": "0400 1"}, "phone_number: write digits alone"),
        ({"redirect_url_exit": "nowhere"}, "redirect_url_exit: not a URL"),
        ({"redirect_url_success": "ftp://a/b"}, "redirect_url_success: not a URL"),
        ({"redirect_url_success": "http://[::1"}, "redirect_url_success: not a URL"),
        ({"webhook_url": "http://hooks.example.com"}, "webhook_url: not https"),
        ({"webhook_url": f"{URL}?a=b"}, "webhook_url: write it without user, query and fragment"),
        ({"webhook_url": f"{URL}#a"}, "webhook_url: write it without user, query and fragment"),
        ({"webhook_url": "https://a:b@hooks.example.com"}, "webhook_url: write it without user, query and fragment"),
    ],
)
def test_what_idverse_would_refuse_or_misunderstand_is_said_first(arguments: dict[str, object], said: str) -> None:
    action = ACTIONS["create-transaction"]
    with pytest.raises(InvalidArgument) as raised:
        action.plan(Order(checked(action, arguments), secrets=SECRETS))
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Order({}), "webhook_url: none of the source's secrets is here"),
        (Order({}, secrets=(Secret("env:A", b"ends in a blank "),)), "webhook_url: the first of the source's secrets"),
        (Order({}, secrets=(Secret("env:A", "tschüß".encode()),)), "webhook_url: the first of the source's secrets"),
        (Order({}, options={"auth_header": "a b"}, secrets=SECRETS), "webhook_url: the source's option auth_header"),
        (Order({}, options={"product": "enterprise"}, secrets=SECRETS), "source: is of product enterprise"),
    ],
)
def test_a_source_that_cannot_be_called_back_or_asked_is_named(source: Order, said: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        planned("create-transaction", source, webhook_url=URL)
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("name", ["transaction", "pdf"])
@pytest.mark.parametrize("named", ["../transactions", "a b", "ä", "a" * 129])
def test_what_can_be_no_id_is_never_sent(name: str, named: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^transaction_id: .*is not written as this vendor writes ids"):
        planned(name, transaction_id=named)


async def test_a_transaction_is_read_as_fetching_reads_it() -> None:
    """One call, that of the target; what it says is shown and becomes an event."""
    plan = planned("transaction", transaction_id=ID)
    done = await plan.carry_out(Scripted({}))
    [request] = plan.requests
    assert ("GET", f"/transactions/{ID}/json") == (request.method, request.path)
    assert ((Target("transaction", ID),), None) == (done.read, done.shown)


async def test_the_report_is_a_file_that_counts_for_nothing_and_is_kept_nowhere(idverse: Asked) -> None:
    """It is asked for by people (section 7); before there are results there is none."""
    name = (await idverse.does("POST", "/transactions", {}))["transaction_id"]
    with pytest.raises(NotThere):
        await does(idverse, "pdf", transaction_id=name)
    await idverse.control("POST", f"transactions/{name}/complete")
    done = await does(idverse, "pdf", transaction_id=name)
    assert (b"%PDF-", b"") == (done.answer[:5], done.kept)
    [day] = (await idverse.control("GET", "counts"))["days"].values()
    assert (1, 2) == (day["counted"], day["calls"]["pdf"])


def test_a_source_that_checks_nothing_is_called_back_without_a_header() -> None:
    """IDKit's notification is only a hint, so that a source of it may be unsigned."""
    [request] = planned("create-transaction", Order({}, unsigned=True), webhook_url=URL).requests
    assert {"notifications": {"complete": [{"type": "https", "url": URL}]}} == request.json


async def test_what_idverse_says_where_it_refuses_is_not_kept() -> None:
    """It may repeat what was sent."""

    async def refuse(_request: Request) -> Answer:
        raise VendorRefused("answers 400", b'{"error_message": "auth_header_value: Bearer ..."}')

    with pytest.raises(VendorRefused) as raised:
        await planned("create-transaction", webhook_url=URL).carry_out(refuse)
    assert None is raised.value.answer


def test_the_document_lists_the_actions() -> None:
    """Its table, in its order: the action, and its request."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("What can be done here")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \| `(POST|GET) (\S+)` \|$", section, re.MULTILINE)
    assert [action.name for action in DOOR.actions] == [name for name, _, _ in rows]
    for name, method, path in rows:
        plan = planned(name) if name == "create-transaction" else planned(name, transaction_id=ID)
        [request] = plan.requests
        assert (method, path.replace("{id}", ID)) == (request.method, request.path)
