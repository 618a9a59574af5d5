"""Signed webhooks as Standard Webhooks describes them (standardwebhooks.com, version 1): what goes out, what came back.

``webhook-id`` is the alert's own id, the same on each attempt: whoever receives knows by it what has come already.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from standardwebhooks import Webhook
from yarl import URL

from consumers.alerts.delivery.channel import TAKEN, Outcome, Result, Send
from consumers.alerts.delivery.telling import document_of
from schemas.alert import Alert

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a secret, by the specification."""
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Of the answers that blame the request, those that another time may do without."""


def signer_of(secret: str) -> Webhook:
    """Raises ``ValueError``, which does not quote it, for what is no secret of Standard Webhooks."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"write it as {_PREFIX} and {_SHORTEST} to {_LONGEST} random bytes in base64")
    return Webhook(key)


@dataclass(frozen=True, slots=True)
class Address:
    """Where webhooks are posted. ``seconds`` bound an attempt; ``console`` is how browsers reach the console."""

    url: str = field(repr=False)
    signers: Sequence[Webhook] = field(repr=False)
    seconds: float
    parallel: int
    console: str | None = None

    def opened(self) -> AbstractAsyncContextManager[Send]:
        """A pool of connections of its own. TLS is verified against the system's authorities."""
        return _opened(self)

    async def send(self, pool: ClientSession, alert: Alert) -> Outcome:
        """Nothing of an answer's body is read, and no redirect followed: an address is what the settings say it is."""
        body = orjson.dumps(document_of(alert, self.console))
        try:
            async with pool.post(
                URL(self.url),
                data=body,
                headers=self.headers(alert, body, datetime.now(UTC)),
                timeout=ClientTimeout(total=self.seconds),
                allow_redirects=False,
            ) as answer:
                return outcome_of(answer.status, answer.headers.get("Retry-After"), datetime.now(UTC))
        except TimeoutError:
            return Outcome(Result.FAILED, f"no answer within {self.seconds:g} s")
        except (ClientError, OSError, asyncio.IncompleteReadError) as error:
            return Outcome(Result.FAILED, f"no answer ({type(error).__name__})")

    def headers(self, alert: Alert, body: bytes, now: datetime) -> dict[str, str]:
        """Signed with each of the secrets, so that a receiver may know the old one or the new one."""
        signatures = [signer.sign(alert.alert_id, now, body.decode()) for signer in self.signers]
        return {
            "Content-Type": "application/json",
            "webhook-id": alert.alert_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


@asynccontextmanager
async def _opened(address: Address) -> AsyncIterator[Send]:
    async with ClientSession(
        connector=TCPConnector(limit=address.parallel, ssl=ssl.create_default_context()),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": "hookline"},
        trust_env=False,
    ) as pool:

        async def send(alert: Alert) -> Outcome:
            return await address.send(pool, alert)

        yield send


def outcome_of(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """Any 2xx is a receipt. A 4xx blames what was sent, and would again; the rest may pass."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return TAKEN
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Outcome(Result.FAILED, f"answers {status}; redirects are not followed, put the new address into url")
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PASSING:
        return Outcome(Result.REFUSED, f"answers {status}; see the channel's url and secrets, then redrive")
    return Outcome(Result.FAILED, f"answers {status}", _seconds(retry_after, now))


def _seconds(text: str | None, now: datetime) -> float | None:
    """A ``Retry-After`` in seconds, whichever of its two forms it has; ``None`` for anything else."""
    if text is None or not text.isascii():
        return None
    if text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return None
