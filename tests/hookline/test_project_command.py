"""``hookline project --rebuild`` at a terminal."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing

from aiohttp import ClientSession

from runtime.eventlog import open_log
from schemas.event import Outcome
from schemas.topics import is_compacted
from tests.consumers.making import append, told
from tests.hookline.conftest import Shell
from tests.waiting import until


async def fill(shell: Shell) -> None:
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db", is_compacted=is_compacted)
    await append(
        log, told(1, Outcome.PENDING), told(2, Outcome.REJECTED), told(3, Outcome.PENDING, verification_id="b")
    )
    await log.close()


async def test_a_rebuild_says_what_it_read_and_what_is_there(shell: Shell) -> None:
    """For people in a sentence; no bar where nobody sees one."""
    shell.write_settings()
    await fill(shell)
    status, output, errors = await shell.run("project", "--rebuild")
    assert (0, "") == (status, errors)
    before, _, after = output.partition(" s: ")
    assert before.startswith("rebuilt from 3 records in ")
    assert "2 statuses, 3 events, 0 alerts, 0 dead letters\n" == after
    assert "REJECTED" == (await shell.rows("status", "idenfy:scan-1"))[0]["outcome"]


async def test_a_rebuild_mends_what_somebody_broke_beside_a_running_projector(shell: Shell) -> None:
    """For machines it is one line."""
    shell.write_settings()
    await fill(shell)
    async with shell.serve("project"):
        await shell.rows("project", "--rebuild")
        with closing(sqlite3.connect(shell.folder / "hookline-views.db")) as connection, connection:
            connection.execute("UPDATE verification_status SET outcome = 'VERIFIED'")
        (rebuilt,) = await shell.rows("project", "--rebuild")
        (row,) = await shell.rows("status", "idenfy:scan-1")
    assert "REJECTED" == row["outcome"]
    assert {"records": 3, "verifications": 2, "events": 3, "alerts": 0, "dead_letters": 0} == {
        name: number for name, number in rebuilt.items() if name != "seconds"
    }


async def test_without_a_log_there_is_nothing_to_rebuild_from(shell: Shell) -> None:
    """In words, and the projections are not even made."""
    shell.write_settings()
    status, output, errors = await shell.run("project", "--rebuild")
    assert (1, "") == (status, output)
    assert "hookline.db: no such log" in errors
    assert not (shell.folder / "hookline-views.db").exists()


async def test_a_projector_starts_while_its_database_is_away_and_says_so(shell: Shell) -> None:
    """It waits, as it does where the database goes away later: what starts it need not try again and again."""
    shell.write_settings(projections='[projections]\nurl = "postgresql://nobody@127.0.0.1:1/none"')
    async with ClientSession() as client, shell.serve("project") as process:

        async def says_so() -> bool:
            async with client.get(f"{process.operations}/ready") as answer:
                return "127.0.0.1:1/none: not reached" in (await answer.json())["troubles"]["project"]

        await until(says_so)
        assert 0 == await process.end(signal.SIGTERM)
