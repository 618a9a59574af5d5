"""Credas' webhooks: three kinds, unsigned, each with the portal's fixed headers (facts 2 to 4).

Which answers settle one is not published; here any 2xx does.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from yarl import URL

from sandbox.courier import Courier, Parcel, Sending
from sandbox.credas.account import Account, Behaviour

Type = Literal["process", "actor", "status"]
TYPES: tuple[Type, ...] = ("process", "actor", "status")
Forgery = Literal["right", "wrong", "missing"]
FORGERIES: tuple[Forgery, ...] = ("right", "wrong", "missing")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Webhook:
    """``about`` are the ids, in lower case, for which it is remembered."""

    type: Type
    about: tuple[str, ...]
    url: str
    body: bytes
    query: Forgery = "right"


def written(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _sending(webhook: Webhook, headers: Headers, _attempt: int) -> Sending:
    url = URL(webhook.url)
    if webhook.query == "missing":
        url = url.with_query(None)
    if webhook.query == "wrong":
        url = url.with_query([(name, f"not-{value}") for name, value in url.query.items()])
    return Sending(url, webhook.body, {"Content-Type": "application/json; charset=utf-8", **dict(headers)})


def _is_delivered(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - any 2xx


class WebhookCourier(Courier):
    """First attempts about one process, or one entity's results, start in the order in which they arose.

    ``urls`` are where the portal is told, by type; that of "process" is for processes without one of their own.
    """

    def __init__(self, account: Account, behaviour: Behaviour, seed: str) -> None:
        super().__init__(behaviour, seed)
        self.headers: Headers = account.headers
        self.urls: dict[Type, str | None] = {
            "process": account.process_url,
            "actor": account.actor_url,
            "status": account.status_url,
        }
        self._retries = behaviour.retries
        self._sent: deque[Webhook] = deque(maxlen=behaviour.keep)
        self._arisen = 0

    def tell(self, kind: Type, about: tuple[str, ...], body: bytes, url: str | None = None) -> bool:
        """The webhook goes out, once or more often, or is lost. False where nobody is to be told."""
        target = url or self.urls[kind]
        if target is None:
            return False
        webhook = Webhook(kind, about, target, body)
        self._arisen += 1
        self._sent.append(webhook)
        self.dispatch(self._parcel(webhook, "scheduled", self.headers), self._arisen)
        return True

    def sent(self, name: str) -> list[Webhook]:
        """The remembered webhooks about that process or entity, the oldest first."""
        return [each for each in self._sent if name in each.about]

    def redeliver(self, webhook: Webhook) -> None:
        self.start(self._parcel(webhook, "redelivered", self.headers))

    def forge(self, webhook: Webhook, header: Forgery, query: Forgery) -> None:
        """The webhook once more as somebody would make it who knows a part of the secrets at most."""
        wrong: Mapping[Forgery, Headers] = {
            "right": self.headers,
            "wrong": tuple((name, f"not-{value}") for name, value in self.headers),
            "missing": (),
        }
        self.start(self._parcel(replace(webhook, query=query), "forged", wrong[header]))

    def _parcel(self, webhook: Webhook, kind: str, headers: Headers) -> Parcel:
        return Parcel(
            about=webhook.about[0] if webhook.about else None,
            noted={"kind": kind, "type": webhook.type, "about": list(webhook.about)},
            sending=partial(_sending, webhook, headers),
            settles=_is_delivered,
            retries=() if kind == "forged" else self._retries,
        )
