"""Every answer that the receiver gives, in one table.

Never 410 (Solaris cancels the subscription) and never 422 (Solaris drops the event); never a 4xx for a fault of
ours; never a 2xx before the callback is stored (a handshake is none). What goes wrong on our side is UNAVAILABLE: the
vendor tries again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a sentence for whoever reads the vendor's delivery log. ``close`` ends the connection."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False

    def response(self) -> web.Response:
        response = web.Response(status=self.status, text=self.text or None, headers=self.headers)
        if self.close:
            response.force_close()
        return response


STORED = Answer(200)
HANDSHAKE = Answer(200)
"""Somebody asked whether we are there; there is nothing to store."""
UNAUTHENTICATED = Answer(401, "The signature is missing or does not hold under any key of this source.\n")
UNKNOWN_SOURCE = Answer(404, "No such source. Callbacks go to /callbacks/<source>.\n", close=True)
WRONG_METHOD = Answer(405, "Callbacks are sent with POST.\n", {"Allow": "POST"}, close=True)
TOO_SLOW = Answer(408, "The body did not arrive in time.\n", close=True)
TOO_LARGE = Answer(413, "The body is larger than this receiver takes.\n", close=True)
ENCODED = Answer(
    415, "Send the body as it is, without Content-Encoding.\n", {"Accept-Encoding": "identity"}, close=True
)
OVER_LIMIT = Answer(429, "This source sends more than its limit.\n", {"Retry-After": "1"}, close=True)
UNAVAILABLE = Answer(503, "The callback cannot be stored now; send it again.\n", {"Retry-After": "2"})
