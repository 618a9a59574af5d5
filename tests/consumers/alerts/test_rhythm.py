from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.rhythm import LONGEST_GAP, Rhythm, dump, heard, load, passed, usual

MONDAY = datetime.fromisoformat("2026-03-02T00:00:00+00:00")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def lived(days: int, per_hour: dict[int, int], rhythm: Rhythm | None = None, hours: int = 24) -> Rhythm:
    """Watched minute by minute for so many days of so many hours; in each hour so many callbacks came, at its half."""
    rhythm = rhythm or Rhythm(until=MONDAY)
    start = rhythm.until
    for minute in range(1, days * hours * 60 + 1):
        now = start + minute * MINUTE
        number = per_hour.get(now.hour, 0) if now.minute == 30 else 0
        rhythm = heard(rhythm, now, number) if number else passed(rhythm, now)
    return rhythm


def test_the_usual_number_of_an_hour_is_learned() -> None:
    """By day sixty, at night none."""
    rhythm = lived(3, {12: 60, 13: 30})
    usually = [round(usual(rhythm, MONDAY + hour * HOUR), 6) for hour in (3, 12, 13)]
    assert [0.0, 60.0, 30.0] == usually


def test_nothing_is_missed_in_a_quiet_night() -> None:
    """What is usual then is nothing; in the day that follows it is missed, as much as usually comes."""
    midnight = lived(3, dict.fromkeys(range(8, 18), 12))
    morning = lived(1, {}, midnight, hours=8)
    assert midnight.missing == morning.missing
    assert 24 == round(lived(1, {}, morning, hours=2).missing - midnight.missing, 6)


def test_weekends_have_a_rhythm_of_their_own() -> None:
    """Five busy days make nobody wait on Saturday."""
    rhythm = lived(5, dict.fromkeys(range(24), 10))
    assert (10.0, 0.0) == (round(usual(rhythm, MONDAY), 6), usual(rhythm, MONDAY + 5 * 24 * HOUR))


def test_time_that_nobody_watched_counts_for_nothing() -> None:
    """Neither missed nor learned: whoever could have heard was not there."""
    before = lived(2, dict.fromkeys(range(24), 10))
    after = passed(before, before.until + LONGEST_GAP + MINUTE)
    assert (before.missing, before.silent, before.buckets) == (after.missing, after.silent, after.buckets)
    assert 0 == after.hour
    assert after.until == before.until + LONGEST_GAP + MINUTE


def test_an_outage_that_was_told_of_becomes_no_habit() -> None:
    """While it lasts nothing is learned, and the first callback ends it."""
    rhythm = lived(2, dict.fromkeys(range(24), 10))
    told = load(dump(rhythm) | {"told": True})
    outage = lived(1, {}, told)
    assert (rhythm.buckets, True) == (outage.buckets, outage.told)
    over = heard(outage, outage.until + MINUTE, 1)
    assert (0.0, False, over.until) == (over.missing, over.told, over.heard_at)


STEADY = lived(2, dict.fromkeys(range(24), 6))


@given(st.lists(st.tuples(st.integers(1, 15), st.integers(0, 3)), max_size=60), st.integers(0, 59))
def test_in_how_many_steps_time_is_told_changes_nothing(steps: list[tuple[int, int]], start: int) -> None:
    """As long as somebody watched; and what is remembered survives the log."""
    rhythm = finer = passed(STEADY, STEADY.until + start * timedelta(seconds=1))
    for seconds, number in steps:
        now = rhythm.until + seconds * timedelta(seconds=30)
        for part in range(1, 4):
            finer = passed(finer, finer.until + (now - finer.until) * part / 3)
        rhythm = heard(load(dump(rhythm)), now, number) if number else passed(load(dump(rhythm)), now)
        finer = heard(finer, now, number) if number else passed(finer, now)
    expected = rhythm.until, rhythm.hour, rhythm.heard_at, rhythm.silent
    assert expected == (finer.until, finer.hour, finer.heard_at, finer.silent)
    assert abs(rhythm.missing - finer.missing) < 1e-3


def test_time_that_lies_back_changes_nothing() -> None:
    """Observations of several processes are not in the order of their clocks."""
    rhythm = lived(1, {12: 5})
    assert rhythm == passed(rhythm, MONDAY)
