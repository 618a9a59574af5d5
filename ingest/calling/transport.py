"""One exchange with a vendor: bytes out, bytes in, within a deadline and a size; no redirect, no cookie, no proxy."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from ingest.api import VendorUnavailable

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back. ``media_type`` is lower case and without parameters, ``retry_after`` in seconds."""

    status: int
    media_type: str
    body: bytes
    retry_after: float | None


def session(parallel: int) -> ClientSession:
    """A pool of connections for one account. TLS is verified against the system's authorities."""
    return ClientSession(
        connector=TCPConnector(limit=parallel, ssl=ssl.create_default_context()),
        cookie_jar=DummyCookieJar(),
        headers={"Accept-Encoding": "identity", "User-Agent": "hookline"},
        auto_decompress=False,
        trust_env=False,
    )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes out; ``url`` is encoded already. The body is ``json`` or ``form``, or there is none."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: tuple[tuple[str, str], ...] = ()
    json: object = None
    form: tuple[tuple[str, str], ...] | None = None

    @property
    def encoded(self) -> URL:
        return URL(f"{self.url}?{urlencode(self.params)}" if self.params else self.url, encoded=True)


def host_of(url: str) -> str:
    """What messages name: never the path, as an id may stand in it."""
    return url.partition("://")[2].partition("/")[0]


async def exchange(pool: ClientSession, out: Outgoing, *, seconds: float, max_bytes: int) -> Exchange:
    """The whole answer. Raises ``VendorUnavailable`` when there is none in time, or more of it than ``max_bytes``."""
    host = host_of(out.url)
    try:
        async with pool.request(
            out.method,
            out.encoded,
            json=out.json,
            data=None if out.form is None else dict(out.form),
            headers=out.headers,
            timeout=ClientTimeout(total=seconds),
            allow_redirects=False,
        ) as answer:
            body = await _bounded(answer, max_bytes, host)
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Exchange(answer.status, media_type, body, _seconds(answer.headers.get("Retry-After")))
    except TimeoutError:
        raise VendorUnavailable(f"{host}: no answer within {seconds:g} s") from None
    except (ClientError, OSError, asyncio.IncompleteReadError) as error:
        never_left = isinstance(error, ClientConnectorError)
        raise VendorUnavailable(f"{host}: {type(error).__name__}", was_sent=not never_left) from None


async def _bounded(answer: ClientResponse, most: int, host: str) -> bytes:
    chunks, size = [], 0
    async for chunk in answer.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > most:
            raise VendorUnavailable(f"{host}: an answer of more than {most} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _seconds(text: str | None) -> float | None:
    """The delay of a ``Retry-After`` in seconds; its other form, a date, is left to our own patience."""
    digits = (text or "").strip()
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) < len("1000000") else None
