"""Asking the issuer over HTTP, within bounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from runtime.access.errors import IssuerUnavailable
from runtime.settings import OidcSettings

_MOST = 1024 * 1024
"""Bytes of an answer."""

Document = Mapping[str, object]


class Asking:
    """Each answer is a JSON object, read within the settings' time. No redirect is followed: whoever could send us
    elsewhere could hand us keys of their own.
    """

    def __init__(self, http: ClientSession, issuer: str) -> None:
        self._http = http
        self._scheme = urlsplit(issuer).scheme

    async def get(self, url: str) -> Document:
        """Raises ``IssuerUnavailable``."""
        async with self._told(url), self._http.get(self._checked(url), allow_redirects=False) as answer:
            return await _read(answer)

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Document]:
        """The answer's status and its members, whatever they say. Raises ``IssuerUnavailable``."""
        async with (
            self._told(url),
            self._http.post(self._checked(url), data=form, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, await _read(answer, any_status=True)

    def _checked(self, url: str) -> str:
        """As safe as the issuer's own address, at least."""
        if urlsplit(url).scheme not in {"https", self._scheme}:
            raise IssuerUnavailable("issuer: names an address without TLS; see its discovery document")
        return url

    @asynccontextmanager
    async def _told(self, url: str) -> AsyncIterator[None]:
        where = urlsplit(url).netloc
        try:
            yield
        except TimeoutError:
            raise IssuerUnavailable(f"issuer {where}: no answer in time; ask again later") from None
        except (ClientError, OSError, ValueError) as error:
            kind = type(error).__name__
            raise IssuerUnavailable(f"issuer {where}: not reached, or not understood ({kind}); ask later") from None


async def _read(answer: ClientResponse, *, any_status: bool = False) -> Document:
    if answer.status != 200 and not any_status:  # noqa: PLR2004 - anything else brings no document
        raise IssuerUnavailable(f"issuer {answer.url.host}: answered {answer.status}; ask again later")
    content = b""
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > _MOST:
            raise IssuerUnavailable(f"issuer {answer.url.host}: answered with more than {_MOST} bytes")
    members = orjson.loads(content)
    if not isinstance(members, dict):
        raise IssuerUnavailable(f"issuer {answer.url.host}: answered with no JSON object")
    return members


@asynccontextmanager
async def asking(settings: OidcSettings) -> AsyncIterator[Asking]:
    """Connections to the issuer while the context is open."""
    timeout = ClientTimeout(total=settings.timeout)
    async with ClientSession(timeout=timeout, cookie_jar=DummyCookieJar()) as http:
        yield Asking(http, settings.issuer)
