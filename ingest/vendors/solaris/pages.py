"""Lists of Solaris', page by page (facts, section 7, conventions)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from ingest.api import Call, NotThere, Request, VendorUnavailable
from ingest.vendors.shared import list_of

_SIZE = 500
"""Half of what Solaris allows: a page must fit into what one answer may bring."""

_MOST_PAGES = 2000


def page_request(path: str, number: int) -> Request:
    """Pages count from 1."""
    return Request("GET", path, (("page[number]", str(number)), ("page[size]", str(_SIZE))))


async def entries(call: Call, path: str) -> AsyncGenerator[Mapping[str, object], None]:
    """The objects of the list, in its order. Raises ``VendorUnavailable`` where it does not end."""
    for number in range(1, _MOST_PAGES + 1):
        page = list_of(await call(page_request(path, number)))
        for entry in page:
            if isinstance(entry, dict):
                yield entry
        if len(page) < _SIZE:
            return
    raise VendorUnavailable(f"the list has more than {_MOST_PAGES} pages")


async def entry_of(call: Call, path: str, name: str) -> Mapping[str, object]:
    """The entry whose ``id`` is ``name``. Raises ``NotThere``."""
    async with aclosing(entries(call, path)) as found:
        async for entry in found:
            if entry.get("id") == name:
                return entry
    raise NotThere("not in the list of those that there are")
