"""Who may ask for what: the least role of every route, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web

from runtime.access.identity import Role

VIEWER, OPERATOR, ADMIN = Role.VIEWER, Role.OPERATOR, Role.ADMIN

OPEN = frozenset(
    {
        "/login",
        "/login/issuer",
        "/login/back",
        "/favicon.ico",
        "/static",
        "/api/v1/openapi.json",
    }
)
"""For everybody: they show how to come in, and what the API is like, and nothing that is kept here."""

LEAST: Mapping[str, Mapping[str, Role]] = {
    "/logout": {"POST": VIEWER},
    "/": {"GET": VIEWER},
    "/search": {"GET": VIEWER},
    "/verifications": {"GET": VIEWER},
    "/verifications/{provider}/{verification_id}": {"GET": VIEWER},
    "/subjects/{subject_ref}": {"GET": VIEWER},
    "/work": {"GET": VIEWER},
    "/vendors": {"GET": VIEWER},
    "/alerts": {"GET": VIEWER},
    "/alerts/acknowledge": {"POST": OPERATOR},
    "/alerts/silence": {"POST": OPERATOR},
    "/alerts/unsilence": {"POST": OPERATOR},
    "/dead-letters": {"GET": VIEWER},
    "/dead-letters/redrive": {"GET": ADMIN, "POST": ADMIN},
    "/actions": {"GET": VIEWER},
    "/actions/{vendor}/{action}": {"GET": OPERATOR, "POST": OPERATOR},
    "/actions/waiting/{id}/confirm": {"POST": OPERATOR},
    "/live": {"GET": VIEWER},
    "/theme": {"POST": VIEWER},
    "/documents/{topic}/{partition}/{offset}": {"GET": VIEWER},
    "/api/v1/verifications": {"GET": VIEWER},
    "/api/v1/verifications/{provider}/{verification_id}": {"GET": VIEWER},
    "/api/v1/verifications/{provider}/{verification_id}/timeline": {"GET": VIEWER},
    "/api/v1/search": {"GET": VIEWER},
    "/api/v1/subjects/{subject_ref}": {"GET": VIEWER},
    "/api/v1/open-work": {"GET": VIEWER},
    "/api/v1/open-work/summary": {"GET": VIEWER},
    "/api/v1/counts": {"GET": VIEWER},
    "/api/v1/sources": {"GET": VIEWER},
    "/api/v1/activity": {"GET": VIEWER},
    "/api/v1/alerts": {"GET": VIEWER},
    "/api/v1/alerts/{alert_id}": {"GET": VIEWER},
    "/api/v1/alerts/{alert_id}/acknowledge": {"POST": OPERATOR},
    "/api/v1/silences": {"GET": VIEWER, "POST": OPERATOR},
    "/api/v1/silences/{silence_id}": {"DELETE": OPERATOR},
    "/api/v1/dead-letters": {"GET": VIEWER},
    "/api/v1/dead-letters/{letter_key}": {"GET": VIEWER},
    "/api/v1/dead-letters/{letter_key}/redrive": {"POST": ADMIN},
    "/api/v1/documents/{topic}/{partition}/{offset}": {"GET": VIEWER},  # an admin, or documents.open: see there
    "/api/v1/audit": {"GET": ADMIN},
    "/api/v1/actions": {"GET": VIEWER},
    "/api/v1/action-types": {"GET": OPERATOR},
    "/api/v1/actions/waiting": {"GET": OPERATOR},
    "/api/v1/actions/{id}/confirm": {"POST": OPERATOR},
    "/api/v1/vendors/{vendor}/actions/{action}": {"POST": OPERATOR},
}
"""By path as the router has it, and method. What a handler asks for beyond that is its own."""


def least_role(method: str, route: str) -> Role | None:
    """Who may come to it at least; ``None``: everybody. What no line names is for viewers to see and admins to do."""
    if route in OPEN:
        return None
    method = hdrs.METH_GET if method == hdrs.METH_HEAD else method
    return LEAST.get(route, {}).get(method, VIEWER if method == hdrs.METH_GET else ADMIN)


def route_of(request: web.Request) -> str | None:
    """The path as the program has it; ``None`` for one that it has not."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else None
