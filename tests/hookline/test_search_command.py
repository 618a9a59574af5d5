from __future__ import annotations

from pathlib import Path

from consumers.projections.projector import stage
from consumers.projections.store import open_store
from runtime.eventlog import open_log
from schemas.event import Outcome
from schemas.topics import is_compacted
from tests.consumers.making import append, told, work
from tests.hookline.conftest import Shell


async def projected(folder: Path) -> None:
    """Two verifications of one customer, as the stages leave them."""
    log = await open_log(f"sqlite:///{folder}/hookline.db", is_compacted=is_compacted)
    async with open_store(f"sqlite:///{folder}/hookline-views.db") as store:
        await append(log, told(1, Outcome.VERIFIED), told(2, Outcome.PENDING, verification_id="scan-2"))
        await work(log, stage(store, log))
    await log.close()


async def test_a_verification_is_found_by_what_somebody_has_in_hand(shell: Shell) -> None:
    """The newest first, a line each, saying by what it was found; with --json an object each."""
    shell.write_settings()
    await projected(shell.folder)
    status, printed, _ = await shell.run("search", "customer-1")
    lines = printed.splitlines()
    assert (0, 2) == (status, len(lines))
    assert "idenfy:scan-2  PENDING, not final" in lines[0]
    assert lines[0].endswith("customer-1  (by subject)")
    rows = await shell.rows("search", "scan-1")
    assert [("scan-1", "verification")] == [(row["status"]["verification_id"], row["by"]) for row in rows]


async def test_a_reference_of_nothing_is_an_error_in_words(shell: Shell) -> None:
    shell.write_settings()
    await projected(shell.folder)
    status, printed, said = await shell.run("search", "nobody")
    assert (1, "") == (status, printed)
    assert "no verification has such a reference" in said
