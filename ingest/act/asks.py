"""Actions that wait for a second person, on the log: who confirms first, does it, and nobody does it twice.

An ask is a record of its own key. Whoever confirms appends a claim beside it, in the same partition, and reads back:
the first claim in the log's order wins, however many there are and wherever they come from.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from uuid_utils import uuid7

from ingest.act.errors import CannotConfirm
from runtime.eventlog import EventLog, Headers, Record
from schemas.topics import asked_actions

_CLAIM = "/claim/"
_JSON: Headers = (("content-type", b"application/json"),)
_BYTES = "base64:"
"""In place of a file's bytes; a text that begins so is marked as a text."""
_TEXT = "text:"


@dataclass(frozen=True, slots=True)
class Ask:
    """``id`` is the action's; ``arguments`` were checked when it was asked for."""

    id: str
    vendor: str
    source: str
    action: str
    operator: str
    reason: str
    arguments: dict[str, object]
    asked_at: datetime

    def is_over(self, now: datetime, within: float) -> bool:
        return (now - self.asked_at).total_seconds() > within


@dataclass(frozen=True, slots=True)
class _Put:
    key: str
    partition_key: str
    value: bytes | None
    headers: Headers = _JSON


class Asks:
    """What waits, as the log tells it."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def put(self, ask: Ask) -> None:
        await self._log.append(asked_actions(), _Put(ask.id, ask.id, _dump(ask)))

    async def waiting(self) -> AsyncIterator[Ask]:
        """Those that nobody has claimed, oldest first."""
        records = await self._records()
        claimed = {key.partition(_CLAIM)[0] for key in records if _CLAIM in key}
        for key, record in records.items():
            if "/" not in key and key not in claimed and record.value is not None:
                yield _load(record.value)

    async def find(self, action_id: str) -> Ask:
        """Raises ``CannotConfirm`` where nothing of that id waits."""
        async for ask in self.waiting():
            if ask.id == action_id:
                return ask
        raise CannotConfirm("no such action waits: it was confirmed, or its time is over, or it never was")

    async def claim(self, ask: Ask, operator: str) -> None:
        """It is this operator's, and nobody else's. Raises ``CannotConfirm`` where another one was first."""
        key = f"{ask.id}{_CLAIM}{uuid7()}"
        await self._log.append(asked_actions(), _Put(key, ask.id, orjson.dumps({"operator": operator})))
        claims = [each for each in await self._records() if each.startswith(ask.id + _CLAIM)]
        if claims[:1] != [key]:
            raise CannotConfirm("somebody else has just confirmed it")

    async def forget(self, ask: Ask) -> None:
        """What it said is gone from the log; its claim stays, so that a late one is told the truth."""
        await self._log.append(asked_actions(), _Put(ask.id, ask.id, None))

    async def _records(self) -> dict[str, Record]:
        """What holds, by key, in the order of the log."""
        found: dict[str, Record] = {}
        async for record in self._log.scan(asked_actions()):
            found.pop(record.key, None)
            if record.value is not None:
                found[record.key] = record
        return found


def _dump(ask: Ask) -> bytes:
    members = {name: getattr(ask, name) for name in ("id", "vendor", "source", "action", "operator", "reason")}
    arguments = {name: _packed(value) for name, value in ask.arguments.items()}
    return orjson.dumps(members | {"arguments": arguments, "asked_at": ask.asked_at.timestamp()})


def _load(value: bytes) -> Ask:
    members = orjson.loads(value)
    arguments = {name: _unpacked(each) for name, each in members.pop("arguments").items()}
    asked_at = datetime.fromtimestamp(members.pop("asked_at"), UTC)
    return Ask(**members, arguments=arguments, asked_at=asked_at)


def _packed(value: object) -> object:
    if isinstance(value, bytes):
        return _BYTES + base64.b64encode(value).decode()
    return _TEXT + value if isinstance(value, str) else value


def _unpacked(value: object) -> object:
    if not isinstance(value, str):
        return value
    return base64.b64decode(value.removeprefix(_BYTES)) if value.startswith(_BYTES) else value.removeprefix(_TEXT)
