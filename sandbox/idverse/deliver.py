"""IDVerse's notifications: sent with the static header, and again as the behaviour says (facts 2, 3.1 and 4).

Delivered is what the receiver answered with exactly 200. Retries and time limit are not published.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal
from urllib.parse import urlencode

from yarl import URL

from sandbox.courier import Courier, Parcel, Sending
from sandbox.idverse.account import Behaviour, Form

_DELIVERED = 200

Kind = Literal["scheduled", "redelivered", "forged"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a transaction's notifications go, and the header's name and value that each carries."""

    url: str
    header: tuple[str, str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """``form`` is ``None`` where the account's current one is used. ``members`` are its two names and values."""

    transaction_id: str
    event: str
    members: Mapping[str, str]
    receiver: Receiver
    form: Form | None = None


def packed(notification: Notification, form: Form, _attempt: int = 1) -> Sending:
    """The notification's request: the members in the body, or glued behind the URL with no body."""
    url, members = URL(notification.receiver.url), notification.members
    header = dict([notification.receiver.header] if notification.receiver.header else [])
    if form == "query":
        return Sending(url.extend_query(members), b"", header)
    if form == "json":
        body = json.dumps(members, separators=(",", ":")).encode()
        return Sending(url, body, {"Content-Type": "application/json"} | header)
    return Sending(url, urlencode(members).encode(), {"Content-Type": "application/x-www-form-urlencoded"} | header)


class NotificationCourier(Courier):
    """First attempts about one transaction start in the order in which they arose. ``form`` is the one of IDKit's."""

    def __init__(self, behaviour: Behaviour, seed: str) -> None:
        super().__init__(behaviour, seed)
        self.form: Form = behaviour.form
        self._retries = behaviour.retries
        self._sent: deque[Notification] = deque(maxlen=behaviour.keep)
        self._arisen = 0

    def send(self, notification: Notification) -> None:
        """A new notification goes out, once or more often, or is lost; a lost one can still be redelivered."""
        self._arisen += 1
        self._sent.append(notification)
        self.dispatch(self._parcel(notification, "scheduled", self._retries), self._arisen)

    def sent(self, transaction_id: str) -> list[Notification]:
        """The remembered notifications about that transaction, the oldest first."""
        return [each for each in self._sent if each.transaction_id == transaction_id]

    def redeliver(self, notification: Notification) -> None:
        self.start(self._parcel(notification, "redelivered", self._retries))

    def forge(self, notification: Notification, *, header: bool) -> None:
        """One attempt as somebody without the secret would make it: a wrong header value, or no header at all."""
        known = notification.receiver.header
        wrong = (known[0], f"not-{known[1]}") if known and header else None
        receiver = replace(notification.receiver, header=wrong)
        self.start(self._parcel(replace(notification, receiver=receiver), "forged", ()))

    def _parcel(self, notification: Notification, kind: Kind, retries: tuple[float, ...]) -> Parcel:
        name, event = notification.transaction_id, notification.event
        return Parcel(
            about=name,
            noted={"kind": kind, "transaction_id": name, "event": event},
            sending=partial(packed, notification, notification.form or self.form),
            settles=lambda status: status == _DELIVERED,
            retries=retries,
        )
