"""Subscriptions made, listed and deleted, against the sandbox and a receiver that it asks."""

from __future__ import annotations

import re

import orjson
import pytest

from ingest.action import InvalidArgument
from ingest.api import Answer, NotThere, Request, VendorRefused, VendorUnavailable
from ingest.vendors.solaris.door import authenticate, is_handshake
from runtime.secrets import Secret
from tests.ingest.asking import Scripted
from tests.ingest.solaris.conftest import Solaris
from tests.ingest.solaris.ordering import planned, planned_in_production
from tests.waiting import until

URL = "https://hooks.example.com/callbacks/solaris"
_NO_URL = f"url: give an https URL, such as {URL}"
_NO_EVENT = "event_type: write it as Solaris does, for example IDENTIFICATION"


async def test_a_subscriptions_secret_is_shown_and_kept_nowhere(solaris: Solaris) -> None:
    """Section 2: it is told once. What is to be done with it is said beside it."""
    done = await solaris.does("subscribe", event_type=" person_changed", url=solaris.receiver.url)
    assert isinstance(done.shown, dict)
    kept = orjson.loads(done.kept or b"")
    assert {"id": done.shown["id"], "event_type": "PERSON_CHANGED", "url": solaris.receiver.url, "replaces": []} == kept
    assert (kept, b"") == ({name: done.shown[name] for name in kept}, done.answer)
    [step] = done.shown["next"]
    assert "add it to the source's secrets and restart the receivers" in step


async def test_the_secret_that_is_shown_is_the_one_that_callbacks_are_signed_with(solaris: Solaris) -> None:
    done = await solaris.does("subscribe", event_type="PERSON_CHANGED", url=solaris.receiver.url)
    assert isinstance(done.shown, dict)
    await solaris.asked.control("POST", "webhooks", event="PERSON_CHANGED", entity="p-1", body={})
    await until(lambda: len(solaris.receiver.got) == 2)
    handshake, callback = solaris.receiver.got
    secret = Secret("shown", done.shown["secret"].encode())
    assert (True, secret) == (is_handshake(handshake), authenticate(callback, [secret]))


async def test_what_a_subscription_replaces_is_named_with_what_is_to_be_done(solaris: Solaris) -> None:
    """Older ones of the same type; the new one is made before they are deleted, as section 2 advises."""
    made = [
        (await solaris.does("subscribe", event_type=event_type, url=solaris.receiver.url)).shown
        for event_type in ("IDENTIFICATION", "PERSON_CHANGED", "IDENTIFICATION")
    ]
    oldest, _, newest = made
    assert isinstance(oldest, dict)
    assert isinstance(newest, dict)
    assert [oldest["id"]] == newest["replaces"]
    assert f"then delete the older one: hookline vendor solaris unsubscribe {oldest['id']}" == newest["next"][1]


async def test_the_subscriptions_are_listed_without_their_secrets(solaris: Solaris) -> None:
    made = (await solaris.does("subscribe", event_type="IDENTIFICATION", url=solaris.receiver.url)).shown
    assert isinstance(made, dict)
    done = await solaris.does("subscriptions")
    assert [{name: made[name] for name in ("id", "event_type", "url")}] == done.shown == orjson.loads(done.kept or b"")


async def test_a_deleted_subscription_is_gone(solaris: Solaris) -> None:
    """Without a reason; a second time there is none to be deleted."""
    made = (await solaris.does("subscribe", event_type="IDENTIFICATION", url=solaris.receiver.url)).shown
    assert isinstance(made, dict)
    done = await solaris.does("unsubscribe", subscription_id=made["id"])
    assert ({"unsubscribed": made["id"]}, []) == (done.shown, (await solaris.does("subscriptions")).shown)
    with pytest.raises(NotThere):
        await solaris.does("unsubscribe", subscription_id=made["id"])


