"""What the load and the faults promise, whatever their chance: without these the oracle would have little to see."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.fleet import BROKER, MEMBERS, NORMALIZERS, PROJECTORS, RECEIVERS, SESSION_SECONDS
from tests.chaos.nemesis import FULL, QUICK, Fault, Force, Kind, steps
from tests.chaos.story import REVERSED, STORIES, Clock, Decision, decided

SEEDS = st.integers(0, 10**9)


@given(SEEDS, st.sampled_from([QUICK, FULL]))
def test_every_round_has_every_fault(seed: int, force: Force) -> None:
    """Each part is killed, each group has a member frozen past its session, everybody is restarted, the broker too."""
    faults = [fault for step in steps(Random(seed), force) for fault in step]  # noqa: S311 - a test's chance
    assert {Kind.KILL, Kind.RESTART, Kind.PAUSE} == kinds(faults, (BROKER,))
    assert Kind.KILL in kinds(faults, RECEIVERS)
    for group in (NORMALIZERS, PROJECTORS):
        assert {Kind.KILL, Kind.PAUSE} <= kinds(faults, group)
    assert {*MEMBERS} in [{*fault.targets} for fault in faults if fault.kind is Kind.RESTART]
    assert all(fault.seconds > SESSION_SECONDS for fault in faults if fault.kind is Kind.PAUSE)


def kinds(faults: list[Fault], targets: tuple[str, ...]) -> set[Kind]:
    """What befalls one of these alone."""
    return {fault.kind for fault in faults if len(fault.targets) == 1 and fault.targets[0] in targets}


@given(SEEDS)
def test_no_process_has_two_faults_at_once(seed: int) -> None:
    for step in steps(Random(seed), QUICK):  # noqa: S311 - a test's chance
        targets = [target for fault in step for target in fault.targets]
        assert len(targets) == len({*targets})


@given(SEEDS)
def test_a_seed_decides_the_schedule(seed: int) -> None:
    assert steps(Random(seed), FULL) == steps(Random(seed), FULL)  # noqa: S311 - a test's chance


@given(SEEDS)
def test_a_decision_that_says_the_same_as_another_is_told_patiently(seed: int) -> None:
    """Only then: to the program two equal decisions within the retry horizon are one."""
    chance = Random(seed)  # noqa: S311 - a test's chance
    assert not has_repeats(decided("scan-1", chance, twice=False))
    assert has_repeats(decided("scan-1", chance, twice=True))


def has_repeats(decisions: list[Decision]) -> bool:
    return any(decision.repeats(other) for decision in decisions for other in decisions[: decision.number])


@pytest.mark.parametrize("clock", Clock)
def test_only_a_reversal_repeats_a_decision(clock: Clock) -> None:
    """And with a later time in its body it is another one."""
    for story in STORIES:
        decisions = [Decision("scan-1", number, verdict, clock) for number, verdict in enumerate(story)]
        assert has_repeats(decisions) == (story in REVERSED and clock is not Clock.LATER)
