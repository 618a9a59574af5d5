"""The console's desk at the fourth door: its pages ask in words of the console's, and are answered in the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from uuid_utils import uuid7

from consumers.console.desk import ActionFault, ActionField, ActionOrder, ActionOutcome, ActionType, ActionWaiting
from ingest.act.acting import Acting
from ingest.act.asks import Ask
from ingest.act.bounds import bounded, what_waits
from ingest.act.carrying import Result
from ingest.act.catalogue import actions_of
from ingest.act.errors import ActionError
from ingest.act.once import Outcome, perform_once
from ingest.act.operators import matches, operator_of
from ingest.act.planning import Asking
from ingest.act.records import kept_arguments
from ingest.act.told import error_row
from ingest.action import VendorAction
from ingest.vendors import DOORS
from runtime.access.identity import Identity
from runtime.errors import SettingsInvalid


@dataclass(frozen=True, slots=True)
class Desk:
    """``consumers.console.desk.ActionDesk``, kept by ``Acting``."""

    acting: Acting

    def types(self, who: Identity) -> Sequence[ActionType]:
        accounts = {vendor: _accounts(self.acting, vendor) for vendor in DOORS}
        return [
            _type(self.acting, vendor, action, who)
            for vendor, sources in accounts.items()
            if sources
            for action in actions_of(vendor).values()
        ]

    def preview(self, who: Identity, order: ActionOrder) -> Sequence[Mapping[str, object]]:
        with _faults():
            return self.acting.preview(_asking(who, order))

    async def perform(self, who: Identity, order: ActionOrder) -> ActionOutcome:
        action_id, asking = str(uuid7()), _asking(who, order)
        with _faults():
            async with bounded(action_id):
                if order.key is None:
                    return _outcome(await self.acting.perform(asking, action_id))
                came = await perform_once(self.acting, asking, order.key, action_id)
        return _outcome(came) if isinstance(came, Result) else _replayed(came, order)

    async def waiting(self, who: Identity) -> Sequence[ActionWaiting]:
        operator = operator_of(who)
        with _faults():
            found = await what_waits(self.acting)
        return [
            _waiting(ask)
            for ask in found
            if ask.operator == operator.name or operator.is_allowed(ask.vendor, ask.action)
        ]

    async def confirm(self, who: Identity, action_id: str) -> ActionOutcome:
        with _faults():
            async with bounded(action_id):
                return _outcome(await self.acting.confirm(action_id, operator_of(who)))


@contextmanager
def _faults() -> Iterator[None]:
    """The fourth door's errors in the console's words."""
    try:
        yield
    except ActionError as error:
        row = error_row(error)
        fields, said = row["fields"], row["vendor_says"]
        raise ActionFault(
            error.code,
            str(error),
            int(error.http_status),
            fields if isinstance(fields, Mapping) else None,
            vendor_says=said if isinstance(said, str) else None,
            action_id=error.action_id,
        ) from error
    except SettingsInvalid as error:
        raise ActionFault(
            "settings", "the settings of this account are wrong; the console's own log says how", 500
        ) from error


def _asking(who: Identity, order: ActionOrder) -> Asking:
    return Asking(order.vendor, order.action, order.arguments, operator_of(who), order.source, order.reason)


def _accounts(acting: Acting, vendor: str) -> tuple[str, ...]:
    return tuple(source.name for source in acting.sources if source.vendor == vendor)


def _type(acting: Acting, vendor: str, action: VendorAction, who: Identity) -> ActionType:
    return ActionType(
        vendor=vendor,
        name=action.name,
        help=action.help,
        fields=tuple(
            ActionField(each.name, each.help, str(each.kind), each.required, each.choices, each.many)
            for each in action.fields
        ),
        effect=str(action.effect),
        needs_reason=action.needs_reason,
        file=action.file,
        about=action.about,
        allowed=operator_of(who).is_allowed(vendor, action.name),
        two_persons=matches(acting.settings.two_persons, vendor, action.name),
        sources=_accounts(acting, vendor),
    )


def _outcome(result: Result) -> ActionOutcome:
    return ActionOutcome(
        state=str(result.state),
        action_id=result.action_id,
        vendor=result.vendor,
        action=result.action,
        verification_id=result.verification_id,
        holds=result.holds,
        answer=result.shown,
        file=result.file,
    )


def _replayed(came: Outcome, order: ActionOrder) -> ActionOutcome:
    """What came of the first one under this key. Raises ``ActionFault`` where that failed."""
    action_id = str(came["action_id"])
    if "code" in came:
        raise ActionFault(str(came["code"]), str(came["detail"]), int(str(came["status"])), action_id=action_id)
    about = came.get("verification_id")
    return ActionOutcome(
        state=str(came["state"]),
        action_id=action_id,
        vendor=order.vendor,
        action=order.action,
        verification_id=None if about is None else str(about),
        holds=came.get("holds") is not False,
        replayed=True,
    )


def _waiting(ask: Ask) -> ActionWaiting:
    return ActionWaiting(
        action_id=ask.id,
        vendor=ask.vendor,
        source=ask.source,
        action=ask.action,
        operator=ask.operator,
        reason=ask.reason,
        arguments=kept_arguments(ask.arguments),
        asked_at=ask.asked_at,
    )
