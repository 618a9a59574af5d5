"""What is asked for, checked as far as anything can be checked before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.act import catalogue
from ingest.act.arguments import checked
from ingest.act.errors import InvalidOrder, NothingSuch, NotPermitted
from ingest.act.operators import Operator
from ingest.act.records import kept_arguments, named
from ingest.act.requests import kept
from ingest.action import Effect, InvalidArgument, Order, Plan, VendorAction
from runtime.errors import SettingsInvalid
from runtime.secrets import Secret, secrets_of
from runtime.settings import SourceSettings
from schemas.action import Action, ActionState

MAX_REASON = 1000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody asks for. ``source`` may be left out where the vendor has only one."""

    vendor: str
    action: str
    arguments: Mapping[str, object]
    operator: Operator
    source: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """``id`` is the action's. ``asking`` has its arguments and its reason as they were checked."""

    id: str
    asking: Asking
    source: SourceSettings
    action: VendorAction
    plan: Plan
    confirmed_by: str | None = None

    @property
    def changes(self) -> bool:
        """Whether something is other than before, once it was done."""
        return self.action.effect is not Effect.READS

    def step(self, state: ActionState) -> Action:
        """What the log is told of it now."""
        return Action(
            id=self.id,
            name=self.action.name,
            state=state,
            operator=self.asking.operator.name,
            verification_id=named(self.plan.verification_id),
            reason=self.asking.reason,
            confirmed_by=self.confirmed_by,
            arguments=kept_arguments(self.asking.arguments),
            requests=tuple(kept(request) for request in self.plan.requests),
            creates=self.action.effect is Effect.CREATES,
            decides=self.action.effect is Effect.DECIDES,
        )


def planned(action_id: str, asking: Asking, sources: Sequence[SourceSettings]) -> Planned:
    """Raises ``NothingSuch``, ``NotPermitted`` or ``InvalidOrder``."""
    action = catalogue.action_of(asking.vendor, asking.action)
    source = source_of(sources, asking.vendor, asking.source)
    check_allowed(asking.operator, asking.vendor, asking.action)
    reason = asking.reason.strip()
    arguments = checked(action, asking.arguments)
    is_test = source.environment == "test"
    order = Order(arguments, reason, source.options, is_test, _live_secrets(source), source.unsigned)
    try:
        _check_reason(action, reason)
        plan = action.plan(order)
    except InvalidArgument as fault:
        raise InvalidOrder([fault]) from None
    if plan.requests and source.api is None:
        raise NothingSuch(f"source ({source.name}).api: missing; {asking.vendor} cannot be asked without it")
    return Planned(action_id, replace(asking, reason=reason, arguments=arguments), source, action, plan)


def source_of(sources: Sequence[SourceSettings], vendor: str, name: str | None) -> SourceSettings:
    """The named source of the vendor, or its only one. Raises ``NothingSuch`` where that is none, or not one."""
    found = [each for each in sources if each.vendor == vendor and name in (None, each.name)]
    if not found:
        raise NothingSuch(f"source: none {f'called {name} ' if name else ''}of vendor {vendor} in the settings; add it")
    if len(found) > 1:
        raise NothingSuch(f"source: {', '.join(each.name for each in found)} are all {vendor}; name one")
    return found[0]


def check_allowed(operator: Operator, vendor: str, action: str) -> None:
    """Raises ``NotPermitted``."""
    if not operator.is_allowed(vendor, action):
        right = f"{vendor}.{action}"
        raise NotPermitted(f"{operator.name} may not do {right}; it takes {right} in operator.may of the settings")


def _check_reason(action: VendorAction, reason: str) -> None:
    if action.needs_reason and not reason:
        raise InvalidArgument("reason", "missing; say why, for whoever asks later")
    if len(reason) > MAX_REASON:
        raise InvalidArgument("reason", f"{len(reason)} characters; at most {MAX_REASON}")
    if not reason.replace("\n", "").isprintable():
        raise InvalidArgument("reason", "holds control characters; write plain text")


def _live_secrets(source: SourceSettings) -> tuple[Secret, ...]:
    """The source's own, as far as this process has them: few actions need one, and those say so."""
    try:
        return secrets_of(source)
    except SettingsInvalid:
        return ()