async def test_a_receiver_that_does_not_answer_is_not_subscribed(solaris: Solaris) -> None:
    """The message says what must run, Solaris' own words stand beside it, and nothing was made."""
    solaris.receiver.status = 404
    url = solaris.receiver.url
    with pytest.raises(VendorRefused) as refused:
        await solaris.does("subscribe", event_type="IDENTIFICATION", url=url)
    advice = f"is IDENTIFICATION a type of event, and does {url} answer from outside, over https?"
    assert (True, True) == (advice in str(refused.value), b"invalid_webhook_url" in (refused.value.answer or b""))
    assert [] == (await solaris.does("subscriptions")).shown


async def test_where_the_older_ones_cannot_be_listed_nothing_is_subscribed(solaris: Solaris) -> None:
    """Else the secret could be told, and lost."""
    await solaris.asked.control("PUT", "faults", next=["500"])
    with pytest.raises(VendorUnavailable) as caught:
        await solaris.does("subscribe", event_type="IDENTIFICATION", url=solaris.receiver.url)
    assert (False, 0) == (caught.value.was_sent, await solaris.calls("POST /v1/webhooks"))


async def test_a_subscription_whose_answer_was_lost_may_be_there(solaris: Solaris) -> None:
    """It was sent once, and is there: the list tells."""
    await solaris.asked.control("PUT", "faults", next=["stale", "html"])
    with pytest.raises(VendorUnavailable) as caught:
        await solaris.does("subscribe", event_type="IDENTIFICATION", url=solaris.receiver.url)
    assert (True, 1) == (caught.value.was_sent, await solaris.calls("POST /v1/webhooks"))
    listed = (await solaris.does("subscriptions")).shown
    assert isinstance(listed, list)
    assert [solaris.receiver.url] == [each["url"] for each in listed]


async def test_a_subscription_without_its_secret_is_of_no_use() -> None:
    """Whoever asked is told to delete it."""

    class Silent(Scripted):
        async def __call__(self, request: Request) -> Answer:
            document = [] if request.method == "GET" else {"id": "s-1", "event_type": "IDENTIFICATION", "url": URL}
            return Answer(orjson.dumps(document), document)

    done = await planned("subscribe", event_type="IDENTIFICATION", url=URL).carry_out(Silent({}))
    assert isinstance(done.shown, dict)
    assert (None, ["Solaris told no secret: delete it and subscribe again"]) == (
        done.shown["secret"],
        done.shown["next"],
    )


@pytest.mark.parametrize(
    ("event_type", "url", "message"),
    [
        ("IDENTI FICATION", URL, _NO_EVENT),
        ("*", URL, _NO_EVENT),
        ("X" * 101, URL, _NO_EVENT),
        ("IDENTIFICATION", "hooks.example.com", _NO_URL),
        ("IDENTIFICATION", "http://hooks.example.com/", _NO_URL),
        ("IDENTIFICATION", "https://", _NO_URL),
        ("IDENTIFICATION", "https://[", _NO_URL),
        ("IDENTIFICATION", "https://a:99999/", _NO_URL),
        ("IDENTIFICATION", "https://somebody@example.com/", _NO_URL),
        ("IDENTIFICATION", "https://example.com/a b", _NO_URL),
        ("IDENTIFICATION", "https://example.com/#part", _NO_URL),
        ("IDENTIFICATION", "https://example.com/" + "x" * 2048, _NO_URL),
    ],
)
def test_what_solaris_could_not_call_is_refused_first(event_type: str, url: str, message: str) -> None:
    """Section 2: HTTPS. Only a test account, which may be a sandbox on this machine, can do without."""
    with pytest.raises(InvalidArgument, match=f"^{re.escape(message)}$"):
        planned_in_production("subscribe", event_type=event_type, url=url)


def test_a_test_account_can_be_called_without_tls() -> None:
    url = "http://127.0.0.1:8080/callbacks/solaris"
    assert url == planned("subscribe", event_type="IDENTIFICATION", url=url).requests[1].json["url"]  # type: ignore[index]
