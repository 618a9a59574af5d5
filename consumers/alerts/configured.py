"""The rules that are active: the built-in ones, as the settings change them, and the settings' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from consumers.alerts.matching import EventPattern, StatusPattern, mistakes_in
from consumers.alerts.rule import BUILT_IN, Rule
from runtime.errors import SettingsInvalid
from runtime.settings import EVENT_MATCHES, AlertRuleSettings, AlertSettings
from schemas.alert import Severity

_NUMBERS = ("hours", "intervals", "per_minute", "minutes", "share")


def rules_of(settings: AlertSettings) -> tuple[Rule, ...]:
    """The built-in rules first, then the settings' own, without those that are switched off.

    Raises ``SettingsInvalid`` with every word of an ``event-matches`` rule that is none of ours.
    """
    mistakes = [
        f"alert.rule[{index}] ({rule.name}).{mistake}"
        for index, rule in enumerate(settings.rule)
        for mistake in mistakes_in(rule.event, rule.status)
    ]
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    written = {rule.name: rule for rule in settings.rule}
    off = {name for name, rule in written.items() if not rule.enabled}
    every = {**BUILT_IN, **{name: _rule(rule) for name, rule in written.items()}}
    return tuple(rule for name, rule in every.items() if name not in off)


def _rule(written: AlertRuleSettings) -> Rule:
    when = written.condition
    base = BUILT_IN.get(when) or Rule(written.name, EVENT_MATCHES, Severity.WARNING)
    given: dict[str, Any] = {name: getattr(written, name) for name in _NUMBERS if getattr(written, name) is not None}
    if written.severity is not None:
        given["severity"] = Severity(written.severity)
    if written.cooldown is not None:
        given["cooldown"] = timedelta(seconds=written.cooldown)
    return replace(
        base,
        name=written.name,
        sources=written.sources,
        providers=written.providers,
        test=written.test,
        lifetimes={**base.lifetimes, **(written.lifetimes or {})},
        event=EventPattern(written.event) if written.event else None,
        status=StatusPattern(written.status) if written.status else None,
        **given,
    )
