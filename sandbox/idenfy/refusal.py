"""How iDenfy says no.

The envelope is that of the page "StandardErrorMessages" and of the deletion page's example. HTTP 400 is the rule; 401,
403 and 404 are used where the current guide "error-handling" and the page "ID Error Messages" name them.
"""

from __future__ import annotations

from aiohttp import web

from sandbox.refusing import Refusal

DOCUMENTATION = "https://github.com/idenfy/Documentation"
NOT_IN_THIS_ENVIRONMENT = "This endpoint is not available for TESTING/PRODUCTION partners."


class Refused(Refusal):
    """The request is answered with this HTTP status and this identifier."""

    def __init__(self, identifier: str | None, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.identifier = identifier
        self.message = message
        self.status = status

    def response(self) -> web.Response:
        """The published envelope; without an identifier, the message alone (facts: sample error-dummy-not-in-dev)."""
        if self.identifier is None:
            return web.json_response({"message": self.message}, status=self.status)
        severity = "SEVERE" if self.identifier == "INTERNAL_ERROR" else "NOT_SEVERE"
        envelope = {
            "message": self.message,
            "identifier": self.identifier,
            "documentation": DOCUMENTATION,
            "severity": severity,
        }
        return web.json_response(envelope, status=self.status)


def bad(field: str, rule: str) -> Refused:
    """The field is there but wrong; the wording is that of the page "ID Error Messages"."""
    return Refused("BAD_VALUE", f"Field '{field}' must be {rule}.")


def missing(field: str) -> Refused:
    return Refused("MISSING_VALUE", f"Field '{field}' is required.")


def unauthorized() -> Refused:
    return Refused("UNAUTHORIZED", "Invalid authorization credentials", status=401)


def not_in_this_environment() -> Refused:
    """Published as a message without an identifier, HTTP 403 (pages "KYC Dummy results", "ID Error Messages")."""
    return Refused(None, NOT_IN_THIS_ENVIRONMENT, status=403)


def unknown_scan_ref() -> Refused:
    """The identifier is ours to choose: no page publishes one for a verification that does not exist."""
    return Refused("BAD_VALUE", "Field 'scanRef' must be the scanRef of an existing verification.", status=404)


def out_of_credits() -> Refused:
    """HTTP 400 with PERMISSIONS_ERROR: "Standard API errors", the FAQ."""
    return Refused("PERMISSIONS_ERROR", "Partner reached token limit.")


def token_alive() -> Refused:
    """The deletion page's published example."""
    return Refused("PARTNER_ERROR", "Token has not expired yet.")


def not_in_contract(what: str) -> Refused:
    return Refused("PARTNER_CONTRACT_ERROR", f"{what} is not set for this account.")
