"""Sessions that people ended by hand, on the log: every console that reads it knows of them, after a restart too."""

from __future__ import annotations

import asyncio
from itertools import islice

import orjson
import structlog

from runtime.access.sessions import Session, Sessions
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Headers, Put, Record

_log = structlog.get_logger(__name__)

_SIGNED_OUT = "signed-out/"
_AT_ONCE = 20
"""Sessions that one look forgets; the next one forgets more."""
_JSON: Headers = (("content-type", b"application/json"),)


class Leaving:
    """Ends sessions: here at once, at other consoles with their next look. ``topic`` may hold other things, too."""

    def __init__(self, log: EventLog, topic: str, sessions: Sessions) -> None:
        self._log = log
        self._topic = topic
        self._sessions = sessions
        self._untold: dict[str, float] = {}
        self._told: dict[str, tuple[int, float]] = {}
        self._next: dict[int, int] = {}
        self._looking = asyncio.Lock()

    async def leave(self, session: Session) -> None:
        """It is over. What the log cannot be told now, it is told with our next look."""
        self._sessions.end(session.id, session.ends)
        self._untold[session.id] = session.ends
        try:
            await self._tell()
        except LogUnavailable as error:
            _log.warning("other consoles do not know yet who signed out", error=str(error))

    async def look(self) -> None:
        """Whatever was ended before, at any console, is over here. Raises ``LogUnavailable``."""
        async with self._looking:
            await self._tell()
            async for record in self._log.scan(self._topic, start=dict(self._next)):
                self._next[record.partition] = record.offset + 1
                self._learn(record)
            await self._forget()

    async def _tell(self) -> None:
        for session_id, ends in list(self._untold.items()):
            told = Put(_SIGNED_OUT + session_id, session_id, orjson.dumps({"ends": ends}), _JSON)
            await self._log.append(self._topic, told)
            self._untold.pop(session_id, None)

    def _learn(self, record: Record) -> None:
        if not record.key.startswith(_SIGNED_OUT):
            return
        if record.value is None:
            self._told.pop(record.key, None)
            return
        ends = _end_in(record.value)
        self._told[record.key] = record.partition, ends
        self._sessions.end(record.key.removeprefix(_SIGNED_OUT), ends)

    async def _forget(self) -> None:
        """Those that would be over anyway: no copy of their cookies is of use any more."""
        now = self._sessions.sealer.now()
        over = [(key, partition) for key, (partition, ends) in self._told.items() if ends <= now]
        for key, partition in islice(over, _AT_ONCE):
            await self._log.append(self._topic, Put(key, partition, None))
            self._told.pop(key, None)


def _end_in(value: bytes) -> float:
    """When it would be over anyway; for what says nothing of the kind that is long ago, so that it is forgotten."""
    try:
        return float(orjson.loads(value)["ends"])
    except (ValueError, TypeError, KeyError):
        return 0.0
