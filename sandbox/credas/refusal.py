"""How Credas says no. No body of an error is published (facts 7); these have the form that its platform gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.refusing import Refusal

INTERNAL_ERROR: Mapping[str, Any] = {"title": "An error occurred while processing your request.", "status": 500}
TOO_MANY: Mapping[str, Any] = {"title": "Too Many Requests", "status": 429}


class Refused(Refusal):
    """The request is answered with this HTTP status and title, and the faulty member's name and rule, if any."""

    def __init__(self, status: int, title: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(title)
        self.status = status
        self.body = {"title": title, "status": status} | ({} if errors is None else {"errors": dict(errors)})

    def response(self) -> web.Response:
        return web.json_response(self.body, status=self.status)


def forbidden() -> Refused:
    """A missing or wrong key: 403 and not 401 (facts 5)."""
    return Refused(403, "Forbidden")


def invalid(member: str, rule: str) -> Refused:
    return Refused(400, "One or more validation errors occurred.", {member: rule})


def not_found() -> Refused:
    """An unknown id, one of another entity, and what is no GUID."""
    return Refused(404, "Not Found")


def not_now(title: str) -> Refused:
    """A play that the state does not allow: the control API's own answer."""
    return Refused(409, title)
