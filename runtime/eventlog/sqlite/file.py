"""The log's file: its schema, and how it is created, recognised and connected to.

Plain topics live in ``records``, compacted ones in ``newest``. The two differ in how a record goes away:

* SQLite moves rows from page to page when a deletion leaves a page nearly empty, and ``secure_delete`` does not always
  clear the place that a moved row came from. So nothing is ever deleted from ``records``: a record is erased in place
  (its key, headers and value overwritten, its topic set to 0), no row moves, and no copy of an erased one stays behind.
* From ``newest`` superseded records are deleted and their space is used again, for it would grow without bound. A copy
  of a row that was moved may stay in a page until that is used again: sealed bodies do not belong on compacted topics.

``records`` has no index of its keys: it would double the cost of an append. ``records_by_topic`` carries the key's
CRC-32, and whoever needs a key's records (tombstones do) scans that narrow index.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import LogRefused, LogUnavailable
from runtime.eventlog.sqlite.trouble import GONE, error_name, explain, is_busy

APPLICATION_ID = 0x484B4C4E
"""``HKLN`` in ASCII, at bytes 68 to 71 of the file (SQLite, "Database File Format", section 1.3)."""
FORMAT = 1
BUSY_TIMEOUT = 0.1
"""Seconds that one statement waits for another process's lock; whoever has longer tries again."""
_RETRY_SECONDS = 0.01

_COLUMNS = (
    "topic INTEGER NOT NULL, crc INTEGER NOT NULL, appended_at INTEGER NOT NULL, key TEXT, headers BLOB, value BLOB"
)
_SCHEMA = (
    f"CREATE TABLE records (offset INTEGER PRIMARY KEY AUTOINCREMENT, {_COLUMNS})",
    "CREATE INDEX records_by_topic ON records (topic, offset, crc)",
    f"CREATE TABLE newest (offset INTEGER PRIMARY KEY AUTOINCREMENT, {_COLUMNS})",
    "CREATE INDEX newest_by_topic ON newest (topic, offset)",
    "CREATE INDEX newest_by_key ON newest (topic, crc)",
    "CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, compacted INTEGER NOT NULL)",
    """CREATE TABLE positions (grp TEXT, topic TEXT, next INTEGER NOT NULL, epoch INTEGER NOT NULL,
    PRIMARY KEY (grp, topic)) WITHOUT ROWID""",
    "CREATE TABLE probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)
_MARKS = (
    "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) "
    "FROM pragma_application_id, pragma_user_version"
)
"""One statement, so one snapshot: another process may be creating the log meanwhile."""
_CREATING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Session:
    """A connection, and which file (device and inode) it was opened on."""

    connection: sqlite3.Connection
    identity: tuple[int, int]

    def check_current(self, path: Path) -> None:
        """Raises ``LogUnavailable`` when ``path`` is no longer the file that this connection reads and writes."""
        if _identity(path) != self.identity:
            raise LogUnavailable(f"log file {path}: {GONE}")


def connect(path: Path, *, writing: bool) -> Session:
    """A connection to a log's file. Raises ``LogUnavailable`` when there is none (any more) and ``sqlite3.Error``."""
    identity = _identity(path)
    if identity is None:
        raise LogUnavailable(f"log file {path}: {GONE}")
    connection = _open(path)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute(f"PRAGMA cache_size = {-32768 if writing else -4096}")
        connection.execute(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        _check_ours(connection, path)
    except BaseException:
        connection.close()
        raise
    return Session(connection, identity)


def prepare(name: str, patience: float) -> Path:
    """The absolute path of a file that is there and is a log of this format; created if it was missing or empty.

    Waits up to ``patience`` seconds for another process that holds it locked.
    Raises ``LogRefused`` when the file or its folder must be changed first, ``LogUnavailable`` when it may work later.
    """
    path = Path(name).absolute()
    give_up = time.monotonic() + patience
    _make_file(path)
    while True:
        try:
            _prepare(path)
        except sqlite3.Error as error:
            if not is_busy(error) or time.monotonic() > give_up:
                raise _opening_error(path, error) from error
            time.sleep(_RETRY_SECONDS)
        else:
            return path


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - on the path of every transaction, where Path.stat costs twice as much
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT,
        cached_statements=256,
    )


def _make_file(path: Path) -> None:
    """Only ever opens a file that did not exist: closing any other would drop SQLite's locks on it in this process."""
    with _CREATING:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            _check_usable(path)
        except FileNotFoundError as error:
            raise LogRefused(f"log file {path}: its folder {path.parent} does not exist; create it") from error
        except OSError as error:
            raise LogRefused(
                f"log file {path}: cannot be created ({error.strerror}); use a folder that this user may write in"
            ) from error


def _check_usable(path: Path) -> None:
    """SQLite itself would open a file that it may not write, and say so only at the first record."""
    if path.is_dir():
        raise LogRefused(f"log file {path}: a folder, not a file; name a file in it")
    for place in (path, path.parent):
        if not os.access(place, os.R_OK | os.W_OK):
            raise LogRefused(f"log file {path}: give this user read and write permission on {place}")


def _prepare(path: Path) -> None:
    connection = _open(path)
    try:
        if not _recognise(connection, path):
            _use_write_ahead_log(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            if not _recognise(connection, path):
                for statement in _SCHEMA:
                    connection.execute(statement)
            connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    try:
        ours = _recognise(connection, path)
    except LogRefused as error:
        raise LogUnavailable(str(error)) from error
    if not ours:
        raise LogUnavailable(f"log file {path}: {GONE}")


def _use_write_ahead_log(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise LogRefused(f"log file {path}: its file system has no shared memory files; use a disk of this machine")


def _recognise(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether it is a log of ours; false when it is empty. Raises ``LogRefused`` for anything else."""
    application, found, tables = connection.execute(_MARKS).fetchone()
    if application == 0 and tables == 0 and found == 0:
        return False
    if application != APPLICATION_ID:
        raise LogRefused(f"log file {path}: a database of another program, not a Hookline log; name another file")
    if found > FORMAT:
        raise LogRefused(
            f"log file {path}: written by a newer Hookline (format {found}, this program knows {FORMAT}): upgrade"
        )
    return True


def _opening_error(path: Path, error: sqlite3.Error) -> LogRefused | LogUnavailable:
    name = error_name(error)
    if name.startswith("SQLITE_NOTADB"):
        return LogRefused(f"log file {path}: not an SQLite database, so not a Hookline log; name another file")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_CORRUPT")):
        return LogRefused(explain(path, error))
    return LogUnavailable(explain(path, error))
