"""One request to a Confluent-compatible schema registry, and what its answer means."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    encode_basic_auth,
)
from yarl import URL

from schemas.registry.errors import RegistryRefused, RegistryUnavailable

DEFAULT_DEADLINE = 3.0
_PAUSES = (0.1, 0.4)
_LONGEST_MESSAGE = 500
_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_NOT_THERE = range(40401, 40500)
"""Error codes of a subject, version, schema or level that the registry does not have. Another server's 404 has none."""
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Access:
    """Where a registry is and who we are to it. ``url`` is the base of its API, without credentials.

    ``tls`` says whom to trust (``None``: the system's authorities). ``deadline`` bounds each request, in seconds.
    """

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    deadline: float = DEFAULT_DEADLINE


@dataclass(frozen=True, slots=True)
class Transport:
    """An open session with the registry at ``base``, and ``name``, by which messages call it."""

    base: URL
    session: ClientSession

    @property
    def name(self) -> str:
        return f"registry {self.base}"

    async def call(self, method: str, *path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever JSON came
        """The answer's JSON; ``None`` where the registry says that it holds no such thing.

        Raises ``RegistryUnavailable`` when the last attempt failed too, ``RegistryRefused``.
        """
        url = self.base.joinpath(*path)
        for pause in _PAUSES:
            try:
                return await self._once(method, url, body)
            except RegistryUnavailable:  # the last attempt's error says it all
                await asyncio.sleep(pause)
        return await self._once(method, url, body)

    async def _once(self, method: str, url: URL, body: object) -> Any:  # noqa: ANN401 - whatever JSON came
        data, headers = (None, None) if body is None else (json.dumps(body), {"Content-Type": _MEDIA_TYPE})
        try:
            async with self.session.request(method, url, data=data, headers=headers, allow_redirects=False) as response:
                return _meaning(self.name, response.status, await response.read())
        except ClientConnectorCertificateError as error:
            raise RegistryRefused(
                f"{self.name}: its certificate is not trusted ({error.certificate_error}); name its CA as ca_file"
            ) from error
        except (ClientError, TimeoutError, OSError) as error:
            raise RegistryUnavailable(
                f"{self.name}: not reached ({type(error).__name__}); see whether it runs and the address is right"
            ) from error


@asynccontextmanager
async def connected(access: Access) -> AsyncIterator[Transport]:
    """A session while the context is open; it connects when it is first asked. Raises ``RegistryRefused``."""
    base = _base(access.url)
    async with ClientSession(
        connector=TCPConnector(ssl=access.tls or True),
        headers={"Accept": f"{_MEDIA_TYPE}, application/json"} | _authorization(access),
        timeout=ClientTimeout(total=access.deadline),
    ) as session:
        yield Transport(base, session)


def _base(text: str) -> URL:
    try:
        url = URL(text.rstrip("/"))
    except ValueError:
        url = URL()
    if url.user is not None or url.password is not None:
        raise RegistryRefused("registry url: carries a user or password; give them as username and password instead")
    if url.scheme not in {"http", "https"} or not url.host or url.query_string or url.fragment:
        raise RegistryRefused(f"registry url {text!r}: not its API's address; write it like https://registry:8081")
    return url


def _authorization(access: Access) -> dict[str, str]:
    if access.username is None:
        return {}
    try:
        return {"Authorization": encode_basic_auth(access.username, access.password or "")}
    except ValueError as error:
        raise RegistryRefused("registry username: holds a colon, which basic authentication cannot carry") from error


def _meaning(name: str, status: int, content: bytes) -> Any:  # noqa: ANN401 - whatever JSON came
    answer = _json(content)
    code, said = _error(answer)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and answer is not None:
        return answer
    if status == HTTPStatus.NOT_FOUND and code in _NOT_THERE:
        return None
    if status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnavailable(f"{name}: answers {status}{said}; see its own log")
    if status == HTTPStatus.UNAUTHORIZED:
        raise RegistryRefused(f"{name}: answers 401; its username or password is missing or wrong")
    if status == HTTPStatus.FORBIDDEN:
        raise RegistryRefused(f"{name}: answers 403{said}; this user may not do that there")
    if code is None:
        raise RegistryRefused(
            f"{name}: answers {status}, but not as a registry does; see whether it is the base of its API"
        )
    raise RegistryRefused(f"{name}: answers {status}{said}")


def _json(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON came
    try:
        return json.loads(content)
    except ValueError:
        return None


def _error(answer: object) -> tuple[int | None, str]:
    """The error code and, as the end of a sentence, the words of an answer that is the registry's own error."""
    if not isinstance(answer, dict) or not isinstance(answer.get("error_code"), int):
        return None, ""
    words = " ".join(str(answer.get("message", "")).split())[:_LONGEST_MESSAGE]
    return answer["error_code"], f": {words}"
