"""Solaris' notifications: signed, sent, and sent again as the receiver's answer asks (facts 3 and 4)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from sandbox.courier import Courier, Parcel, Sending
from sandbox.solaris import words
from sandbox.solaris.account import Behaviour
from sandbox.solaris.models import Subscription, stamp

_GONE, _REJECTED = 410, 422


@dataclass(frozen=True, slots=True)
class Notification:
    """One event for one subscription; ``id`` is the same at every attempt."""

    id: str
    subscription: Subscription
    event: str
    entity: str | None
    body: bytes


def sign(secret: str, body: bytes) -> str:
    """``sha256=`` and the lower-case hex of HMAC-SHA256 over the raw body, the secret's text as key (facts 3)."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class NotificationCourier(Courier):
    """Sends in no promised order. ``now`` gives the vendor's Unix seconds, ``down`` how many of them it stays down."""

    def __init__(self, behaviour: Behaviour, seed: str, now: Callable[[], int], down: Callable[[], int]) -> None:
        super().__init__(behaviour, seed, self._up)
        self._retries = behaviour.retries
        self._time_scale = behaviour.time_scale
        self._now = now
        self._down = down

    async def handshake(self, url: str) -> bool:
        """Whether the URL answered the empty, unsigned POST of a subscription that is being created with 200."""
        said = await self.post(Sending(url, b"", _from_solaris({"Solaris-Webhook-Event-Type": words.HANDSHAKE})))
        return said == 200  # noqa: PLR2004 - 200 alone is enough for every page (facts 2)

    def send(self, notification: Notification) -> None:
        """The notification goes out, as often as ``losses`` says, or is lost."""
        subscription = notification.subscription
        noted = {
            "notification": notification.id,
            "subscription": subscription.id,
            "event": notification.event,
            "entity": notification.entity,
        }
        parcel = Parcel(
            about=None,
            noted=noted,
            sending=partial(self._sending, notification),
            settles=partial(_settled, subscription),
            retries=self._retries,
            withdrawn=lambda: subscription.canceled,
        )
        self.dispatch(parcel, notification.id)

    def discard(self, subscription_id: str) -> None:
        """Deleting a subscription drops what is stored and unsent for it (facts 2)."""
        self.withdraw(lambda parcel: parcel.noted["subscription"] == subscription_id)

    async def _up(self) -> None:
        while (left := self._down()) > 0:  # noqa: ASYNC110 - the clock alone says when it is up
            await asyncio.sleep(left * self._time_scale)

    def _sending(self, notification: Notification, attempt: int) -> Sending:
        headers = _from_solaris(self._headers(notification, attempt))
        return Sending(notification.subscription.url, notification.body, headers)

    def _headers(self, notification: Notification, attempt: int) -> dict[str, str]:
        """The call-out's time is written like Solaris' other times; its real format is not published (facts 3)."""
        entity = {} if notification.entity is None else {"Solaris-Entity-Id": notification.entity}
        return {
            "Content-Type": "application/json",
            "Solaris-Webhook-Id": notification.id,
            "Solaris-Webhook-Subscription-Id": notification.subscription.id,
            "Solaris-Webhook-Event-Type": notification.event,
            **entity,
            "Solaris-Webhook-Attempt": str(attempt),
            "Solaris-Webhook-Signature": sign(notification.subscription.secret, notification.body),
            "Solaris-Webhook-Callout-Timestamp": stamp(self._now()),
        }


def _from_solaris(headers: Mapping[str, str]) -> dict[str, str]:
    return {"User-Agent": "Solaris-Webhooks", **headers}


def _settled(subscription: Subscription, status: int) -> bool:
    """Whether nothing more is to be sent after this answer; a 410 has then cancelled the subscription."""
    subscription.canceled |= status == _GONE
    return 200 <= status < 300 or status in {_GONE, _REJECTED}  # noqa: PLR2004 - any 2xx is success (facts 4)
