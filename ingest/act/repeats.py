"""The same request twice: whoever did not hear the answer may ask again with the same key, and nothing is done twice.

A key becomes an action's id. Whoever is first in the log's order does it, and leaves what came of it; a repeat is told
that, as long as it is remembered. What an action showed is not kept: it may open a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from uuid_utils import UUID, uuid5, uuid7

from ingest.act.errors import ActionError
from runtime.eventlog import EventLog, Headers
from schemas.topics import asked_actions

_NAMESPACE = UUID("2f0e1f5c-52f3-5d0b-8d36-5c8a5a0f6c11")
"""Chosen once. Changing it would do again what was done under a key."""

_REPEAT, _CLAIM, _END = "repeat/", "/claim/", "/end"
_KEPT_FOR = timedelta(hours=24)
_JSON: Headers = (("content-type", b"application/json"),)


class StillRunning(ActionError):
    """Wait, then ask again with the same key: it is being done, or whoever did it never said what came of it."""

    code = "still-running"
    exit_status = 9
    http_status = 409  # type: ignore[assignment]  # CONFLICT


@dataclass(frozen=True, slots=True)
class _Put:
    key: str
    partition_key: str
    value: bytes | None
    headers: Headers = _JSON


def action_id_of(operator: str, vendor: str, action: str, key: str) -> str:
    """The same for the same key of the same operator for the same action, and for no other."""
    return str(uuid5(_NAMESPACE, f"{operator}\n{vendor}\n{action}\n{key}"))


@dataclass(frozen=True, slots=True)
class Repeats:
    log: EventLog

    async def begin(self, action_id: str) -> Mapping[str, object] | None:
        """``None`` where this is the first one, which must be done now; else what came of the first one.

        Raises ``StillRunning`` where that is not known.
        """
        mine = f"{_REPEAT}{action_id}{_CLAIM}{uuid7()}"
        await self._put(action_id, mine, {"at": datetime.now(UTC).timestamp()})
        found = await self._of(action_id)
        claims = [key for key in found if _CLAIM in key]
        if claims[:1] == [mine]:
            return None
        ended = found.get(f"{_REPEAT}{action_id}{_END}")
        if ended is None:
            raise StillRunning("the same key is being worked on, or its end was never told; look at `hookline actions`")
        return orjson.loads(ended)  # type: ignore[no-any-return]  # what ``end`` wrote

    async def end(self, action_id: str, outcome: Mapping[str, object]) -> None:
        await self._put(action_id, f"{_REPEAT}{action_id}{_END}", outcome)

    async def forget_old(self, now: datetime) -> None:
        """What is older than a day is gone: with the same key it would be done again."""
        old = (now - _KEPT_FOR).timestamp() * 1_000_000
        gone = [
            record.key
            async for record in self.log.scan(asked_actions())
            if record.key.startswith(_REPEAT) and record.value is not None and record.appended_at < old
        ]
        for key in gone:
            await self.log.append(asked_actions(), _Put(key, key.split("/")[1], None))

    async def _of(self, action_id: str) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        async for record in self.log.scan(asked_actions()):
            if record.key.startswith(f"{_REPEAT}{action_id}/"):
                found.pop(record.key, None)
                if record.value is not None:
                    found[record.key] = record.value
        return found

    async def _put(self, action_id: str, key: str, value: Mapping[str, object]) -> None:
        await self.log.append(asked_actions(), _Put(key, action_id, orjson.dumps(value)))
