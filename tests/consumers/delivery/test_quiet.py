"""What people did about alerts, followed from the log: the same as reading all of it anew at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.alerts.delivery.quiet import Because, Quiet
from runtime.eventlog import EventLog, open_log
from schemas import handling, topics
from schemas.handling import Acknowledgement, Silence
from schemas.message import Message
from tests.consumers.delivery.alerts import alert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Step = tuple[str, int]
"""What is done, and to which of three silences or alerts; ``look``: somebody looks in between."""

STEPS = st.lists(st.tuples(st.sampled_from(["acknowledge", "silence", "end", "look"]), st.integers(1, 3)), max_size=12)


def silence(number: int) -> Silence:
    until = NOW + timedelta(hours=1)
    return Silence(f"s{number}", "ada", NOW - timedelta(hours=1), until, verification_id=f"scan-{number}")


async def do(log: EventLog, what: str, number: int) -> None:
    message = {
        "acknowledge": handling.to_message(Acknowledgement(alert(number).alert_id, "ada", NOW)),
        "silence": handling.to_message(silence(number)),
        "end": handling.end_of_silence(f"s{number}"),
    }[what]
    await log.append(topics.alert_handling(), message)


def expected(steps: Sequence[Step], number: int) -> Because | None:
    done = [what for what, which in steps if which == number]
    if "acknowledge" in done:
        return Because.ACKNOWLEDGED
    silences = [what for what in done if what in {"silence", "end"}]
    return Because.SILENCED if silences[-1:] == ["silence"] else None


@settings(max_examples=25, deadline=None)
@given(STEPS)
async def test_it_knows_what_was_done_whenever_it_looked_in_between(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        log = await open_log(f"sqlite:///{Path(folder)}/log.db", is_compacted=topics.is_compacted)
        quiet = Quiet(log)
        for what, number in steps:
            await (quiet.look() if what == "look" else do(log, what, number))
        await quiet.look()
        found = [quiet.because(alert(number), NOW) for number in (1, 2, 3)]
        await log.close()
    assert [expected(steps, number) for number in (1, 2, 3)] == found


async def test_a_silence_ends_by_itself(log: EventLog) -> None:
    await do(log, "silence", 1)
    quiet = Quiet(log)
    await quiet.look()
    found = [quiet.because(alert(1), NOW + timedelta(minutes=minutes)) for minutes in (59, 60)]
    assert [Because.SILENCED, None] == found


async def test_it_looks_no_more_often_than_it_is_told_and_anew_after_a_long_time(log: EventLog) -> None:
    """After an hour without a look a tombstone may have gone that ended a silence."""
    now = 0.0
    quiet = Quiet(log, clock=lambda: now)
    await quiet.look(within=1.0)
    await do(log, "silence", 1)
    await quiet.look(within=1.0)
    assert quiet.because(alert(1), NOW) is None
    now = 1.0
    await quiet.look(within=1.0)
    assert Because.SILENCED is quiet.because(alert(1), NOW)
    quiet._silences["s2"] = silence(2)
    now = 4000.0
    await quiet.look(within=1.0)
    assert (Because.SILENCED, None) == (quiet.because(alert(1), NOW), quiet.because(alert(2), NOW))


async def test_what_is_neither_silences_nothing(log: EventLog) -> None:
    for key in ("silence/x", "acknowledgement/y", "z"):
        await log.append(topics.alert_handling(), Message(key, "0", (), b"{}"))
    quiet = Quiet(log)
    await quiet.look()
    assert quiet.because(alert(1), NOW) is None
