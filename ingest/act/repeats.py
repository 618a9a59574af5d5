"""The same request twice: whoever did not hear the answer may ask again with the same key, and nothing is done twice.

Whoever is first under a key, in the log's order, does it, and leaves what came of it; a repeat is told that, as long as
it is remembered. What an action showed is not kept: it may open a door. A key stands for one request: whoever asks for
something else under it is told so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson

from ingest.act.errors import ActionError, KeyReused, MayHaveBeenDone, StillRunning
from ingest.act.planning import Asking
from ingest.act.remembered import Remembered
from ingest.act.requests import shortened
from runtime.errors import LogUnavailable
from runtime.eventlog import Record

_REPEAT, _CLAIM, _END = "repeat/", "/claim/", "/end/"
_KEPT_FOR = timedelta(hours=24)
_RUNS_AT_MOST = timedelta(minutes=5)
"""No request is worked on for so long, whatever the clocks of several machines say."""
_ASKED = "asked"
"""In a claim: the fingerprint of what was asked for. Claims of before have none."""


def digest_of(operator: str, vendor: str, action: str, key: str) -> str:
    """The same for the same key of the same operator for the same action, and for no other."""
    return sha256(f"{operator}\n{vendor}\n{action}\n{key}".encode()).hexdigest()


def fingerprint_of(asking: Asking, key: str) -> str:
    """The same for the same source, reason and arguments under the same key. Nobody can guess at a person's data with
    it who does not have the key, which is not kept.
    """
    arguments = {name: value for name, value in asking.arguments.items() if value is not None}
    asked = [key, asking.source, asking.reason.strip(), arguments]
    try:
        written = json.dumps(shortened(asked), sort_keys=True)
    except RecursionError:  # no such arguments are ever taken
        written = ""
    return sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Repeats:
    """What is remembered of each key, by its digest, for a day. Each action that is tried under it has its own id."""

    remembered: Remembered

    async def begin(self, digest: str, action_id: str, fingerprint: str) -> Mapping[str, object] | None:
        """``None`` where this is the first one, which must be done now; else what came of the first one.

        Raises ``KeyReused`` where the first one was something else, ``StillRunning`` where what came of it is not known
        yet, ``MayHaveBeenDone`` where it never will be.
        """
        mine = _key(digest, _CLAIM, action_id)
        await self._put(mine, orjson.dumps({_ASKED: fingerprint}))
        found = await self._of(digest)
        first = next((key for key in found if _CLAIM in key), None)
        if first == mine:
            return None
        with suppress(LogUnavailable):  # else it would seem to be the first one, when that is forgotten
            await self._put(mine, None)
        if first is None:
            raise StillRunning("the log does not show this request yet; ask again with the same key")
        done_as = first.rpartition("/")[2]
        if _asked(found[first]) not in (None, fingerprint):
            raise _reused(done_as)
        ended = found.get(_key(digest, _END, done_as))
        if ended is None or ended.value is None:
            raise _unended(done_as, found[first])
        return orjson.loads(ended.value)  # type: ignore[no-any-return]  # what ``end`` wrote

    async def end(self, digest: str, action_id: str, outcome: Mapping[str, object]) -> None:
        await self._put(_key(digest, _END, action_id), orjson.dumps(outcome))

    async def release(self, digest: str, action_id: str) -> None:
        """Nothing was tried: with the same key it may be asked for as if for the first time."""
        await self._put(_key(digest, _CLAIM, action_id), None)

    async def _of(self, digest: str) -> Mapping[str, Record]:
        """By key, in the order of the log. What is older than a day, of any key, is forgotten little by little."""
        records = await self.remembered.look()
        mine = {key: each for key, each in records.items() if key.startswith(f"{_REPEAT}{digest}/")}
        await self._forget(records)
        return {key: each for key, each in mine.items() if not _is_old(each)}

    async def forget_old(self) -> None:
        """What is older than a day is gone, so much of it as is forgotten at once."""
        await self._forget(await self.remembered.look())

    async def _forget(self, records: Mapping[str, Record]) -> None:
        old = [each for key, each in records.items() if key.startswith(_REPEAT) and _is_old(each)]
        await self.remembered.forget(old)

    async def _put(self, key: str, value: bytes | None) -> None:
        await self.remembered.put(key, key.split("/")[1], value)


def _key(digest: str, what: str, action_id: str) -> str:
    return f"{_REPEAT}{digest}{what}{action_id}"


def _is_old(record: Record) -> bool:
    return record.appended_at < (datetime.now(UTC) - _KEPT_FOR).timestamp() * 1_000_000


def _asked(claim: Record) -> object:
    return orjson.loads(claim.value or b"{}").get(_ASKED)


def _reused(action_id: str) -> ActionError:
    error = KeyReused("nothing was done: this key was used for another request; use another key")
    error.action_id = action_id
    return error


def _unended(action_id: str, claim: Record) -> ActionError:
    since = datetime.now(UTC) - datetime.fromtimestamp(claim.appended_at / 1_000_000, UTC)
    error: ActionError = StillRunning("the same key is being worked on; ask again with it in a while")
    if since > _RUNS_AT_MOST:
        error = MayHaveBeenDone("whoever began it never said what came of it; look there, then choose another key")
    error.action_id = action_id
    return error
