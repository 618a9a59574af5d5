from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from consumers.alerts.numbers import findings_in
from consumers.alerts.rule import BUILT_IN
from schemas.alert import AlertScope
from schemas.observation import Observation, ObservationKind
from tests.examples import NOON

MINUTE = int(NOON.timestamp() // 60)


def told(kind: ObservationKind, **numbers: int) -> Observation:
    return Observation(kind, NOON, "idverse", "idverse-au", numbers)


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        ({MINUTE: 10}, True),
        ({MINUTE - 4: 4, MINUTE - 2: 3, MINUTE: 3}, True),
        ({MINUTE: 9}, False),
        ({MINUTE - 5: 100, MINUTE: 9}, False),
        ({MINUTE + 1: 100, MINUTE: 9}, False),
    ],
)
def test_failed_authentications_are_counted_over_minutes(refused: dict[int, int], found: bool) -> None:  # noqa: FBT001 - a table
    """Twice a minute over five minutes, by default; older ones count for nothing."""
    findings = findings_in(BUILT_IN["failed-authentications"], told(ObservationKind.DOORS, refused=1), refused)
    assert found is bool(findings)


def test_failed_authentications_are_about_the_account() -> None:
    """Of no verification, and without saying who tried."""
    (finding,) = findings_in(BUILT_IN["failed-authentications"], told(ObservationKind.DOORS, refused=1), {MINUTE: 1234})
    assert (AlertScope.SOURCE, "idverse", "idverse-au", "") == (
        finding.scope,
        finding.provider,
        finding.source,
        finding.verification_id,
    )
    assert finding.message.startswith("1234 deliveries to source idverse-au were not authenticated within 5 minutes")


@pytest.mark.parametrize(
    ("numbers", "parts"),
    [
        ({"hour_spent": 80, "hour_most": 100}, ["hour"]),
        ({"hour_spent": 79, "hour_most": 100}, []),
        ({"hour_spent": 90, "hour_most": 100, "day_spent": 1500, "day_most": 1500}, ["hour", "day"]),
        ({"day_spent": 1199, "day_most": 1500}, []),
        ({"day_spent": 1200, "day_most": 1500}, ["day"]),
        ({"hour_spent": 5}, []),
        ({}, []),
    ],
)
def test_a_budget_is_nearly_spent_by_its_hour_or_its_day(numbers: dict[str, int], parts: list[str]) -> None:
    """Each cools down by itself; what is unbounded is never spent."""
    findings = findings_in(BUILT_IN["budget-nearly-spent"], told(ObservationKind.BUDGET, **numbers), {})
    assert parts == [finding.part for finding in findings]


def test_a_budget_says_how_much_of_how_much() -> None:
    """And of what."""
    rule = replace(BUILT_IN["budget-nearly-spent"], share=0.5)
    (finding,) = findings_in(rule, told(ObservationKind.BUDGET, day_spent=751, day_most=1500), {})
    assert "Source idverse-au has spent 751 of the 1500 calls of a day at idverse." == finding.message


def test_dead_letters_are_told_by_stage_and_reason() -> None:
    """How many there are is the count; of a record that is no account's the alert is about Hookline."""
    numbers = {"normalize/NOT_JSON": 3, "alert/UNDECODABLE_RECORD": 1}
    findings = findings_in(BUILT_IN["dead-letters"], Observation(ObservationKind.LETTERS, NOON, numbers=numbers), {})
    assert [("normalize/NOT_JSON", 3, AlertScope.SYSTEM), ("alert/UNDECODABLE_RECORD", 1, AlertScope.SYSTEM)] == [
        (finding.part, finding.count, finding.scope) for finding in findings
    ]
    assert (
        "Records became dead letters at stage normalize (NOT_JSON): see `hookline dead-letters list`."
        == findings[0].message
    )


def test_each_rule_looks_at_its_own_kind_of_observation() -> None:
    """Numbers of the same name elsewhere mean something else."""
    numbers = {"refused": 1000, "hour_spent": 100, "hour_most": 100, "normalize/NOT_JSON": 1}
    tick = Observation(ObservationKind.TICK, datetime.now(UTC), numbers=numbers)
    assert [] == [each for rule in BUILT_IN.values() for each in findings_in(rule, tick, {MINUTE: 1000})]
