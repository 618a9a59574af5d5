"""iDenfy's webhooks: signed, sent, sent again until a 2xx or the end of the schedule (facts 3 and 4.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sandbox.courier import Courier, Parcel, Sending
from sandbox.idenfy.account import Behaviour
from sandbox.idenfy.verification import Webhook

Signing = Literal["right", "wrong", "missing", "prefixed"]
Kind = Literal["scheduled", "redelivered", "forged"]


@dataclass(slots=True)
class Notification:
    """Where the account's webhooks go and what signs them; the dashboard (here: the control API) may change both."""

    url: str | None
    signing_key: str | None


def sign(key: str, body: bytes) -> str:
    """Lower-case hex of HMAC-SHA256 over the exact bytes (facts 3, page "callback-signing")."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


class WebhookCourier(Courier):
    """The first attempts of one verification's webhooks start in the order in which they arose."""

    def __init__(self, notification: Notification, behaviour: Behaviour, seed: str) -> None:
        super().__init__(behaviour, seed)
        self.notification = notification
        self._retries = behaviour.retries

    def send(self, webhook: Webhook) -> None:
        """A new webhook goes out, or meets with one of the losses: lost, sent more than once, held back."""
        body = hashlib.sha256(webhook.body).hexdigest()
        self.dispatch(self._parcel(webhook, "scheduled", self._retries), webhook.event, body)

    def redeliver(self, webhook: Webhook) -> None:
        """The same bytes once more, as the dashboard's resend does."""
        self.start(self._parcel(webhook, "redelivered", self._retries))

    def forge(self, webhook: Webhook, signing: Signing) -> None:
        """One attempt with that signature, as somebody without the key would make it."""
        self.start(self._parcel(webhook, "forged", (), signing))

    def _parcel(self, webhook: Webhook, kind: Kind, retries: tuple[float, ...], signing: Signing = "right") -> Parcel:
        return Parcel(
            about=webhook.scan_ref,
            noted={"kind": kind, "scanRef": webhook.scan_ref, "event": webhook.event},
            sending=partial(self._sending, webhook, signing),
            settles=_is_success,
            retries=retries,
        )

    def _sending(self, webhook: Webhook, signing: Signing, _attempt: int) -> Sending:
        """By the notification as it is now: a new key signs the next attempt."""
        return Sending(webhook.url or self.notification.url, webhook.body, self._headers(webhook, signing))

    def _headers(self, webhook: Webhook, signing: Signing) -> Mapping[str, str]:
        headers = {"Content-Type": "application/json", "Idenfy-Event-Type": webhook.event}
        key = self.notification.signing_key
        if key is None or signing == "missing":
            return headers
        used = f"not-{key}" if signing == "wrong" else key
        prefix = "sha256=" if signing == "prefixed" else ""
        return headers | {"Idenfy-Signature": prefix + sign(used, webhook.body)}


def _is_success(status: int) -> bool:
    """Any 2xx is (facts 4.1)."""
    return 200 <= status < 300  # noqa: PLR2004 - HTTP's own bounds
