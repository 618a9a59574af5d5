"""Who signed out at one console is out at the others of its log, and stays out after a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import orjson
import pytest
from structlog.testing import capture_logs

from runtime.access.leaving import Leaving
from runtime.access.sessions import Sealer, Session, Sessions
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Position, open_log
from schemas.message import Message
from schemas.topics import ended_sessions, is_compacted
from tests.eventlog.backends import kafka_place, open_at
from tests.runtime.access.test_tokens_and_sessions import Clock

HOUR = 3600.0


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "kafka"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    """Kafka's topic has three partitions."""
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path}/log.db"
        if request.param == "kafka":
            server = request.getfixturevalue("kafka").url
            url = await stack.enter_async_context(kafka_place(tmp_path, server, 3, [ended_sessions()]))
        opened = await open_at(url)
        stack.push_async_callback(opened.close)
        yield opened


class Console:
    """One of several with the same key."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self.sessions = Sessions(Sealer(b"k" * 32, clock), HOUR)
        self.leaving = Leaving(log, ended_sessions(), self.sessions)

    def knows(self, session: Session) -> bool:
        return self.sessions.found(self.sessions.cookie_of(session)) is not None


async def left(log: EventLog) -> list[tuple[str, object]]:
    records = [record async for record in log.scan(ended_sessions())]
    return [(each.key, orjson.loads(each.value)) for each in records if each.value is not None]


async def test_who_left_at_one_console_has_left_them_all(either: EventLog) -> None:
    """Also one that starts afterwards. Other sessions of theirs go on; of theirs the log has nothing but an id."""
    clock = Clock()
    one, other = Console(either, clock), Console(either, clock)
    *ended, kept = (one.sessions.begin("ann", "token", ("proof",)) for _ in range(6))
    for session in ended:
        await other.leaving.look()
        await one.leaving.leave(session)
        assert (False, True) == (one.knows(session), other.knows(session))
    late = Console(either, clock)
    for each in (other, late):
        await each.leaving.look()
    for console in (one, other, late):
        assert ([False] * 5, True) == ([console.knows(each) for each in ended], console.knows(kept))
    assert {f"signed-out/{each.id}": {"ends": each.ends} for each in ended} == dict(await left(either))


async def test_who_leaves_while_the_log_is_away_has_left_here_and_later_everywhere(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not kept from leaving."""
    clock = Clock()
    one, other = Console(log, clock), Console(log, clock)
    session = one.sessions.begin("ann", "token", ("proof",))

    async def cannot(*_given: object) -> Position:
        raise LogUnavailable("no answer within 5 s")

    with monkeypatch.context() as away, capture_logs() as lines:
        away.setattr(log, "append", cannot)
        await one.leaving.leave(session)
        with pytest.raises(LogUnavailable):
            await one.leaving.look()
    assert (False, ["warning"]) == (one.knows(session), [line["log_level"] for line in lines])
    assert not [line for line in lines if session.id in str(line)]
    for each in (one, other):
        await each.leaving.look()
    assert (False, 1) == (other.knows(session), len(await left(log)))


async def test_what_would_be_over_anyway_is_forgotten(log: EventLog) -> None:
    """What is torn too, and nothing else that lies there."""
    clock = Clock()
    one = Console(log, clock)
    await log.append(ended_sessions(), Message("an-ask", "an-ask", (), b"[]"))
    for number, torn in enumerate((b"", b"[]", b'{"ends": "soon"}')):
        await log.append(ended_sessions(), Message(f"signed-out/torn-{number}", "torn", (), torn))
    await one.leaving.leave(one.sessions.begin("ann", "token", ("proof",)))
    clock.now += HOUR / 2
    await one.leaving.leave(last := one.sessions.begin("ann", "token", ("proof",)))
    found = []
    for _ in range(3):
        await one.leaving.look()
        found.append([key for key, _ in await left(log)])
        clock.now += HOUR * 0.6
    kept = ["an-ask", f"signed-out/{last.id}"]
    assert (3, kept, ["an-ask"]) == (len(found[0]), *found[1:])
