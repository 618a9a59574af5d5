"""Coming in with a browser, and leaving: with a token, with the issuer, or once with a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from urllib.parse import urlencode, urlsplit

from aiohttp import hdrs, web

from consumers.console.forms import form_of
from consumers.console.pages.rendering import counted
from consumers.console.pages.rendering import show as show_page
from runtime.access.access import NOBODY, Access
from runtime.access.errors import NotAllowed, NotAuthenticated
from runtime.access.http import ACCESS, cookie_name, known
from runtime.access.oidc.issuer import Issuer, Question
from runtime.access.sessions import Session

_BACK = "/login/back"
_SIGNING_IN = 600.0
"""Seconds that somebody may take at the issuer."""
_LONGEST_NEXT = 2000
_LARGEST_FORM = 16 * 1024
"""Bytes that whoever is not known yet may send."""


def routes() -> list[web.RouteDef]:
    return [
        web.get("/login", show, allow_head=False),
        web.post("/login", with_token),
        web.get("/login/issuer", to_issuer, allow_head=False),
        web.get(_BACK, from_issuer, allow_head=False),
        web.post("/logout", leave),
    ]


async def show(request: web.Request) -> web.StreamResponse:
    """The form; with a code that signs in once, what that is for."""
    code = request.query.get("once")
    if code is None:
        return _form(request, request.query.get("next", "/"))
    access = request.config_dict[ACCESS]
    token = access.codes.use(code)
    session = access.begin_with_token(token) if token is not None else None
    if session is None:
        _was_wrong(request, access)
        return _form(request, "/", "This link was used before, or is too old. Ask for a new one.", 401)
    return await _come_in(request, session, request.query.get("next", "/"))


async def with_token(request: web.Request) -> web.StreamResponse:
    access, form = request.config_dict[ACCESS], await form_of(request, _LARGEST_FORM)
    token, wanted = _text(form, "token").strip(), _text(form, "next")
    session = access.begin_with_token(token) if token else None
    if session is None:
        _was_wrong(request, access)
        return _form(request, wanted, "This token is nobody's. See that all of it was copied.", 401)
    return await _come_in(request, session, wanted)


def _was_wrong(request: web.Request, access: Access) -> None:
    """Raises ``TooManyTries``. Whoever is right never waits: behind a proxy everybody has the same address."""
    access.throttle.check(request.remote)
    access.throttle.was_wrong(request.remote)


async def to_issuer(request: web.Request) -> web.StreamResponse:
    """Off to the issuer, which sends the browser back with a code; what belongs to that stays in a cookie."""
    access, question = request.config_dict[ACCESS], Question()
    address = await _issuer(access).sign_in_address(question, _back(request, access))
    kept = {**asdict(question), "next": own_path(request.query.get("next", "/"))}
    response = web.Response(status=302, headers={hdrs.LOCATION: address})
    _set(response, access, f"{cookie_name(access)}-login", access.sessions.sealer.sealed("login", kept), _SIGNING_IN)
    return response


async def from_issuer(request: web.Request) -> web.StreamResponse:
    """Back from the issuer: its answer must belong to the question that this browser took there."""
    access = request.config_dict[ACCESS]
    issuer, name = _issuer(access), f"{cookie_name(access)}-login"
    kept = access.sessions.sealer.opened("login", request.cookies.get(name, ""), _SIGNING_IN)
    try:
        question = _question(kept, request, issuer)
        who, values = await issuer.signed_in(question, request.query["code"], _back(request, access))
    except (NotAuthenticated, NotAllowed) as error:
        status = 403 if isinstance(error, NotAllowed) else 401
        return _form(request, str((kept or {}).get("next", "/")), str(error), status)
    session = access.sessions.begin(who, "oidc", values)
    response = await _come_in(request, session, str((kept or {}).get("next", "/")))
    _forget(response, access, name)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """The session is over, here and for whoever has a copy of its cookie."""
    access = request.config_dict[ACCESS]
    session = (await known(request)).session
    if session is not None:
        await access.end(session)
    response = web.Response(status=303, headers={hdrs.LOCATION: "/login"})
    _forget(response, access, cookie_name(access))
    return response


def own_path(text: str) -> str:
    """The path where it is one of ours, else the first page: nobody is sent elsewhere by a link to us."""
    is_path = text.startswith("/") and not text.startswith(("//", "/\\")) and len(text) <= _LONGEST_NEXT
    parts = urlsplit(text) if is_path and text.isascii() and text.isprintable() and "\\" not in text else None
    if parts is None or parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout")):
        return "/"
    return text


def to_login(request: web.Request) -> web.Response:
    """Where whoever is not signed in goes, and comes back from."""
    if "HX-Request" in request.headers:
        return web.Response(status=401, headers={"HX-Redirect": _login(_page_shown(request))})
    return web.Response(status=303, headers={hdrs.LOCATION: _login(_page_asked(request))})


def _login(wanted: str) -> str:
    return "/login" if wanted == "/" else f"/login?{urlencode({'next': wanted})}"


def _page_asked(request: web.Request) -> str:
    return request.path_qs if request.method == hdrs.METH_GET else "/"


def _page_shown(request: web.Request) -> str:
    """What stands in the browser's address, while a script asks for a part of it."""
    try:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    return own_path(f"{shown.path}?{shown.query}" if shown.query else shown.path)


def _question(kept: Mapping[str, object] | None, request: web.Request, issuer: Issuer) -> Question:
    """Raises ``NotAuthenticated``."""
    state = request.query.get("state", "")
    if kept is None or not state or kept.get("state") != state or not issuer.is_named(request.query.get("iss")):
        raise NotAuthenticated("This answer belongs to no sign-in that began here. Begin again.")
    if "code" not in request.query:
        raise NotAuthenticated("The issuer did not sign you in. Begin again, or ask whoever runs it.")
    return Question(*(str(kept[name]) for name in ("state", "nonce", "verifier")))


def _issuer(access: Access) -> Issuer:
    if access.issuer is None:
        raise web.HTTPNotFound
    return access.issuer


def _back(request: web.Request, access: Access) -> str:
    return (access.url or f"{request.scheme}://{request.host}").rstrip("/") + _BACK


async def _come_in(request: web.Request, session: Session, wanted: str) -> web.Response:
    """A new session, whatever the browser had before; it goes on to what it wanted."""
    access = request.config_dict[ACCESS]
    response = web.Response(status=303, headers={hdrs.LOCATION: own_path(wanted)})
    _set(response, access, cookie_name(access), access.sessions.cookie_of(session), access.sessions.seconds)
    return response


def _form(request: web.Request, wanted: str, trouble: str = "", status: int = 200) -> web.StreamResponse:
    access = request.config_dict[ACCESS]
    return show_page(
        request,
        "login.html",
        status,
        next=own_path(wanted),
        with_tokens=bool(access.tokens),
        issuer=access.issuer.host if access.issuer is not None else None,
        trouble=trouble,
        hours=counted(max(1, round(access.sessions.seconds / 3600)), "hour"),
        nobody=NOBODY if access.is_empty else "",
    )


def _text(form: Mapping[str, object], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _set(response: web.StreamResponse, access: Access, name: str, value: str, seconds: float) -> None:
    """To be sent to us alone, out of scripts' reach, and with no other site's request but a plain link to us."""
    response.set_cookie(
        name, value, max_age=int(seconds), path="/", secure=access.is_secure, httponly=True, samesite="Lax"
    )


def _forget(response: web.StreamResponse, access: Access, name: str) -> None:
    response.del_cookie(name, path="/", secure=access.is_secure, httponly=True, samesite="Lax")
