"""A tombstone leaves nothing of what it erased in the file or beside it."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from runtime.eventlog import EventLog
from tests.eventlog.backends import COMPACTED, Open, message, stored
from tests.eventlog.children import occurrences
from tests.waiting import until

CANARY = b"Ophelia Canary, born 1.2.1993"


async def test_an_erased_record_is_in_neither_the_file_nor_the_write_ahead_log(
    log: EventLog, path: Path, tmp_path: Path
) -> None:
    """Key apart: the tombstone carries that itself, in order to be read."""
    for topic in ("t", COMPACTED):
        await log.append(topic, message("k", b"<" + CANARY * 300 + b">", (("h", CANARY),)))
    assert occurrences(path, tmp_path / "said", CANARY) > [0]
    for topic in ("t", COMPACTED):
        await log.append(topic, message("k", None))
    assert [0] == occurrences(path, tmp_path / "said", CANARY)


async def test_no_copy_of_an_erased_record_stays_in_a_page_that_it_was_moved_from(
    log: EventLog, path: Path, tmp_path: Path
) -> None:
    """Records of all sizes, erased in any order among others that stay: the erased are gone, the others are whole.

    With plain deletions SQLite would move rows together, and leave copies behind that no later deletion reaches.
    """
    dice = random.Random(7)  # noqa: S311 - a shuffle
    bodies = {f"key-{number}": f"<canary {number:06}>".encode() for number in range(600)}
    for key, body in bodies.items():
        await log.append("t", message(key, body + b"x" * dice.choice((0, 50, 600, 1500, 5000)), (("h", body),)))
    erased = dice.sample(sorted(bodies), 300)
    for key in erased:
        await log.append("t", message(key, None))
    counts = dict(zip(bodies, occurrences(path, tmp_path / "said", *bodies.values()), strict=True))
    assert {0} == {counts[key] for key in erased}
    assert {2} == {counts[key] for key in bodies if key not in erased}


async def test_erasure_is_made_good_once_a_reader_that_was_in_the_way_has_gone(
    log: EventLog, path: Path, tmp_path: Path
) -> None:
    """A reader's snapshot keeps the write-ahead log alive; the writer comes back to it without being asked."""
    await log.append("t", message("k", CANARY))
    with closing(sqlite3.connect(path, isolation_level=None)) as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT * FROM topics").fetchall()
        await log.append("t", message("k", None))
        assert [0] != occurrences(path, tmp_path / "said", CANARY)
        slow.execute("COMMIT")
        await until(lambda: [0] == occurrences(path, tmp_path / "said", CANARY))


async def test_erasure_that_a_crash_cut_short_is_made_good_at_the_next_start(
    opener: Open, path: Path, tmp_path: Path
) -> None:
    """Played by a connection that keeps the first log's write-ahead log alive past its end."""
    first = await opener()
    await first.append("t", message("k", CANARY))
    with closing(sqlite3.connect(path, isolation_level=None)) as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT * FROM topics").fetchall()
        await first.append("t", message("k", None))
        await first.close()
        slow.execute("COMMIT")
        assert [0] != occurrences(path, tmp_path / "said", CANARY)
        second = await opener()
        await until(lambda: [0] == occurrences(path, tmp_path / "said", CANARY))
        assert [None] == [record.value for record in await stored(second, "t")]
