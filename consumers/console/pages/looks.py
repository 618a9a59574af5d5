"""Looks that a page repeats by itself are one look."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic
from urllib.parse import urlencode

from aiohttp import web

from consumers.console.auditing import audited, digest
from runtime.access.http import known

_ONE_LOOK = 300.0
"""Seconds within which the same person's look at the same thing is written down once: a page that is live shows it anew
with every change.
"""
_MOST = 10_000

_Key = tuple[str, str, str, str]

RECENT: web.AppKey[OrderedDict[_Key, float]] = web.AppKey("recent-looks", OrderedDict)


async def looked(request: web.Request, what: str, about: str | None = None) -> None:
    """It is on the log that this person looks at it now; without ``about``, at a list as its query narrows it.

    Raises ``LogUnavailable``: then it must not be shown.
    """
    who = (await known(request)).identity
    about = _narrowed(request) if about is None else about
    recent, key = request.config_dict[RECENT], (who.name, who.via, what, about)
    began = recent.get(key)
    if began is not None and monotonic() - began < _ONE_LOOK:
        return
    await audited(request, what, about)
    recent[key] = monotonic()
    recent.move_to_end(key)
    while len(recent) > _MOST:
        recent.popitem(last=False)


def _narrowed(request: web.Request) -> str:
    """Which filter and which page of a list: a digest, for references are typed by people."""
    given = sorted((name, value) for name, value in request.query.items() if value and name != "said")
    return digest(urlencode(given, errors="surrogatepass")) if given else ""
