"""An action under a key: done by whoever is first, told again to everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from http import HTTPStatus

import structlog

from ingest.act.acting import Acting
from ingest.act.carrying import Result, recorded
from ingest.act.errors import ActionError, InvalidOrder, MayHaveBeenDone, NothingSuch, NotPermitted, NotToBeHad
from ingest.act.planning import Asking
from ingest.act.repeats import digest_of, fingerprint_of
from runtime.errors import LogUnavailable, SettingsInvalid
from schemas.action import ActionState

_log = structlog.get_logger(__name__)

_NOTHING_DONE = (InvalidOrder, NothingSuch, NotPermitted, NotToBeHad, SettingsInvalid)
"""Whoever mends it, or waits, may ask again with the same key."""

Outcome = Mapping[str, object]
"""What is kept of an answer: ``status``, ``action_id``, and either ``state``, ``verification_id`` and ``holds`` or
``code`` and ``detail``. What was kept before has no ``holds``.
"""


async def perform_once(acting: Acting, asking: Asking, key: str, action_id: str) -> Result | Outcome:
    """What came of it now, or what came of it before. Raises as ``perform`` does, and as ``begin``.

    ``key`` is whoever asked's own, for this action: it stands for this request alone.
    """
    repeats = acting.repeats
    digest = digest_of(asking.operator.name, asking.vendor, asking.action, key)
    with recorded("nothing was done"):
        before = await repeats.begin(digest, action_id, fingerprint_of(asking, key))
    if before is not None:
        return before
    try:
        result = await acting.perform(asking, action_id)
    except _NOTHING_DONE:
        await _kept(repeats.release(digest, action_id), action_id)
        raise
    except ActionError as error:
        await _kept(repeats.end(digest, action_id, _of_error(error, action_id)), action_id)
        raise
    except BaseException:  # told to stop, too slow, or a fault of ours: what was sent may have been done
        ended = MayHaveBeenDone("it was broken off; look there before you ask again")
        await asyncio.shield(_kept(repeats.end(digest, action_id, _of_error(ended, action_id)), action_id))
        raise
    await _kept(repeats.end(digest, action_id, _of_result(result)), action_id)
    return result


async def _kept(writing: Awaitable[None], action_id: str) -> None:
    """What came of it is told all the same: a repeat will not be told it, but neither will it be done twice."""
    try:
        await writing
    except LogUnavailable as error:
        _log.error("what came of a key is not on the log", action_id=action_id, error=str(error))


def status_of(result: Result) -> HTTPStatus:
    return HTTPStatus.ACCEPTED if result.state is ActionState.ASKED else HTTPStatus.OK


def _of_result(result: Result) -> Outcome:
    told = {"state": result.state, "action_id": result.action_id, "verification_id": result.verification_id}
    return {**told, "holds": result.holds, "status": int(status_of(result))}


def _of_error(error: ActionError, action_id: str) -> Outcome:
    return {"code": error.code, "detail": str(error), "action_id": action_id, "status": int(error.http_status)}
