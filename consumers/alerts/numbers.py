"""The rules about numbers that stages tell of their own work, pure: an observation in, findings out.

* ``failed-authentications``: within ``minutes``, an account's door answered 401 ``per_minute`` times a minute or more.
* ``budget-nearly-spent``: of the calls that an account may make within an hour or a day, ``share`` are spent.
* ``dead-letters``: there are some; each kind (stage and reason) of each account cools down by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from consumers.alerts import rule as names
from consumers.alerts.finding import Finding
from consumers.alerts.rule import Rule
from schemas.alert import AlertScope
from schemas.observation import DAY_MOST, DAY_SPENT, HOUR_MOST, HOUR_SPENT, Observation, ObservationKind

Refused = Mapping[int, int]
"""How many deliveries an account's door refused, by minute (its number since 1970)."""

_SPENT = (("hour", HOUR_SPENT, HOUR_MOST), ("day", DAY_SPENT, DAY_MOST))


def of_account(observation: Observation, message: str, *fact: str, part: str = "", count: int = 1) -> Finding:
    """About the observation's account; about Hookline itself where it names none."""
    return Finding(
        fact=(part, observation.at.isoformat(), *fact),
        message=message,
        at=observation.at,
        scope=AlertScope.SOURCE if observation.source else AlertScope.SYSTEM,
        provider=observation.provider,
        source=observation.source,
        part=part,
        count=count,
    )


def failed_authentications(rule: Rule, observation: Observation, refused: Refused) -> list[Finding]:
    """``refused`` counts the observation in."""
    last = int(observation.at.timestamp() // 60)
    number = sum(count for minute, count in refused.items() if last - rule.minutes < minute <= last)
    if number < rule.per_minute * rule.minutes:
        return []
    message = (
        f"{number} deliveries to source {observation.source} were not authenticated within {rule.minutes:g} minutes: "
        "somebody tries, or its secret is another one now."
    )
    return [of_account(observation, message)]


def budget_nearly_spent(rule: Rule, observation: Observation, _refused: Refused) -> list[Finding]:
    """Hour and day by themselves."""
    numbers = observation.numbers
    return [
        of_account(
            observation,
            f"Source {observation.source} has spent {numbers[spent]} of the {numbers[most]} calls of an {span} at "
            f"{observation.provider}.".replace("an day", "a day"),
            part=span,
        )
        for span, spent, most in _SPENT
        if spent in numbers and numbers.get(most) and numbers[spent] >= rule.share * numbers[most]
    ]


def dead_letters(_rule: Rule, observation: Observation, _refused: Refused) -> list[Finding]:
    """One for each stage and reason."""
    of_source = f" of source {observation.source}" if observation.source else ""
    return [
        of_account(
            observation,
            f"Records{of_source} became dead letters at stage {stage} ({reason}): see `hookline dead-letters list`.",
            part=f"{stage}/{reason}",
            count=count,
        )
        for (stage, _, reason), count in ((kind.partition("/"), count) for kind, count in observation.numbers.items())
    ]


ON_NUMBERS: Mapping[str, tuple[ObservationKind, Callable[[Rule, Observation, Refused], list[Finding]]]] = {
    names.FAILED_AUTHENTICATIONS: (ObservationKind.DOORS, failed_authentications),
    names.BUDGET_NEARLY_SPENT: (ObservationKind.BUDGET, budget_nearly_spent),
    names.DEAD_LETTERS: (ObservationKind.LETTERS, dead_letters),
}
"""The conditions that an observation alone fulfils, and the kind that they look at."""


def findings_in(rule: Rule, observation: Observation, refused: Refused) -> list[Finding]:
    """What the rule finds in the observation: nothing in one of another kind."""
    kind, condition = ON_NUMBERS.get(rule.when, (None, None))
    return condition(rule, observation, refused) if condition and observation.kind is kind else []
