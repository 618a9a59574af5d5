"""One callback's way from its request to its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import unquote_plus

import structlog
from aiohttp import web
from uuid_utils import uuid7

from ingest.door import Delivery
from ingest.receive import answers
from ingest.receive.answers import Answer
from ingest.receive.body import BodyTooLarge, BodyTooSlow, read_body
from ingest.receive.source import Source
from runtime import metrics
from runtime.errors import LogUnavailable, RecordTooLarge
from runtime.eventlog import EventLog
from runtime.secrets import Secret
from runtime.settings import ReceiverSettings
from schemas import topics
from schemas.callback import Callback, to_message

_log = structlog.get_logger(__name__)

_PATH = "/callbacks/"
_UNSIGNED = Secret("unsigned", b"")


@dataclass(slots=True)
class Receiver:
    """Answers requests for the given sources. Once it is told to ``drain``, each answer ends its connection."""

    log: EventLog
    sources: Mapping[str, Source]
    settings: ReceiverSettings
    in_flight: int = 0
    draining: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        metrics.IN_FLIGHT.set_function(lambda: self.in_flight)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to any request; whatever goes wrong on our side is 503, said in the log and never swallowed."""
        began = perf_counter()
        source = self._source(request)
        self.in_flight += 1
        try:
            answer = await self._answer(request, source)
        except ConnectionError:
            _log.info("client went away before its callback was complete", source=source.name if source else None)
            raise
        except Exception:  # the edge: a fault of the program must reach the vendor as "send it again"
            _log.exception("receiving failed", source=source.name if source else None)
            answer = answers.UNAVAILABLE
        finally:
            self._left()
        metrics.RECEIVER.answered(source.name if source else "", answer.status, perf_counter() - began)
        response = answer.response()
        if self.draining:
            response.force_close()
        return response

    async def drain(self) -> None:
        """Returns when no callback is in flight any more."""
        self.draining = True
        if self.in_flight:
            await self.idle.wait()

    def _left(self) -> None:
        self.in_flight -= 1
        if self.draining and not self.in_flight:
            self.idle.set()

    def _source(self, request: web.BaseRequest) -> Source | None:
        path = _path_of(request)
        return self.sources.get(path.removeprefix(_PATH)) if path.startswith(_PATH) else None

    async def _answer(self, request: web.BaseRequest, source: Source | None) -> Answer:
        refusal = self._refusal(request, source)
        if refusal is not None or source is None:
            return refusal or answers.UNKNOWN_SOURCE
        try:
            body = await read_body(request, self.settings.max_body_bytes, self.settings.body_timeout)
        except BodyTooLarge:
            return answers.TOO_LARGE
        except BodyTooSlow:
            return answers.TOO_SLOW
        delivery = Delivery(request.headers, body, request.raw_path.partition("?")[2], source.options)
        if source.door.is_handshake(delivery):
            _log.info("handshake", source=source.name)
            return answers.HANDSHAKE
        secret = _UNSIGNED if source.unsigned else source.door.authenticate(delivery, source.secrets)
        if secret is None:
            _log.warning("callback not authenticated", source=source.name, bytes=len(body))
            return answers.UNAUTHENTICATED
        return await self._store(_callback(request, delivery, source, secret))

    def _refusal(self, request: web.BaseRequest, source: Source | None) -> Answer | None:
        """What can be said before the body is read."""
        if source is None:
            return answers.UNKNOWN_SOURCE
        if request.method != "POST":
            return answers.WRONG_METHOD
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return answers.ENCODED
        if self.in_flight > self.settings.max_in_flight:
            return answers.UNAVAILABLE
        return None if source.limit.take() else answers.OVER_LIMIT

    async def _store(self, callback: Callback) -> Answer:
        try:
            await self.log.append(topics.callbacks(callback.vendor), to_message(callback))
        except LogUnavailable as error:
            _log.warning("callback not stored", source=callback.source, callback_id=callback.id, error=str(error))
            return answers.UNAVAILABLE
        except RecordTooLarge:
            return answers.TOO_LARGE
        metrics.RECEIVER.stored(callback.source, len(callback.body))
        return answers.STORED


def _callback(request: web.BaseRequest, delivery: Delivery, source: Source, secret: Secret) -> Callback:
    callback_id = str(uuid7())
    return Callback(
        id=callback_id,
        vendor=source.door.vendor,
        source=source.name,
        verification_id=source.door.verification_id(delivery) or callback_id,
        received_at=datetime.now(UTC),
        body=delivery.body,
        checked_by=f"{source.door.scheme} {secret.name}" if secret is not _UNSIGNED else _UNSIGNED.name,
        http_headers=_http_headers(request, source.secret_headers),
        query=_query(delivery.query, source.door.secret_parameters),
        test=source.test,
        options=source.carried,
    )


def _path_of(request: web.BaseRequest) -> str:
    """The path as it was sent; parsed only where it must be (a whole URL as its target, or escapes)."""
    path = request.raw_path.partition("?")[0]
    return path if path.startswith("/") and "%" not in path else request.path


def _query(query: str, secret: Collection[str]) -> str:
    """The query as it was sent, without the secret parameters."""
    if not query or not secret:
        return query
    return "&".join(each for each in query.split("&") if unquote_plus(each.partition("=")[0]) not in secret)


def _http_headers(request: web.BaseRequest, secret: Collection[bytes]) -> tuple[tuple[str, str], ...]:
    """The headers in their order, repeats included, without the secret ones; their bytes as Latin-1."""
    return tuple(
        [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.raw_headers
            if name.lower() not in secret
        ]
    )
