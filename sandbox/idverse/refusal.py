"""How IDVerse says no (facts 8 for IDKit, 3.3 for Enterprise). IDKit's texts are published, its HTTP codes derived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.refusing import Refusal

INTERNAL_ERROR = {"error_message": "Internal Server Error."}
TOO_MANY = {"error_message": "Too Many Requests."}
"""The page on rate limits prints no body: the envelope is IDKit's, the text ours."""


class Refused(Refusal):
    """The request is answered with this HTTP status and body; ``detail`` is told on the control API alone."""

    def __init__(self, status: int, body: Mapping[str, Any], detail: str = "") -> None:
        super().__init__(detail or str(body))
        self.status = status
        self.body = body
        self.detail = detail

    def response(self) -> web.Response:
        return web.json_response(self.body, status=self.status)


def bad(detail: str) -> Refused:
    return Refused(400, {"error_message": "Bad Request."}, detail)


def unauthenticated() -> Refused:
    return Refused(401, {"error_message": "Unauthenticated."})


def unknown_transaction() -> Refused:
    """The "token" of this published text is the transaction."""
    return Refused(404, {"error_message": "The token was not found."})


def not_ready_for_redaction() -> Refused:
    """Published without its code."""
    return Refused(409, {"error_message": "Transaction not ready for redaction."})


def too_many() -> Refused:
    """Without ``Retry-After``: no page mentions one."""
    return Refused(429, TOO_MANY)


def not_now(detail: str) -> Refused:
    """A play that the transaction's state does not allow: the control API's own answer."""
    return Refused(409, {"error_message": "Not possible now."}, detail)


def oauth(status: int, error: str, description: str, hint: str | None = None) -> Refused:
    """Enterprise's error of its token call; its other calls use it too, for want of a published body."""
    return Refused(
        status, {"error": error, "error_description": description, "hint": hint, "message": description}, description
    )


def invalid(field: str, rule: str) -> Refused:
    """Enterprise's 422 for a faulty request; the body's members are those of its token errors."""
    return oauth(422, "invalid_request", f"The {field} must be {rule}.", f"Check the {field} parameter")
