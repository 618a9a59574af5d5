"""What waits: merged, in order, bounded; nothing that was asked for is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ingest.fetch.waiting import Errand, Waiting, errand_of
from runtime.eventlog import Record
from schemas.fetching import FetchRequest


def request(thing: str, number: int, *, cause: bool = True, at: float = 0.0, subject: str | None = None) -> Errand:
    made = FetchRequest("thin", "thing", thing, subject, str(number) if cause else None, moment(at), tick=number)
    return errand_of(made, Record("fetch-requests.thin", 0, number, made.key, (), b"", 0))


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_the_callback_stays_the_cause_when_a_later_request_has_none() -> None:
    """Else a document that a callback led to would be told as one that nobody had called for."""
    waiting = Waiting()
    called, ours = request("v", 1, at=1.0), request("v", 2, cause=False, at=2.0)
    waiting.add(called)
    waiting.add(ours)
    taken = waiting.take(10.0)
    assert taken is not None
    assert ("1", called.record.key, [ours.record.key]) == (taken.cause, taken.record.key, waiting.needless)


def test_a_person_that_one_request_knows_is_known_to_all() -> None:
    waiting = Waiting()
    waiting.add(request("v", 1, subject="person"))
    waiting.add(request("v", 2, at=1.0))
    taken = waiting.take(10.0)
    assert taken is not None
    assert ("person", "2") == (taken.target.subject_ref, taken.cause)


def test_new_requests_do_not_shorten_a_back_off() -> None:
    waiting = Waiting()
    waiting.add(request("v", 1))
    taken = waiting.take(0.0)
    assert taken is not None
    taken.failures = 1
    waiting.back(taken, 50.0)
    waiting.add(request("v", 2, at=1.0))
    assert (None, 40.0) == (waiting.take(10.0), waiting.wait(10.0))


def test_whoever_asks_again_has_the_whole_time_until_it_is_given_up() -> None:
    """A callback that comes while its like has been failing for days is not given up with it."""
    waiting = Waiting()
    waiting.add(request("v", 1))
    taken = waiting.take(0.0)
    assert taken is not None
    taken.failures = 9
    waiting.back(taken, 250_000.0)
    waiting.add(request("v", 2, at=249_000.0))
    again = waiting.take(250_000.0)
    assert again is not None
    assert (249_000.0, 9, "2") == (again.asked_at, again.failures, again.cause)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("abcd"), st.booleans()),
        st.tuples(st.sampled_from(["take", "done", "back", "settle"]), st.integers(0, 3), st.booleans()),
    ),
    max_size=60,
)


@given(STEPS, st.integers(1, 4))
def test_every_request_is_read_stood_for_or_left_to_the_log(steps: list[tuple[str, object, bool]], most: int) -> None:
    """Whatever the order: each key ends up settled, needless, or held; or the log was told to give it again. No two
    readings of the same thing run at once, and no more is held than there is room for.
    """
    waiting, running = Waiting(most), list[Errand]()
    asked: set[str] = set()
    settled: set[str] = set()
    left_out: set[str] = set()
    for number, (what, which, flag) in enumerate(steps):
        if what == "add":
            made = request(str(which), number, cause=flag, at=float(number))
            before = len(waiting)
            waiting.add(made)
            asked.add(made.record.key)
            if waiting.left_out:
                left_out.add(made.record.key) if len(waiting) == before else None
        elif what == "take":
            taken = waiting.take(float(number))
            if taken is not None:
                assert taken.about not in {each.about for each in running}
                running.append(taken)
        elif running:
            errand = running.pop(int(str(which)) % len(running))
            if what == "back":
                errand.failures += flag
                waiting.back(errand, number + 0.5)
            else:
                waiting.done(errand)
                settled.add(errand.record.key)
        assert len(running) == waiting.running
        assert len(waiting) <= most + len(running)
    held = {each.record.key for each in running}
    while (left := waiting.take(1e9)) is not None or running:
        if left is None:
            waiting.done(running.pop())
        else:
            held.add(left.record.key)
            waiting.done(left)
    assert asked - left_out <= settled | held | set(waiting.needless)


def test_a_tombstone_takes_what_waits_and_not_what_came_later() -> None:
    waiting = Waiting()
    first, second = request("v", 1), request("w", 2)
    waiting.add(first)
    waiting.add(second)
    waiting.settled(("thing", "v"), first.record.key)
    waiting.settled(("thing", "w"), "thin/thing/w/other")
    taken = waiting.take(10.0)
    assert taken is not None
    assert (second.record.key, None) == (taken.record.key, waiting.take(10.0))


def test_callbacks_of_what_backs_off_take_no_room_in_the_order() -> None:
    """A thousand join one errand while its vendor is left alone."""
    waiting = Waiting()
    waiting.add(request("v", 0))
    taken = waiting.take(0.0)
    assert taken is not None
    taken.failures = 1
    waiting.back(taken, 5000.0)
    for number in range(1, 1000):
        waiting.add(request("v", number, at=float(number)))
    assert (1, 1) == (len(waiting), len(waiting._order))
