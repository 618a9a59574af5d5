"""How Solaris says no: the envelope of facts, section 8, ``status`` as a number like in the guide's own example."""

from __future__ import annotations

import uuid

from aiohttp import web

from sandbox.refusing import Refusal


class Refused(Refusal):
    """The request is answered with this HTTP status and this code in Solaris' envelope."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field

    def response(self) -> web.Response:
        headers = {"Retry-After": "1"} if self.status == 429 else None  # noqa: PLR2004 - an HTTP status
        return web.json_response(self.envelope(), status=self.status, headers=headers)

    def envelope(self) -> dict[str, object]:
        error = {
            "id": str(uuid.uuid4()),
            "status": self.status,
            "code": self.code,
            "title": self.code.replace("_", " ").title(),
            "detail": self.detail if self.field is None else f"{self.field} {self.detail}",
            "source": {"field": self.field, "message": self.detail},
        }
        return {"errors": [error]}


def invalid(field: str, message: str) -> Refused:
    """A member is missing or wrong; the wording "<field> <message>" is that of the guide's example."""
    return Refused(400, "validation_error", message, field)


def not_found(what: str) -> Refused:
    return Refused(404, "model_not_found", f"Couldn't find {what}")


def too_many() -> Refused:
    """No page names the code of a 429; this one is ours (facts 8)."""
    return Refused(429, "too_many_requests", "Too many requests at once.")


def generic_error() -> Refused:
    return Refused(500, "generic_error", "There was an error.")


def bad_gateway() -> Refused:
    return Refused(502, "bad_gateway", "The service cannot be reached.")
