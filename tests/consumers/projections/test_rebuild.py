from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from consumers.errors import ProjectionUnavailable, RebuildUnderWay
from consumers.projections import queries, tables
from consumers.projections.projector import Projector, stage
from consumers.projections.rebuilding import rebuild
from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog
from runtime.stage import Health, run_stage
from schemas import handling, observation
from schemas.codec import alert_to_message
from schemas.event import Outcome
from schemas.message import Message
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, OBSERVATIONS, VERIFICATION_EVENTS, alert_handling
from tests.consumers.making import append, told, work
from tests.consumers.migrated import migrated_file
from tests.consumers.projections.looking import counted, counts, everything, rows
from tests.consumers.projections.test_other_topics import ACKNOWLEDGED, ALERT, SILENCE
from tests.examples import NOON
from tests.waiting import until

ROOT = Path(__file__).parents[3]
ERASED = told(90, Outcome.REJECTED, verification_id="erased")


async def fill(log: EventLog, start: int = 0, number: int = 40) -> None:
    """Some of everything that the projector reads."""
    for each in range(start, start + number):
        await append(log, told(each, (Outcome.PENDING, Outcome.VERIFIED)[each % 2], verification_id=f"v-{each // 2}"))
    await append(log, ERASED, Message(ERASED.key, ERASED.key, (), None))
    erased = replace(ALERT, alert_id="alert-of-the-erased", verification_id=ERASED.verification_id)
    for alert in (ALERT, erased):
        await log.append(ALERTS, alert_to_message(alert))
    note = replace(ACKNOWLEDGED, alert_id=erased.alert_id, note="who they are")
    about = replace(SILENCE, id="s-of-the-erased", verification_id=ERASED.verification_id)
    for done in (ACKNOWLEDGED, note, SILENCE, about):
        await log.append(alert_handling(), handling.to_message(done))
    doors = Observation(ObservationKind.DOORS, NOON, "idenfy", "idenfy-eu", {"stored": 3})
    await log.append(OBSERVATIONS, observation.to_message(doors))


def unseen(_done: int, _of: int) -> None:
    return None


@asynccontextmanager
async def projecting(log: EventLog, store: Store) -> AsyncIterator[Health]:
    stop, health = asyncio.Event(), Health("project")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_stage(stage(store, log), log, stop, health))
        yield health
        stop.set()


async def fresh(log: EventLog, folder: Path) -> dict[str, list[dict[str, object]]]:
    """What a projection of the whole log into an empty database comes to."""
    async with open_store(migrated_file(folder / "fresh.db")) as store:
        await Projector(store, log).begin()
        return await everything(store)


async def corrupt(store: Store) -> None:
    """Somebody has been at it."""
    async with store.writing() as connection:
        await connection.execute(text("UPDATE verification_status SET outcome = 'REJECTED'"))
        await connection.execute(text("DELETE FROM verification_timeline WHERE verification_id = 'v-3'"))
        await connection.execute(text("UPDATE daily_counts SET verifications = 1000"))
        await connection.execute(text("DELETE FROM alerts"))


async def test_a_rebuilt_read_model_is_a_fresh_one(log: EventLog, own_read_model: str, tmp_path: Path) -> None:
    """Whatever somebody did to it; positions included, so that the next batch goes on where it must.

    What was erased does not come back, though the log still has its alert and what somebody wrote about it. And whoever
    looks for what is new sees that there is, though every position is as it was.
    """
    await fill(log)
    async with open_store(own_read_model) as store:
        await work(log, stage(store, log))
        before, version = await everything(store), await queries.version(store)
        await corrupt(store)
        done: list[tuple[int, int]] = []
        rebuilt = await rebuild(own_read_model, log, lambda *told_of: done.append(told_of))
        assert before == await everything(store) == await fresh(log, tmp_path)
        assert version != await queries.version(store)
        assert [ALERT.alert_id] == [row["alert_id"] for row in before["alerts"]]
        assert [ALERT.alert_id] == [row["alert_id"] for row in before["alert_acknowledgements"]]
        assert [SILENCE.id] == [row["silence_id"] for row in before["alert_silences"]]
        assert (20, 40, 1, done[-1][1]) == (rebuilt.verifications, rebuilt.events, rebuilt.alerts, done[-1][0])
        await append(log, told(500, Outcome.VERIFIED))
        await work(log, stage(store, log))
        assert counted(await rows(store, tables.STATUS)) == await counts(store)
        assert 41 == len(await rows(store, tables.TIMELINE))


