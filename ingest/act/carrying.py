"""Does what was planned, in an order that loses nothing: written down, done, read back, written down, told.

The log has the attempt before anything is sent, and its end before whoever asked is told. So a crash in between leaves
an attempt without an end, which everybody can see, and never a deed without a trace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

import structlog

from ingest.act.clients import Clients
from ingest.act.errors import ActionError, MayHaveBeenDone, NotRecorded, of_vendor
from ingest.act.planning import Planned
from ingest.act.records import kept_answer, named, record_of
from ingest.action import Done
from ingest.api import Answer, Call, Request, Target, VendorError
from ingest.documents import document_of
from ingest.fetch.asking import request_of
from runtime import metrics
from runtime.errors import LogUnavailable, RecordTooLarge
from runtime.eventlog import EventLog
from schemas import fetching, topics
from schemas.action import Action, ActionState
from schemas.callback import Callback, to_message

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: ``DONE``, or ``ASKED`` where somebody else must confirm it now.

    ``shown`` is what the vendor said, ``file`` where that is a file. ``holds`` is false where the vendor accepted it
    and then showed something else. ``verification_id`` is the one that it is about, or that was created.
    """

    action_id: str
    state: ActionState
    vendor: str
    source: str
    action: str
    verification_id: str | None = None
    shown: object = None
    file: bytes | None = None
    holds: bool = True
    milliseconds: int | None = None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """``began`` is the record that the action began with, ``since`` the clock then."""

    planned: Planned
    began: Callback
    since: float

    @property
    def milliseconds(self) -> int:
        return round((monotonic() - self.since) * 1000)


@dataclass(frozen=True, slots=True)
class Carrier:
    """Does one action after another, or many at once."""

    log: EventLog
    clients: Clients

    async def carry_out(self, planned: Planned) -> Result:
        """It was done, and the log says so. Raises ``ActionError``; then the log says that, if it can be written.
        Raises ``SettingsInvalid`` where the account's secrets cannot be read: nothing was tried then.

        What asks nothing of the vendor cannot stop half way, so that only its end is written down.
        """
        call: Call = _no_call
        if planned.plan.requests:
            call = (await self.clients.of(planned.source.name)).call
        began = record_of(planned.source, planned.step(ActionState.BEGUN))
        if planned.plan.requests:
            with recorded("nothing was done"):
                await self.write(began)
        attempt = _Attempt(planned, began, monotonic())
        try:
            done = await self._done(attempt, call)
        except VendorError as error:
            trouble = of_vendor(error, changes=planned.changes)
            await self._fail(attempt, trouble, error.answer)
            raise trouble from error
        except NotRecorded:
            raise
        except BaseException as error:  # told to stop, or a fault of ours: what was sent may have been done
            await asyncio.shield(self._fail(attempt, MayHaveBeenDone(f"ended by {type(error).__name__}")))
            raise
        return await self._told(attempt, done)

    async def write(self, callback: Callback) -> None:
        await self.log.append(topics.callbacks(callback.vendor), to_message(callback))

    async def write_failure(self, record: Callback, source: str, action: Action) -> None:
        """The log is told, as far as it can be: whoever asked is told either way."""
        metrics.ACTIONS.labels(source, action.name, action.state).inc()
        try:
            await self.write(record)
        except (LogUnavailable, RecordTooLarge) as error:
            _log.error("an action's end is not on the log", action_id=action.id, error=str(error))

    async def _done(self, attempt: _Attempt, call: Call) -> Done:
        planned = attempt.planned
        done = await planned.plan.carry_out(call)
        with recorded("it was done, but what it came to is not on the log"):
            bodies = [body for target in done.read for body in await self._look(attempt, call, target)]
            for target in done.gone:
                account = (await self.clients.of(planned.source.name)).account
                await self._keep(document_of(account, target, done.answer, attempt.began.id, gone=True))
        if planned.changes or done.shown is not None or not bodies:
            return done
        said = [kept_answer(body) for body in bodies]
        return replace(done, shown=said[0] if len(said) == 1 else said)

    async def _look(self, attempt: _Attempt, call: Call, target: Target) -> Sequence[bytes]:
        """What the target says now, and is on the log. What cannot be read after a deed is left to fetching."""
        account = (await self.clients.of(attempt.planned.source.name)).account
        try:
            fetched = await account.api.fetch(call, target)
        except VendorError:
            if not attempt.planned.changes:
                raise
            await self._have_read(attempt, target)
            return ()
        for body in fetched.bodies:
            await self._keep(document_of(account, target, body, attempt.began.id))
        for more in (*(() if fetched.settled else (target,)), *fetched.more):
            await self._have_read(attempt, more)
        return fetched.bodies

    async def _keep(self, document: Callback) -> None:
        await self.write(document)
        metrics.FETCHED.labels(document.source).inc()

    async def _have_read(self, attempt: _Attempt, target: Target) -> None:
        source = attempt.planned.source
        request = request_of(target, source.name, attempt.began.id, datetime.now(UTC))
        await self.log.append(topics.fetch_requests(source.vendor), fetching.to_message(request))

    async def _told(self, attempt: _Attempt, done: Done) -> Result:
        planned, source = attempt.planned, attempt.planned.source
        ended = replace(
            planned.step(ActionState.DONE),
            verification_id=named(done.verification_id) or named(planned.plan.verification_id),
            answer=kept_answer(done.answer if done.kept is None else done.kept),
            milliseconds=attempt.milliseconds,
            subject_ref=named(done.subject_ref),
            code=None if done.holds else "does-not-hold",
        )
        with recorded("it was done, but the log could not be told so"):
            await self.write(record_of(source, ended, attempt.began.id))
        metrics.ACTIONS.labels(source.name, planned.action.name, ended.state).inc()
        return replace(
            result_of(planned, ended.state, ended.verification_id),
            shown=done.shown,
            file=done.answer if planned.action.file is not None else None,
            holds=done.holds,
            milliseconds=ended.milliseconds,
        )

    async def _fail(self, attempt: _Attempt, trouble: ActionError, answer: bytes | None = None) -> None:
        planned = attempt.planned
        trouble.action_id = planned.id
        ended = replace(
            planned.step(ActionState.UNCONFIRMED if isinstance(trouble, MayHaveBeenDone) else ActionState.FAILED),
            answer=kept_answer(answer or b""),
            milliseconds=attempt.milliseconds,
            code=trouble.code,
            message=str(trouble),
        )
        await self.write_failure(record_of(planned.source, ended, attempt.began.id), planned.source.name, ended)


def result_of(planned: Planned, state: ActionState, verification_id: str | None) -> Result:
    return Result(planned.id, state, planned.source.vendor, planned.source.name, planned.action.name, verification_id)


@contextmanager
def recorded(meanwhile: str) -> Iterator[None]:
    """Raises ``NotRecorded`` in place of the log's trouble; ``meanwhile`` is what else whoever asked must know."""
    try:
        yield
    except (LogUnavailable, RecordTooLarge) as error:
        raise NotRecorded(f"{error}; {meanwhile}") from error


async def _no_call(_request: Request) -> Answer:
    raise AssertionError("a plan without requests makes no call")
