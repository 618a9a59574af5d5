"""Actions that wait for a second person, on the log: who confirms first, does it, and nobody does it twice.

An ask is a record of its own key. Whoever confirms appends a claim beside it, in the same partition, and reads back:
the first claim in the log's order wins, however many there are and wherever they come from.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from uuid_utils import uuid7

from ingest.act.errors import CannotConfirm
from ingest.act.remembered import Remembered
from runtime.eventlog import Record

_CLAIM = "claim/"
_BYTES = "base64:"
"""In place of a file's bytes; a text that begins so is marked as a text."""
_TEXT = "text:"

_DIED_AFTER = timedelta(hours=1)
"""Since somebody claimed it: whoever did has ended by then, or never will, and what it says is of no more use."""
_KNOWN_FOR = timedelta(days=1)
"""Since a claim: by then nobody is left who read the ask before it was gone."""


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


class Asks:
    """What waits, as the log tells it."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    async def put(self, ask: Ask) -> None:
        await self._remembered.put(ask.id, ask.id, _dump(ask))

    async def waiting(self) -> list[Ask]:
        """Those that nobody has claimed, oldest first."""
        records = await self._remembered.look()
        claimed = _claimed(records)
        found = [_load(record) for key, record in records.items() if _is_ask(key) and key not in claimed]
        return sorted(found, key=lambda ask: ask.asked_at)

    async def find(self, action_id: str) -> Ask:
        """Raises ``CannotConfirm`` where nothing of that id waits."""
        records = await self._remembered.look()
        if not _is_ask(action_id) or action_id not in records or action_id in _claimed(records):
            raise CannotConfirm("no such action waits: it was confirmed, or its time is over, or it never was")
        return _load(records[action_id])

    async def claim(self, ask: Ask, operator: str) -> None:
        """It is this operator's, and nobody else's. Raises ``CannotConfirm`` where another one was first."""
        key = f"{ask.id}/{_CLAIM}{uuid7()}"
        await self._remembered.put(key, ask.id, orjson.dumps({"operator": operator}))
        claims = (each for each in await self._remembered.look() if each.startswith(f"{ask.id}/{_CLAIM}"))
        if next(claims, None) != key:
            raise CannotConfirm("somebody else has just confirmed it")

    async def forget(self, ask: Ask) -> None:
        """What it said is gone from the log; its claim stays for a day, so that a late one is told the truth."""
        await self._remembered.put(ask.id, ask.id, None)

    async def forget_old(self, now: datetime, within: float) -> None:
        """What nobody may confirm any more is gone: too old, or claimed by somebody who died over it."""
        records = await self._remembered.look()
        claimed = _claimed(records)

        def is_left(key: str, record: Record) -> bool:
            if _is_ask(key):
                return _age(claimed[key], now) > _DIED_AFTER if key in claimed else _load(record).is_over(now, within)
            return _is_claim(key) and _ask_of(key) not in records and _age(record, now) > _KNOWN_FOR

        await self._remembered.forget([record for key, record in records.items() if is_left(key, record)])


def _is_ask(key: str) -> bool:
    return "/" not in key


def _is_claim(key: str) -> bool:
    return key.partition("/")[2].startswith(_CLAIM)


def _ask_of(claim: str) -> str:
    return claim.partition("/")[0]


def _claimed(records: Mapping[str, Record]) -> Mapping[str, Record]:
    """By ask, the claim that came last."""
    return {_ask_of(key): record for key, record in records.items() if _is_claim(key)}


def _age(record: Record, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(record.appended_at / 1_000_000, UTC)


def _dump(ask: Ask) -> bytes:
    members = {name: getattr(ask, name) for name in ("id", "vendor", "source", "action", "operator", "reason")}
    arguments = {name: _packed(value) for name, value in ask.arguments.items()}
    return orjson.dumps(members | {"arguments": arguments, "asked_at": ask.asked_at.timestamp()})


def _load(record: Record) -> Ask:
    members = orjson.loads(record.value or b"")
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
