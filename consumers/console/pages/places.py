"""Where things are found: paths with any text in them, and what a request says beside its path."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, unquote, urlencode

from aiohttp import web

E = TypeVar("E", bound=StrEnum)

LONGEST = 512
"""Characters of a text that is looked for; none of our references is longer."""


def path_of(*parts: object) -> str:
    """``/a/b`` with whatever stands in the parts, a slash included."""
    return "".join("/" + quote(str(part), safe="") for part in parts)


def verification_path(provider: str, verification_id: str) -> str:
    return path_of("verifications", provider, verification_id)


def subject_path(subject_ref: str) -> str:
    return path_of("subjects", subject_ref)


def parts_of(request: web.Request) -> list[str]:
    """The parts of the path, each as ``path_of`` was given it."""
    return [unquote(part, errors="replace") for part in request.rel_url.raw_path.split("/")[1:]]


def with_query(path: str, **query: str | None) -> str:
    """The path with what is given."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def text(request: web.Request, name: str) -> str | None:
    """What the query says under this name; ``None`` for nothing. Raises 400 for what is too long."""
    return _bounded(name, request.query.get(name, ""))


def _bounded(name: str, value: str) -> str | None:
    value = value.strip()
    if len(value) > LONGEST:
        raise web.HTTPBadRequest(reason=f"{name}: longer than {LONGEST} characters")
    return value or None


def choice(request: web.Request, name: str, words: type[E]) -> E | None:
    """One of the words. Raises 400 for another."""
    value = text(request, name)
    if value is None:
        return None
    try:
        return words(value)
    except ValueError:
        raise web.HTTPBadRequest(reason=f"{name}: none of {', '.join(words)}") from None


def flag(request: web.Request, name: str) -> bool | None:
    """``yes`` or ``no``. Raises 400 for another word."""
    value = text(request, name)
    if value not in {None, "yes", "no"}:
        raise web.HTTPBadRequest(reason=f"{name}: yes or no")
    return None if value is None else value == "yes"


def chosen(request: web.Request, names: tuple[str, ...]) -> Mapping[str, str]:
    """What a filter's form shows again."""
    return {name: request.query.get(name, "")[:LONGEST] for name in names}


def without(request: web.Request, *names: str) -> str:
    """The page that was asked for, without these of its query."""
    query = urlencode([(name, value) for name, value in request.query.items() if name not in names])
    return request.rel_url.raw_path + (f"?{query}" if query else "")


def is_own(path: str) -> bool:
    """A path of ours, and nothing that a browser would take for another server's."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
