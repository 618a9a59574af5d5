"""What an operator sees: log lines on stderr, and /live, /ready and /metrics on a port of their own."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from structlog.typing import EventDict

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.listening import listening
from runtime.settings import ObservabilitySettings
from runtime.stage import Health

_log = structlog.get_logger(__name__)

_FRAMES = 8
_CHECK_SECONDS = 2.0
"""Whoever asks for readiness has less patience than a write has."""
_ANY_FREE_PORT = "127.0.0.1:0"


def configure_logging(settings: ObservabilitySettings) -> None:
    """Log lines go to stderr: JSON for machines, aligned text for a terminal (``log_format = "auto"`` looks which)."""
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _place_of_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    at_least = max(logging.WARNING, logging.getLevelNamesMapping()[settings.log_level.upper()])
    logging.basicConfig(handlers=[_Foreign()], level=at_least, force=True)


class _Foreign(logging.Handler):
    """What libraries warn of, as a log line like ours: its first line, as what follows may quote a body."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0] if record.exc_info else None
        said = record.getMessage().partition("\n")[0]
        about = {"error": error.__name__} if error is not None else {}
        _log.log(record.levelno, said, logger=record.name, **about)


def _place_of_exception(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An exception's type and the way to its place. Its message may quote a body, so it is not logged, nor a local."""
    error = sys.exc_info()[1] if event.pop("exc_info", None) else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        event["error"] = type(error).__name__
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


@asynccontextmanager
async def serve_operations(
    settings: ObservabilitySettings, log: EventLog, healths: Sequence[Health]
) -> AsyncIterator[str]:
    """Serves while the context is open and gives the address.

    ``/live`` answers 200 while the process turns, ``/ready`` 200 while the log is usable and every stage makes progress
    and else 503 with what is wrong, ``/metrics`` in Prometheus' text format.
    """

    async def ready(_request: web.Request) -> web.Response:
        return await _ready(log, healths)

    app = web.Application()
    app.add_routes([web.get("/live", _live), web.get("/ready", ready), web.get("/metrics", _metrics)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    async with listening(runner, settings.listen or _ANY_FREE_PORT, "observability.listen") as url:
        yield url


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"live": True})


async def _ready(log: EventLog, healths: Sequence[Health]) -> web.Response:
    troubles = {health.name: health.trouble for health in healths if health.trouble is not None}
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await log.check()
    except LogUnavailable as error:
        troubles["log"] = str(error)
    except TimeoutError:
        troubles["log"] = f"no answer within {_CHECK_SECONDS:g} s; see whether it runs and keeps up"
    return web.json_response({"ready": not troubles, "troubles": troubles}, status=503 if troubles else 200)


async def _metrics(_request: web.Request) -> web.Response:
    body = await asyncio.to_thread(generate_latest)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
