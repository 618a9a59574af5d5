"""Which files are opened, which are refused, and what the refusal says."""

# ruff: noqa: ASYNC240 - small files in a test's own folder hold nobody up

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from runtime.errors import LogRefused
from tests.eventlog.backends import Open, message, open_at, stored, values


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_missing_file_is_created_for_its_owner_alone(opener: Open, path: Path) -> None:
    await opener()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


async def test_an_empty_file_becomes_a_log(opener: Open, path: Path) -> None:
    path.touch()
    log = await opener()
    await log.append("t", message("k", b"v"))
    assert [b"v"] == values(await stored(log, "t"))


async def test_logs_opened_at_once_share_the_file(opener: Open) -> None:
    logs = await asyncio.gather(*(opener() for _ in range(8)))
    for log in logs:
        await log.append("t", message("k"))
    assert 8 == len(await stored(logs[0], "t"))


async def test_a_file_of_another_kind_is_refused_and_left_alone(opener: Open, path: Path) -> None:
    path.write_bytes(b"a letter, not a log\n" * 100)
    with pytest.raises(LogRefused, match=rf"{path}: not an SQLite database.*name another file"):
        await opener()
    assert b"a letter, not a log\n" * 100 == path.read_bytes()


async def test_a_database_of_another_program_is_refused_and_left_alone(opener: Open, path: Path) -> None:
    run_sql(path, "CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(LogRefused, match=rf"{path}: a database of another program.*name another file"):
        await opener()
    assert before == path.read_bytes()


async def test_a_newer_format_is_refused_with_both_numbers(opener: Open, path: Path) -> None:
    await (await opener()).close()
    run_sql(path, "PRAGMA user_version = 2")
    with pytest.raises(LogRefused, match=r"newer Hookline \(format 2, this program knows 1\): upgrade"):
        await opener()


async def test_a_missing_folder_is_to_be_created(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match=r"folder .*/nowhere does not exist; create it"):
        await open_at(f"sqlite:///{tmp_path / 'nowhere' / 'log.db'}")


async def test_a_folder_is_not_a_log(tmp_path: Path) -> None:
    with pytest.raises(LogRefused, match="a folder, not a file"):
        await open_at(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("mode", [0o000, 0o400])
async def test_a_file_that_may_not_be_written_is_refused(opener: Open, path: Path, mode: int) -> None:
    await (await opener()).close()
    path.chmod(mode)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write whatever a file's mode says (root may)")
    with pytest.raises(LogRefused, match="give this user read and write permission on"):
        await opener()


async def test_a_topic_stays_what_it_was_when_its_first_record_came(opener: Open, place: str) -> None:
    """A program that declares it otherwise (an inspection tool, say) neither loses records nor keeps too many."""
    from runtime.eventlog import open_log

    first = await opener()
    await first.append("memory.test", message("k", b"old"))
    other = await open_log(place)
    await other.append("memory.test", message("k", b"new"))
    await other.close()
    assert [b"new"] == values(await stored(first, "memory.test"))
