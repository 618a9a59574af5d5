"""What protects the console's users from other people's pages, and other people from theirs."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from consumers.console.forms import FORMS, form_of
from consumers.console.rights import least_role, route_of
from runtime.access.access import Access
from runtime.access.errors import FromElsewhere
from runtime.access.http import ACCESS, check_same, identified, known

SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
LARGEST_FORM = 16 * 1024 * 1024
"""Bytes: a file of 10 MB, however it is packed."""
_PORTS = {"http": 80, "https": 443}
_OURS = frozenset({"same-origin", "none"})
"""What a browser says of requests that come from our own pages, or from its user alone."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: a browser would then not say of a form where it comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_NOT_KEPT = "no-store"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """They are on every answer, errors and streams included; a cache keeps what says itself that it may be kept."""
    harden(response)
    if request.config_dict[ACCESS].is_secure:
        response.headers.update(_TLS)


def harden(response: web.StreamResponse) -> None:
    """A browser does nothing with it that our pages never need."""
    response.headers.update(HEADERS)
    response.headers.setdefault(hdrs.CACHE_CONTROL, _NOT_KEPT)
    response.headers.popall(hdrs.SERVER, None)  # which versions run here is nobody's business


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nobody comes to a route with less than its least role, nor changes anything from a page that is not ours."""
    route = route_of(request)
    if route is None:
        return await handler(request)
    role = least_role(request.method, route)
    if request.method not in SAFE:
        check_origin(request)
    if role is not None:
        await identified(request, role)
        if request.method not in SAFE:
            await _check_form(request)
    return await handler(request)


def check_origin(request: web.Request) -> None:
    """Raises ``FromElsewhere`` where a browser says that another site's page sent it.

    Whoever sends neither header is no browser of today, and has no session that could be abused without its token.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OURS:
        raise FromElsewhere("another site's page sent this; open the console itself and do it there")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and not _is_ours(origin, request, request.config_dict[ACCESS]):
        raise FromElsewhere(
            "the page that sent this is at another address than the console; behind a proxy, set console.url to it"
        )


def _is_ours(origin: str, request: web.Request, access: Access) -> bool:
    if access.url is not None:
        return _place(origin) == _place(access.url)
    found = _place(origin)
    return found is not None and found[1:] == (_place(f"{found[0]}://{request.host}") or ())[1:]


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, which a browser leaves out where it is the scheme's own."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


async def _check_form(request: web.Request) -> None:
    """What comes with a session carries that session's token. What comes with a token of its own needs none."""
    session = (await known(request)).session
    given = request.headers.get("X-CSRF-Token")
    is_form = request.content_type in FORMS
    if is_form and (not request.path.startswith("/api/") or (session is not None and given is None)):
        field = (await form_of(request, LARGEST_FORM)).get("csrf_token")
        given = given or (field if isinstance(field, str) else None)
    if session is not None:
        check_same(session, given)
