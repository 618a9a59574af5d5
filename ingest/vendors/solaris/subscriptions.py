"""Solaris' webhook subscriptions: facts, section 2. One event type each, never edited, the secret told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.api import ANYTHING, Call, Request, VendorUnavailable, segment
from ingest.vendors.solaris.api import ID
from ingest.vendors.solaris.pages import entries, page_request
from runtime.secrets import Secret

_PATH = "/v1/webhooks"

LIST = page_request(_PATH, 1)
"""The first page of all that there are."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """``secret`` is there when it has just been made, and never again."""

    id: str
    event_type: str
    url: str
    secret: Secret | None = None


def subscribe_request(event_type: str, url: str) -> Request:
    return Request("POST", _PATH, json={"event_type": event_type, "url": url})


def unsubscribe_request(name: str) -> Request:
    """No page tells the form of its answer. Raises ``Unfetchable`` for what is no id."""
    return Request("DELETE", f"{_PATH}/{segment(name, ID)}", form=ANYTHING)


async def subscribe(call: Call, event_type: str, url: str) -> Subscription:
    """The new subscription. While this waits, ``url`` is asked by Solaris whether it is there, and must answer 200.

    A replacement is made before the old one is deleted, which would drop what it has not sent yet.
    Raises ``VendorRefused`` when the URL did not answer or is not https, and the other kinds of ``VendorError``.
    """
    answer = await call(subscribe_request(event_type, url))
    return _subscription(answer.document if isinstance(answer.document, dict) else {})


async def subscriptions(call: Call) -> Sequence[Subscription]:
    """All that there are, without their secrets. Raises the kinds of ``VendorError``."""
    return [_subscription(entry) async for entry in entries(call, _PATH)]


async def unsubscribe(call: Call, name: str) -> None:
    """It is deleted, and what it had not sent yet is lost. Raises the kinds of ``VendorError``, ``Unfetchable``."""
    await call(unsubscribe_request(name))


def _subscription(members: Mapping[str, object]) -> Subscription:
    name, event_type, url = members.get("id"), members.get("event_type"), members.get("url")
    if not isinstance(name, str) or not isinstance(event_type, str) or not isinstance(url, str):
        raise VendorUnavailable("a subscription without id, event_type or url")
    secret = members.get("secret")
    told = Secret(f"subscription {name}", secret.encode()) if isinstance(secret, str) and secret else None
    return Subscription(name, event_type, url, told)
