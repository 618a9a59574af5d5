"""The one way in for every action, whoever asks and however."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from uuid_utils import uuid7

from ingest.act.asks import Ask, Asks
from ingest.act.carrying import Carrier, Result, recorded, result_of
from ingest.act.clients import Clients
from ingest.act.errors import ActionError, CannotConfirm, InvalidOrder, NotPermitted
from ingest.act.operators import Operator, is_same, matches
from ingest.act.planning import Asking, Planned, check_allowed, planned, source_of
from ingest.act.records import kept_arguments, record_of
from ingest.act.remembered import Remembered
from ingest.act.repeats import Repeats
from ingest.act.requests import shown
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.settings import ActSettings, SourceSettings
from schemas.action import Action, ActionState

_CONFIRM = "confirm"
"""What an attempt to confirm is called on the log, where it was refused."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Actions at the given sources' vendors, by whoever may."""

    sources: Sequence[SourceSettings]
    settings: ActSettings
    carrier: Carrier
    asks: Asks
    repeats: Repeats

    def preview(self, asking: Asking) -> Sequence[Mapping[str, object]]:
        """As the function of that name."""
        return preview(asking, self.sources)

    async def perform(self, asking: Asking, action_id: str | None = None) -> Result:
        """It was done, or is asked for, and the log says so. Raises ``ActionError``; then the log says that, too.

        ``action_id`` is for whoever must know it before; it is never given twice.
        """
        action_id = action_id or str(uuid7())
        try:
            ready = planned(action_id, asking, self.sources)
        except (InvalidOrder, NotPermitted) as error:
            await self._write_refusal(action_id, asking, error)
            raise
        if matches(self.settings.two_persons, asking.vendor, asking.action):
            return await self._ask(ready)
        return await self.carrier.carry_out(ready)

    async def confirm(self, action_id: str, operator: Operator) -> Result:
        """It was done, once, with a second person's word. Raises ``CannotConfirm``, or as ``perform`` does."""
        with recorded("nothing was done"):
            ask = await self.asks.find(action_id)
        try:
            self._check_confirms(ask, operator)
        except (CannotConfirm, NotPermitted) as error:
            tried = Asking(ask.vendor, _CONFIRM, {"action_id": ask.id}, operator, ask.source)
            await self._write_refusal(str(uuid7()), tried, error)
            raise
        asked = Asking(ask.vendor, ask.action, ask.arguments, Operator(ask.operator), ask.source, ask.reason)
        ready = replace(planned(ask.id, asked, self.sources), confirmed_by=operator.name)
        with recorded("nothing was done"):
            await self.asks.claim(ask, operator.name)
        try:
            return await self.carrier.carry_out(ready)
        finally:
            with suppress(LogUnavailable):  # what is left of it can be neither confirmed nor shown
                await self.asks.forget(ask)

    async def waiting(self) -> list[Ask]:
        """What may still be confirmed, oldest first; what is too old is forgotten."""
        now, within = datetime.now(UTC), self.settings.confirm_within
        with recorded("nothing can be shown"):
            found = await self.asks.waiting()
            await self.asks.forget_old(now, within)
        return [ask for ask in found if not ask.is_over(now, within)]

    async def forget_old(self) -> None:
        """What nobody may confirm any more is gone from the log, and what came of keys of yesterday, little by little.

        Raises ``LogUnavailable``.
        """
        await self.asks.forget_old(datetime.now(UTC), self.settings.confirm_within)
        await self.repeats.forget_old()

    def _check_confirms(self, ask: Ask, operator: Operator) -> None:
        if ask.is_over(datetime.now(UTC), self.settings.confirm_within):
            raise CannotConfirm(f"asked for more than {self.settings.confirm_within:g} s ago; ask for it again")
        if is_same(ask.operator, operator.name):
            raise CannotConfirm("you asked for it yourself; somebody else must confirm it")
        check_allowed(operator, ask.vendor, ask.action)

    async def _ask(self, ready: Planned) -> Result:
        began = record_of(ready.source, ready.step(ActionState.ASKED))
        asking = ready.asking
        ask = Ask(
            id=ready.id,
            vendor=asking.vendor,
            source=ready.source.name,
            action=asking.action,
            operator=asking.operator.name,
            reason=asking.reason,
            arguments=dict(asking.arguments),
            asked_at=datetime.now(UTC),
        )
        with recorded("nothing was asked for"):
            await self.carrier.write(began)
            await self.asks.put(ask)
        return result_of(ready, ActionState.ASKED, ready.plan.verification_id)

    async def _write_refusal(self, action_id: str, asking: Asking, error: ActionError) -> None:
        error.action_id = action_id
        refused = Action(
            id=action_id,
            name=asking.action,
            state=ActionState.FAILED,
            operator=asking.operator.name,
            arguments=kept_arguments(asking.arguments),
            code=error.code,
            message=str(error),
        )
        source = source_of(self.sources, asking.vendor, asking.source)
        await self.carrier.write_failure(record_of(source, refused), source.name, refused)


def preview(asking: Asking, sources: Sequence[SourceSettings]) -> Sequence[Mapping[str, object]]:
    """The requests that it would make; nothing is done, and nothing written down. Raises ``ActionError``."""
    ready = planned(str(uuid7()), asking, sources)
    account = Clients([ready.source]).account(ready.source.name) if ready.plan.requests else None
    return [shown(request, account) for request in ready.plan.requests]


@asynccontextmanager
async def acting(sources: Sequence[SourceSettings], settings: ActSettings, log: EventLog) -> AsyncIterator[Acting]:
    """Ready to act while the context is open."""
    async with Clients(sources) as clients:
        remembered = Remembered(log)
        yield Acting(sources, settings, Carrier(log, clients), Asks(remembered), Repeats(remembered))