async def test_readers_see_the_old_or_the_new_while_projectors_go_on(
    log: EventLog, own_read_model: str, tmp_path: Path
) -> None:
    """Nobody finds an empty table, an error or half of it, and what comes meanwhile is there at last."""
    await fill(log)
    seen: list[tuple[int, int]] = []
    async with (
        open_store(own_read_model) as store,
        open_store(own_read_model) as readers,
        projecting(log, store) as health,
    ):
        await until(lambda: health.trouble is None)
        await corrupt(store)

        async def read() -> None:
            while True:
                statuses = await queries.status(readers, "idenfy", "v-1")
                async with readers.reading() as connection:
                    found = await connection.scalar(text("SELECT count(*) FROM hookline_timeline"))
                seen.append((len(statuses), found or 0))

        async def write() -> None:
            for number in range(1000, 1100):
                await append(log, told(number, Outcome.PENDING, verification_id=f"w-{number}"))

        reading, writing = asyncio.create_task(read()), asyncio.create_task(write())
        for _ in range(3):
            await rebuild(own_read_model, log, unseen)
        await writing
        position = (await log.ends(VERIFICATION_EVENTS))[0]

        async def level() -> bool:
            found = await rows(store, tables.POSITIONS)
            return position in [row["next_offset"] for row in found if row["topic"] == VERIFICATION_EVENTS]

        await until(level)
        assert not reading.done()
        reading.cancel()
        assert await fresh(log, tmp_path) == await everything(store)
    assert {1} == {statuses for statuses, _ in seen}
    assert min(timeline for _, timeline in seen) >= 38


async def test_a_second_rebuild_at_the_same_time_is_refused(log: EventLog, own_read_model: str) -> None:
    """In words; the first one goes on to its end."""
    await fill(log)
    refused: list[RebuildUnderWay] = []
    started = asyncio.Event()

    async def second() -> None:
        await started.wait()
        with pytest.raises(RebuildUnderWay, match="another rebuild is under way; wait until it has ended") as caught:
            await rebuild(own_read_model, log, unseen)
        refused.append(caught.value)

    waiting = asyncio.create_task(second())

    class Slow:
        """A log that lets the other one try in the middle of a rebuild."""

        def __getattr__(self, name: str) -> object:
            return getattr(log, name)

        async def ends(self, topic: str) -> dict[int, int]:
            started.set()
            await until(waiting.done)
            return await log.ends(topic)

    rebuilt = await rebuild(own_read_model, Slow(), unseen)  # type: ignore[arg-type]
    assert 1 == len(refused)
    assert 40 == rebuilt.events


async def test_tables_that_another_program_migrated_meanwhile_are_not_replaced(
    log: EventLog, own_read_model: str
) -> None:
    """What was built aside has the form of before."""
    await fill(log)
    async with open_store(own_read_model) as store:
        await work(log, stage(store, log))
        await corrupt(store)
        before = await everything(store)

        class Meanwhile:
            """A log that is first asked for its end while another program migrates."""

            migrated = False

            def __getattr__(self, name: str) -> object:
                return getattr(log, name)

            async def ends(self, topic: str) -> dict[int, int]:
                if not self.migrated:
                    async with store.writing() as connection:
                        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
                    self.migrated = True
                return await log.ends(topic)

        with pytest.raises(ProjectionUnavailable, match="another version of Hookline has changed its tables meanwhile"):
            await rebuild(own_read_model, Meanwhile(), unseen)  # type: ignore[arg-type]
        assert before == await everything(store)


async def test_a_rebuild_that_fails_changes_nothing(log: EventLog, own_read_model: str) -> None:
    """Nor does it stand in the next one's way."""
    await fill(log)

    def fail(_done: int, _of: int) -> None:
        raise RuntimeError("the power went")

    async with open_store(own_read_model) as store:
        await work(log, stage(store, log))
        await corrupt(store)
        before = await everything(store)
        with pytest.raises(RuntimeError, match="the power went"):
            await rebuild(own_read_model, log, fail)
        assert before == await everything(store)
        await rebuild(own_read_model, log, unseen)
        assert before != await everything(store)


