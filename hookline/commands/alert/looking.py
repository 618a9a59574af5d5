"""Which rules are active, and a sample of a rule's alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from consumers.alerts.configured import rules_of
from consumers.alerts.delivery.building import channels_of
from consumers.alerts.delivery.channel import Result, send_once
from consumers.alerts.rule import Rule
from consumers.alerts.samples import sample_of
from hookline import rows
from hookline.cli import AsJson, SettingsFile, print_json, run, say, settings_of
from runtime.errors import HooklineError
from runtime.settings import AlertSettings, Settings
from schemas.alert import Alert
from schemas.codec import alert_to_record

_RULES = "The rules that are active, with their parameters.\n\nExample: hookline alert rules"
_TEST = """Send a sample of a rule's alerts, marked as a test, through the rule's channels, and say what came of it.

Example: hookline alert test rejected-for-fraud --dry-run"""

NOT_TAKEN = 11
"""Exit status of a test that a channel did not take."""


class UnknownRule(HooklineError):
    """Name another rule: `hookline alert rules` shows them."""


def register(alert: typer.Typer) -> None:
    alert.command("rules", help=_RULES)(show_rules)
    alert.command("test", help=_TEST)(try_out)


def rule_named(settings: AlertSettings, name: str) -> Rule:
    """Raises ``UnknownRule``."""
    rule = next((each for each in rules_of(settings) if each.name == name), None)
    if rule is None:
        raise UnknownRule(f"no active rule {name}; `hookline alert rules` shows them")
    return rule


def show_rules(context: typer.Context, settings: SettingsFile = None, as_json: AsJson = False) -> None:
    chosen = settings_of(settings or context.obj).alert
    for rule in rules_of(chosen):
        row = _rule_row(rule, chosen.channels_of(rule.name))
        if as_json:
            print_json(row)
        else:
            told = ", ".join(f"{name} {_shown(value)}" for name, value in row.items() if name not in _HEAD and value)
            say(f"{rule.name:<26} {rule.severity:<9} when {rule.when}" + (f"\n    {told}" if told else ""))


_HEAD = ("name", "severity", "when")


def _rule_row(rule: Rule, channels: tuple[str, ...]) -> dict[str, Any]:
    event = rule.event.wanted.model_dump(exclude_defaults=True) if rule.event else {}
    status = rule.status.wanted.model_dump(exclude_defaults=True) if rule.status else {}
    numbers = {name: getattr(rule, name) for name in ("hours", "intervals", "per_minute", "minutes", "share")}
    return {
        "name": rule.name,
        "severity": rule.severity,
        "when": rule.when,
        "cooldown": rule.cooldown.total_seconds(),
        "channels": list(channels),
        "sources": list(rule.sources),
        "providers": list(rule.providers),
        **{name: value for name, value in numbers.items() if value},
        **({"lifetimes": dict(rule.lifetimes)} if rule.lifetimes else {}),
        **({} if rule.test else {"without": "tests"}),
        **({"event": event} if event else {}),
        **({"status": status} if status else {}),
    }


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={_shown(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return "|".join(str(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def try_out(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="As `hookline alert rules` names it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.")] = False,
    settings: SettingsFile = None,
    as_json: AsJson = False,
) -> None:
    run(_test(settings_of(settings or context.obj), rule, dry_run=dry_run, as_json=as_json))


async def _test(settings: Settings, name: str, *, dry_run: bool, as_json: bool) -> None:
    alert = sample_of(rule_named(settings.alert, name), datetime.now(UTC))
    if as_json:
        print_json(alert_to_record(alert))
    else:
        say(rows.ALERTS.line(alert_to_record(alert)))
    if not dry_run and not await _sent(settings, alert, as_json=as_json):
        raise SystemExit(NOT_TAKEN)


async def _sent(settings: Settings, alert: Alert, *, as_json: bool) -> bool:
    """Whether every channel of the rule took it; says of each what came of it."""
    channels = channels_of(settings.alert.channel, settings.console.url)
    named = settings.alert.channels_of(alert.rule)
    if not named and not as_json:
        say("no channel is told of this rule's alerts; they are on the topic, and in `hookline alerts`")
    taken = True
    for name in named:
        outcome = await send_once(channels[name], alert)
        taken = taken and outcome.result is Result.TAKEN
        if as_json:
            print_json({"channel": name, "result": outcome.result, "detail": outcome.detail})
        else:
            say(f"{name}: {outcome.result}{': ' if outcome.detail else ''}{outcome.detail}")
            if not channels[name].wants(alert):
                say(f"{name}: (it would not be told of this one: see its min_severity and test)")
    return taken
