"""From what a page shows to its HTML: everything in it is escaped, and nothing that is missing passes silently."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Any

import aiohttp_jinja2
import jinja2
import orjson
from aiohttp import web
from multidict import MultiDictProxy

from consumers.console.pages import places, when, words
from consumers.console.pages.live import AWAY, SEEN
from runtime.access.http import ACCESS, KNOWN, csrf_token
from runtime.access.identity import Role
from runtime.settings import SourceSettings
from schemas.event import EventKind, Outcome, WaitsFor

THEME = "theme"
_THEMES = ("auto", "light", "dark")

_SAID: Mapping[str, str] = {
    "acknowledged": "Acknowledged. The list shows it within a moment.",
    "silenced": "Silenced. Channels are told no more of these until then; they are listed here all the same.",
    "unsilenced": "The silence has ended.",
    "redriven": "Sent back to where it came from; it leaves this list within a moment.",
    "gone": "That one is not there any more: somebody else redrove it, or it was erased.",
}
"""What a page says first after something was done, by the word in its address."""


def setup(app: web.Application) -> None:
    """The pages of this application are rendered from our templates."""
    app[aiohttp_jinja2.APP_KEY] = _templates()


@cache
def _templates() -> jinja2.Environment:
    """Each is compiled once in a process, however many consoles run in it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("consumers.console", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
        auto_reload=False,
    )
    environment.globals.update(words=words, Role=Role, EventKind=EventKind, Outcome=Outcome, WaitsFor=WaitsFor)
    environment.globals.update(verification_path=places.verification_path, subject_path=places.subject_path)
    environment.globals.update(path_of=places.path_of, with_query=places.with_query, names=names, options=options)
    environment.globals["steps"] = {state.value: word for state, word in words.STEPS.items()}
    environment.filters.update(exact=when.exact, iso=when.iso, ago=when.ago, ms=when.milliseconds, pretty=pretty)
    environment.filters.update(count=counted, as_is=AsIs, slug=slug, first_line=first_line)
    return environment


def show(request: web.Request, template: str, code: int = 200, **context: Any) -> web.Response:  # noqa: ANN401 - whatever the template names
    """The page, as an answer of this status. Every template has what ``_of_every_page`` says beside this context."""
    return aiohttp_jinja2.render_template(template, request, _of_every_page(request) | context, status=code)


def _of_every_page(request: web.Request) -> dict[str, Any]:
    """Who is signed in, and what goes with that."""
    known = request.get(KNOWN)
    return {
        "me": known.identity if known is not None else None,
        "csrf_token": csrf_token(request),
        "theme": theme_of(request),
        "seen": request.get(SEEN, AWAY),
        "here": request.path_qs if request.method == "GET" else "/",
        "is_answer": request.method != "GET",
        "fresh": places.without(request, "said"),
        "beginning": places.without(request, "said", "cursor") if "cursor" in request.query else "",
        "filtered": any(value for name, value in request.query.items() if name not in {"said", "cursor"}),
        "now": datetime.now(UTC),
        "said": _SAID.get(request.query.get("said", "")),
    }


class AsIs(str):
    """A text that goes back to us, in an address or a form: it is escaped, and otherwise left as it is."""

    __slots__ = ()


def visible(value: object) -> object:
    """What would turn text around, hide it or end a line stands as its number: vendors' text looks like what it is."""
    return _UNSEEN.sub(_number, value) if type(value) is str else value


_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def _number(found: re.Match[str]) -> str:
    return f"\\u{{{ord(found[0]):04x}}}" if found[0] != "\r" else ""


def slug(text: str) -> str:
    """A name for an element, of any text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def first_line(text: str) -> str:
    return text.partition("\n")[0]


def names(accounts: Sequence[SourceSettings], field: str, chosen: str) -> list[tuple[str, str]]:
    """What a filter offers: the names in the settings, and the one that was asked for."""
    known = {str(getattr(each, field)) for each in accounts} | ({chosen} if chosen else set())
    return [(each, each) for each in sorted(known)]


def options(table: Mapping[StrEnum, words.Word | str], *, short: bool = False) -> list[tuple[str, str]]:
    """What a filter offers of one of our enums; ``short``: the enum's own word."""
    if short:
        return [(each.value, each.value.lower().replace("_", " ")) for each in table]
    return [(each.value, word if isinstance(word, str) else word.word) for each, word in table.items()]


def theme_of(request: web.Request) -> str:
    """``light`` or ``dark`` where this browser chose one, else ``auto``."""
    chosen = request.cookies.get(THEME, "")
    return chosen if chosen in _THEMES else "auto"


def pretty(value: object) -> str:
    """JSON for people to read; a text as it is."""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 verification``, ``2,000 verifications``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


async def change_theme(request: web.Request) -> web.Response:
    """For whoever has no script: the choice, kept for a year, and back to where they were."""
    form: MultiDictProxy[Any] = await request.post()
    back, chosen = str(form.get("back", "/")), str(form.get(THEME, ""))
    response = web.Response(status=303, headers={"Location": back if places.is_own(back) else "/"})
    if chosen in _THEMES:
        is_secure = request.config_dict[ACCESS].is_secure
        response.set_cookie(THEME, chosen, max_age=31_536_000, samesite="Lax", secure=is_secure)
    return response