async def test_a_rebuild_that_was_killed_half_way_changes_nothing(
    log: EventLog, own_read_model: str, tmp_path: Path
) -> None:
    """Kill -9: everybody reads on as before, and the next rebuild clears up and does it all."""
    await fill(log)
    async with open_store(own_read_model) as store:
        await work(log, stage(store, log))
        whole = await everything(store)
        await corrupt(store)
        before = await everything(store)
        command = [
            sys.executable,
            "-m",
            "tests.consumers.projections.rebuilder",
            own_read_model,
            f"sqlite:///{tmp_path}/log.db",
        ]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        said = await process.stdout.readline()
        process.kill()
        await process.communicate()
        assert (b"half way\n", before) == (said, await everything(store))

        async def is_rebuilt() -> bool:
            try:
                await rebuild(own_read_model, log, unseen)
            except RebuildUnderWay:  # the server has not yet seen that whoever did it is gone
                return False
            return True

        await until(is_rebuilt)
        assert whole == await everything(store)
    assert [] == left_over(tmp_path)


def left_over(folder: Path) -> list[str]:
    """The lock's file is empty and stays."""
    return [each.name for each in folder.glob("views.db.rebuild*") if not each.name.endswith("-lock")]


async def test_what_was_granted_on_the_views_stays(log: EventLog, own_database: str) -> None:
    """An analyst need not be told of a rebuild, and sees the new rows at once."""
    await fill(log)
    async with open_store(own_database) as store:
        async with store.writing() as connection:
            await connection.execute(text("GRANT SELECT ON hookline_timeline TO PUBLIC"))
        await rebuild(own_database, log, unseen)
        async with store.writing() as connection:
            await connection.execute(text("SET LOCAL ROLE pg_monitor"))
            assert 40 == await connection.scalar(text("SELECT count(*) FROM hookline_timeline"))
        schemas = text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'hookline%'")
        async with store.reading() as connection:
            assert 0 == await connection.scalar(schemas)


async def test_a_query_that_takes_long_delays_the_switch_and_loses_nothing(log: EventLog, own_database: str) -> None:
    """The rebuild steps back again and again until whoever reads has ended, and others may read meanwhile."""
    await fill(log)
    async with open_store(own_database) as store, open_store(own_database) as other:
        await work(log, stage(store, log))
        await corrupt(store)
        async with store.reading() as connection:
            await connection.execute(text("SELECT * FROM verification_timeline"))
            rebuilding = asyncio.create_task(rebuild(own_database, log, unseen))
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")

            async def is_waiting() -> bool:
                async with other.reading() as looking:
                    return bool(await looking.scalar(waits))

            await until(is_waiting)
            assert 1 == len(await queries.status(other, "idenfy", "v-1"))
            assert not rebuilding.done()
        await rebuilding
        assert counted(await rows(store, tables.STATUS)) == await counts(store)


async def test_a_projector_that_waits_for_the_switch_goes_on_in_the_new_tables(
    log: EventLog, own_database: str
) -> None:
    """Its statement was there before the tables changed places; what it writes is in the new ones, once."""
    await fill(log)
    async with open_store(own_database) as store:
        projector = Projector(store, log)
        await projector.begin()
        await append(log, told(700, Outcome.PENDING, verification_id="v-700"))
        async with store.writing() as connection:
            await connection.execute(text("LOCK TABLE verification_timeline IN SHARE ROW EXCLUSIVE MODE"))
            handling_it = asyncio.create_task(projector.begin())
            rebuilding = asyncio.create_task(rebuild(own_database, log, unseen))
            waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            async with open_store(own_database) as other:

                async def two_wait() -> bool:
                    async with other.reading() as looking:
                        return (await looking.scalar(waits) or 0) >= 2

                await until(two_wait)
        await asyncio.gather(handling_it, rebuilding)
        assert ["v-700"] == [
            row["verification_id"] for row in await rows(store, tables.STATUS) if row["verification_id"] == "v-700"
        ]
        assert counted(await rows(store, tables.STATUS)) == await counts(store)


async def test_a_database_that_is_not_reached_is_said_in_words(log: EventLog) -> None:
    """As everywhere."""
    with pytest.raises(ProjectionUnavailable, match="not reached"):
        await rebuild("postgresql://nobody@127.0.0.1:1/none", log, unseen)
