"""Who asks, of a request: by its token, else by the session of its browser."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from aiohttp import web

from runtime.access.access import NOBODY, Access
from runtime.access.errors import FromElsewhere, IssuerUnavailable, NotAllowed, NotAuthenticated
from runtime.access.identity import Identity, Role
from runtime.access.sessions import Session

ACCESS: web.AppKey[Access] = web.AppKey("access", Access)


@dataclass(frozen=True, slots=True)
class Known:
    """Who asks. ``session`` is that of their browser, where they came with one."""

    identity: Identity
    session: Session | None = None


KNOWN: web.RequestKey[Known] = web.RequestKey("known", Known)
"""Once somebody has looked."""


async def identified(request: web.Request, role: Role, *, or_may: str | None = None) -> Identity:
    """Who asks, with that role at least, or with the right ``or_may``.

    Raises ``NotAuthenticated``, ``NotAllowed``, or ``IssuerUnavailable`` where only the issuer could say who it is.
    """
    identity = (await known(request)).identity
    if not identity.has(role) and not (or_may is not None and identity.is_allowed(or_may)):
        more = f", or the right {or_may}" if or_may is not None else ""
        raise NotAllowed(f"{identity.name} is {identity.role}; this takes {role}{more}")
    return identity


async def known(request: web.Request) -> Known:
    """Who asks, whatever they may. A request with an ``Authorization`` header never counts as its browser's session.

    Raises ``NotAuthenticated``, ``NotAllowed``, ``IssuerUnavailable``.
    """
    if KNOWN not in request:
        request[KNOWN] = await _known(request)
    return request[KNOWN]


async def who_asks(request: web.Request) -> Identity | None:
    """The same for pages that say who is signed in: ``None`` for nobody."""
    try:
        return (await known(request)).identity
    except (NotAuthenticated, NotAllowed, IssuerUnavailable):
        return None


def csrf_token(request: web.Request) -> str:
    """What a form of this session must carry as ``csrf_token``, or a script as ``X-CSRF-Token``; empty without one."""
    found = request.get(KNOWN)
    return found.session.csrf if found is not None and found.session is not None else ""


def check_same(session: Session, given: str | None) -> None:
    """Raises ``FromElsewhere`` unless that is what ``csrf_token`` said."""
    if not given or not hmac.compare_digest(session.csrf.encode(), given.encode("utf-8", "surrogateescape")):
        raise FromElsewhere("this form is of another session, or of none; reload the page and send it again")


def cookie_name(access: Access) -> str:
    """The prefix makes browsers refuse it without TLS, from another host, and for less than all paths."""
    return "__Host-hookline" if access.is_secure else "hookline-session"


async def _known(request: web.Request) -> Known:
    access = request.config_dict[ACCESS]
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("Authorization: not Bearer; send Authorization: Bearer <token>")
        return Known(await access.of_bearer(token.strip()))
    session = access.sessions.found(request.cookies.get(cookie_name(access), ""))
    identity = access.of_session(session) if session is not None else None
    if session is None or identity is None:
        raise NotAuthenticated(NOBODY if access.is_empty else "nobody is signed in: sign in, or send a token")
    return Known(identity, session)
