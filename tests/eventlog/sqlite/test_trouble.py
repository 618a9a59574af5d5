"""Locked, full, damaged, gone: what callers are told, and that the log works again once the cause is gone."""

# ruff: noqa: ASYNC240 - small files in a test's own folder hold nobody up

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.eventlog.sqlite import submissions
from tests.eventlog.backends import Open, message, stored, values
from tests.eventlog.children import child
from tests.waiting import until


async def test_a_write_waits_for_another_process_that_holds_the_lock(log: EventLog, path: Path, tmp_path: Path) -> None:
    with child(tmp_path / "said", "lock", str(path)) as holder:
        await until(lambda: holder.has_said(1))
        waiting = asyncio.create_task(log.append("t", message("k", b"patient")))
        assert [] == await stored(log, "t")
        assert not waiting.done()
        holder.release()
        await waiting
    assert [b"patient"] == values(await stored(log, "t"))


async def test_a_lock_held_past_the_deadline_fails_the_write_and_the_next_one_works(
    opener: Open, path: Path, tmp_path: Path
) -> None:
    """The one that failed was never begun, so it does not turn up later."""
    log = await opener(deadline=1.0)
    with child(tmp_path / "said", "lock", str(path)) as holder:
        await until(lambda: holder.has_said(1))
        with pytest.raises(LogUnavailable, match=r"log\.db: not written within 1\.0 s.*locked.*unknown whether"):
            await log.append("t", message("k", b"too late"))
        with pytest.raises(LogUnavailable, match="locked"):
            await log.check()
    await log.append("t", message("k", b"afterwards"))
    assert [b"afterwards"] == values(await stored(log, "t"))


async def test_a_write_whose_caller_has_gone_is_not_begun(log: EventLog, path: Path, tmp_path: Path) -> None:
    with child(tmp_path / "said", "lock", str(path)) as holder:
        await until(lambda: holder.has_said(1))
        gone, staying = (asyncio.create_task(log.append("t", message("k", value))) for value in (b"gone", b"staying"))
        await asyncio.sleep(0)
        gone.cancel()
    await staying
    assert [b"staying"] == values(await stored(log, "t"))


async def test_too_many_waiting_writes_are_refused_at_once(
    log: EventLog, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So memory stays bounded; those that were accepted are written when the lock is gone."""
    monkeypatch.setattr(submissions, "MAX_WAITING", 10)
    with child(tmp_path / "said", "lock", str(path)) as holder:
        await until(lambda: holder.has_said(1))
        accepted = [asyncio.create_task(log.append("t", message("k"))) for _ in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(LogUnavailable, match=r"not written, 10 writes .* wait already"):
            await log.append("t", message("k"))
    await asyncio.gather(*accepted)
    assert 10 == len(await stored(log, "t"))


async def test_a_full_disk_is_named_and_the_log_works_again_when_there_is_space(
    place: str, path: Path, tmp_path: Path
) -> None:
    with child(tmp_path / "said", "fill_the_disk", place, str(path)) as process:
        await until(process.has_ended_well)
        report = orjson.loads(process.lines()[0])
    assert ["before", "after"] == report["keys"]
    for error in report["errors"]:
        assert error.startswith(f"log file {path}: ")
        assert "the disk" in error


async def test_a_damaged_file_is_named_and_what_to_do(opener: Open, path: Path) -> None:
    first = await opener()
    for number in range(200):
        await first.append("t", message(str(number), b"x" * 2000))
    await first.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3 // 4096 * 4096)
        file.write(b"\xa5" * (size // 3))
    log = await opener()
    with pytest.raises(LogUnavailable, match=rf"log file {path}: the file is damaged: stop Hookline, then restore"):
        await stored(log, "t")


async def test_a_log_whose_folder_was_moved_away_says_so_and_works_when_it_is_back(
    opener: Open, tmp_path: Path, path: Path
) -> None:
    """Without that, SQLite would go on writing to a file that nobody will find again."""
    log = await opener()
    await log.append("t", message("k", b"before"))
    reader = log.read(["t"], "g")
    assert await reader.next_batch(0.0) is not None
    away = tmp_path.with_name(tmp_path.name + "-away")
    tmp_path.rename(away)
    with pytest.raises(LogUnavailable, match=rf"log file {path}: the file was removed or replaced.*put it back"):
        await log.append("t", message("k", b"lost"))
    with pytest.raises(LogUnavailable, match="removed or replaced"):
        await reader.next_batch(0.0)
    with pytest.raises(LogUnavailable, match="removed or replaced"):
        await log.check()
    away.rename(tmp_path)
    await log.append("t", message("k", b"after"))
    assert [b"before", b"after"] == values(await stored(log, "t"))


async def test_a_log_whose_file_was_replaced_by_another_program_refuses_to_write_there(
    log: EventLog, path: Path
) -> None:
    await log.append("t", message("k"))
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    path.write_bytes(b"a letter, not a log\n" * 100)
    with pytest.raises(LogUnavailable, match="replaced"):
        await log.append("t", message("k"))
    with pytest.raises(LogUnavailable, match="damaged"):
        await log.append("t", message("k"))
    assert b"a letter, not a log\n" * 100 == path.read_bytes()
