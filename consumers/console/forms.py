"""What browsers send in forms, read into memory alone: files of people never come near a disk of ours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.web import FileField
from multidict import MultiDict, MultiDictProxy

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

_MOST_FIELDS = 1000


async def form_of(request: web.Request, most: int) -> MultiDictProxy[Any]:
    """The form, of so many bytes at most, which ``request.post()`` gives from then on.

    Raises 400 for what is none, 411 and 413. aiohttp by itself would put larger files into a temporary one.
    """
    if request.content_length is None and request.can_read_body:
        raise web.HTTPLengthRequired
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or most)
    try:
        if request.content_type == "multipart/form-data":
            request._post = await _parts(request, most)  # noqa: SLF001 - handlers find it read
        return await request.post()
    except (ValueError, LookupError):  # without a name, in no such character set, or cut short
        raise web.HTTPBadRequest(reason="this form cannot be read; send it again from its page") from None


async def _parts(request: web.Request, most: int) -> MultiDictProxy[Any]:
    """Raises ``ValueError``, ``LookupError``, 413."""
    form: MultiDict[Any] = MultiDict()
    reader, left = await request.multipart(), most
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None or len(form) >= _MOST_FIELDS:
            raise ValueError
        content = await _content(part, left)
        left -= len(content)
        form.add(part.name, _value(part, part.name, content))
    return MultiDictProxy(form)


async def _content(part: BodyPartReader, most: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(content))
    return bytes(content)


def _value(part: BodyPartReader, name: str, content: bytes) -> str | FileField:
    if not part.filename:
        return content.decode(part.get_charset(default="utf-8"))
    kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
    return FileField(name, part.filename, BytesIO(content), kind, part.headers)
