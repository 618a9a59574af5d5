"""From SQLite's errors to ours: what is wrong with which file, and what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.errors import LogUnavailable

_ADVICE = {
    "SQLITE_FULL": "no space is left on the disk: free some",
    "SQLITE_IOERR": "the disk failed: check the disk, its free space and its size limits",
    "SQLITE_CORRUPT": "the file is damaged: stop Hookline, then restore a backup or recover with sqlite3's .recover",
    "SQLITE_NOTADB": "the file is damaged: stop Hookline, then restore a backup",
    "SQLITE_READONLY": "it may not be written: give this user write permission on the file and its folder",
    "SQLITE_PERM": "it may not be opened: give this user permission on the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened: see that it and its folder are there and that this user may write them",
    "SQLITE_BUSY": "another process holds it locked: let it finish, or end it",
    "SQLITE_LOCKED": "another process holds it locked: let it finish, or end it",
}

GONE = "the file was removed or replaced while it was open: put it back, or stop Hookline and start it anew"


def error_name(error: BaseException) -> str:
    """SQLite's name of the error (``SQLITE_FULL``), or the exception's own name."""
    return getattr(error, "sqlite_errorname", None) or type(error).__name__


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection holds a lock that will be released."""
    return error_name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def reason(error: BaseException) -> str:
    """What happened, what to do, and SQLite's word for it; never anything out of a record."""
    name = error_name(error)
    advice = next((text for prefix, text in _ADVICE.items() if name.startswith(prefix)), None)
    return f"{advice or str(error) + '; look at the disk, then try again'} ({name})"


def explain(path: Path, error: BaseException) -> str:
    """``reason`` with the file that it is about."""
    return f"log file {path}: {reason(error)}"


@contextmanager
def as_unavailable(path: Path) -> Iterator[None]:
    """Whatever SQLite or the system says inside leaves as ``LogUnavailable``."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LogUnavailable(explain(path, error)) from error
