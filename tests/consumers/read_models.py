"""Read models without a row. How their tables are made is tested where they are; here they are copied."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from consumers.projections.store import Store, open_store

_KEPT = TemporaryDirectory(prefix="read-model-")


@asynccontextmanager
async def read_model_in(folder: Path) -> AsyncIterator[Store]:
    """The folder's own on SQLite, a new one where it has none."""
    file = folder / "views.db"
    if not file.exists():
        copyfile(await _new(), file)
    async with open_store(f"sqlite:///{file}", migrates=False) as store:
        yield store


async def _new() -> Path:
    made = Path(_KEPT.name) / "new.db"
    if not made.exists():
        begun = made.with_suffix(".begun")
        async with open_store(f"sqlite:///{begun}"):
            pass
        begun.rename(made)
    return made
