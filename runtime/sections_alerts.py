"""The settings' section ``[alert]``: rules, and the channels that are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from runtime.sections_base import Section
from runtime.sections_channels import ChannelSettings

EVENT_MATCHES = "event-matches"
"""The condition that a rule spells out itself."""

PARAMETERS: Mapping[str, frozenset[str]] = {
    "rejected-for-fraud": frozenset(),
    "screening-hit": frozenset(),
    "contradicting-decisions": frozenset(),
    "person-erased": frozenset(),
    "document-expires": frozenset(),
    "needs-review-too-old": frozenset({"hours"}),
    "verification-expires-soon": frozenset({"hours", "lifetimes"}),
    "vendor-silent": frozenset({"intervals", "minutes"}),
    "failed-authentications": frozenset({"per_minute", "minutes"}),
    "dead-letters": frozenset(),
    "unmapped-words": frozenset(),
    "budget-nearly-spent": frozenset({"share"}),
    EVENT_MATCHES: frozenset({"event", "status"}),
}
"""Each condition, and the parameters that it has. All but the last are rules of their own names, too."""


def _listed(value: object) -> object:
    """One word may stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], BeforeValidator(_listed)]
"""Any of these; of vendors' own words a star stands for anything."""

Hours = Annotated[float, Field(gt=0, le=8760)]


class EventMatch(Section):
    """What an event must be, in the words of ``docs/events.md``: every key that is given must hold, and of its words
    one. ``check_kind`` and ``check_result`` must hold of one and the same check, ``reason_class`` and ``reason_code``
    of one and the same reason.
    """

    kind: Words = ()
    outcome: Words = ()
    final: bool | None = None
    reopens: bool | None = None
    decided_by: Words = ()
    subject_kind: Words = ()
    provenance: Words = ()
    vendor_event: Words = ()
    vendor_status: Words = ()
    reason_class: Words = ()
    reason_code: Words = ()
    check_kind: Words = ()
    check_name: Words = ()
    check_result: Words = ()


class StatusMatch(Section):
    """Where the verification must stand once the event is counted in, as far as this stage has seen it.

    ``contradictions``: how many contrary final decisions there were at least.
    """

    outcome: Words = ()
    final: bool | None = None
    waits_for: Words = ()
    contradictions: int | None = Field(None, ge=1)


class AlertRuleSettings(Section):
    """A rule. What is not given is the default of the built-in rule of that name, else of its condition ``when``.

    ``cooldown`` in seconds; ``channels`` that are told (not given: all of them; an empty list: none). ``sources`` and
    ``providers`` are those that it looks at (not given: all of them), ``test`` whether tests count.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    when: str | None = None
    enabled: bool = True
    severity: Annotated[Literal["INFO", "WARNING", "CRITICAL"], BeforeValidator(_upper)] | None = None
    cooldown: float | None = Field(None, ge=0, le=30 * 86_400)
    channels: tuple[str, ...] | None = None
    sources: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    test: bool = True
    hours: Hours | None = None
    lifetimes: dict[str, Hours] | None = None
    intervals: float | None = Field(None, ge=1, le=1000)
    per_minute: float | None = Field(None, gt=0)
    minutes: float | None = Field(None, ge=1, le=1440)
    share: float | None = Field(None, gt=0, le=1)
    event: EventMatch | None = None
    status: StatusMatch | None = None

    @property
    def condition(self) -> str:
        return self.when or self.name

    @model_validator(mode="after")
    def _checked(self, info: ValidationInfo) -> Self:
        vendors = (info.context or {}).get("vendors", ())
        unknown = [name for name in self.providers if vendors and name not in vendors]
        if unknown:
            raise ValueError(f"providers: no such vendor: {', '.join(unknown)}; write some of: {', '.join(vendors)}")
        if self.when is None and self.name not in PARAMETERS:
            raise ValueError(f"when: {self.name} is no built-in rule; name its condition, one of: {_conditions()}")
        if self.condition not in PARAMETERS:
            raise ValueError(f"when: no such condition; write one of: {_conditions()}")
        if self.name in PARAMETERS and self.when not in {None, self.name}:
            raise ValueError(f"when: {self.name} is a built-in rule; give a rule with another condition another name")
        if self.condition == EVENT_MATCHES and self.event is None:
            raise ValueError("event: event-matches needs [alert.rule.event]; say there what an event must be")
        known = {name for parameters in PARAMETERS.values() for name in parameters}
        for name in sorted(known - PARAMETERS[self.condition]):
            if getattr(self, name) is not None:
                raise ValueError(f"{name}: {self.condition} has no such parameter; remove it")
        return self


def _conditions() -> str:
    return ", ".join(PARAMETERS)


class AlertSettings(Section):
    """``tick``: seconds between two looks at the rules that wait for no event."""

    tick: float = Field(15.0, ge=0.1, le=300)
    rule: tuple[AlertRuleSettings, ...] = ()
    channel: tuple[ChannelSettings, ...] = ()

    @model_validator(mode="after")
    def _checked(self) -> Self:
        for what, names in (("rule", [each.name for each in self.rule]), ("channel", self.channel_names)):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what}: the name {', '.join(twice)} is given twice; each {what} needs its own")
        for rule in self.rule:
            unknown = [name for name in rule.channels or () if name not in self.channel_names]
            if unknown:
                raise ValueError(f"rule ({rule.name}).channels: no channel {', '.join(unknown)}; add [[alert.channel]]")
        return self

    def check_accounts(self, sources: Collection[str], vendors: Collection[str]) -> None:
        """Raises ``ValueError`` for a rule about accounts or vendors that are none of these; no vendors: any may be."""
        for rule in self.rule:
            unknown = [name for name in rule.sources if name not in sources]
            if unknown:
                raise ValueError(f"alert.rule ({rule.name}).sources: no source {', '.join(unknown)}; see [[source]]")
            lives = [name for name in rule.lifetimes or () if vendors and name not in {*sources, *vendors}]
            if lives:
                raise ValueError(
                    f"alert.rule ({rule.name}).lifetimes: no source or vendor {', '.join(lives)}; see [[source]]"
                )

    @property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.channel)

    def channels_of(self, rule: str) -> tuple[str, ...]:
        """The names of the channels that are told of this rule's alerts: all of them, where the rule names none."""
        named = next((each.channels for each in self.rule if each.name == rule), None)
        return self.channel_names if named is None else named
