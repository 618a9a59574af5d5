"""The one thread of this process that writes: it takes whatever waits and commits it together (group commit)."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import compress
from pathlib import Path
from queue import Empty, SimpleQueue

from runtime.errors import HooklineError, LogUnavailable
from runtime.eventlog.api import IsCompacted
from runtime.eventlog.sqlite.file import BUSY_TIMEOUT, Session, connect
from runtime.eventlog.sqlite.operations import Operation, Outcome
from runtime.eventlog.sqlite.transaction import Topics, apply
from runtime.eventlog.sqlite.trouble import explain, is_busy, reason

MAX_GROUP = 1000
MAX_GROUP_BYTES = 16 * 1024 * 1024
_RETRY_TRUNCATE = 0.05

SWITCH_SECONDS = 0.0002
"""How long a thread waits for the interpreter before it asks for it. Python's own 5 ms start anew whenever the holder
lets go for a moment, which a busy event loop does many times in 5 ms: the writer was measured to wait seconds on end.
"""

Settle = Callable[[Sequence[Operation], Sequence[Outcome]], None]
"""Called on the writer's thread with a group that is done with, and what became of each operation in it."""


class Writer:
    """Hand it lists of operations through ``inbox``; ``None`` makes it finish what it has and end.

    ``trouble`` says in words what keeps it from writing just now, or is empty. It outlives every failure: the group's
    operations fail, the connection is dropped, and the next group opens a new one.
    """

    def __init__(self, path: Path, is_compacted: IsCompacted, settle: Settle, ended: Callable[[], None]) -> None:
        self.inbox: SimpleQueue[list[Operation] | None] = SimpleQueue()
        self.trouble = ""
        self._path = path
        self._settle = settle
        self._ended = ended
        self._topics = Topics(is_compacted)
        self._session: Session | None = None
        self._backlog: deque[Operation] = deque()
        self._stopping = False
        self._truncate_due = True  # a process that was killed may have left erased bytes in the write-ahead log
        self._thread = threading.Thread(target=self._run, name="eventlog-writer", daemon=True)

    def start(self) -> None:
        """Sets the process's switch interval too: see ``SWITCH_SECONDS``."""
        sys.setswitchinterval(min(SWITCH_SECONDS, sys.getswitchinterval()))
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping or self._backlog:
            self._receive()
            if self._backlog:
                self._write(self._take())
            elif self._truncate_due:
                self._truncate(patience=0.0)
        if self._truncate_due:
            self._truncate(patience=BUSY_TIMEOUT)
        self._drop()
        self._ended()

    def _receive(self) -> None:
        """Everything that waits; without a backlog it waits for more, but not for ever while a truncation is due."""
        with suppress(Empty):
            if not self._backlog:
                self._accept(self.inbox.get(timeout=_RETRY_TRUNCATE if self._truncate_due else None))
            while not self._stopping:
                self._accept(self.inbox.get_nowait())

    def _accept(self, operations: list[Operation] | None) -> None:
        if operations is None:
            self._stopping = True
        else:
            self._backlog.extend(operations)

    def _take(self) -> list[Operation]:
        group: list[Operation] = []
        rows = size = 0
        while self._backlog and rows < MAX_GROUP and size < MAX_GROUP_BYTES:
            operation = self._backlog.popleft()
            group.append(operation)
            rows += len(operation.rows)
            size += operation.size
        return group

    def _write(self, group: list[Operation]) -> None:
        """Whatever happens, every operation of the group is settled or back in the queue."""
        try:
            outcomes = self._commit(group)
        except sqlite3.Error as error:
            self.trouble = reason(error)
            if is_busy(error):
                self._wait_on(group)
                return
            failure = f"{explain(self._path, error)}; unknown whether it was written"
            outcomes = self._failed(group, LogUnavailable(failure))
        except LogUnavailable as error:
            self.trouble = str(error)
            outcomes = self._failed(group, error)
        except Exception as error:  # a fault of ours: the only writer must outlive it, and its callers are told
            fault = f"log file {self._path}: a fault of Hookline's own ({type(error).__name__}), not written; report it"
            outcomes = self._failed(group, LogUnavailable(fault))
        self._settle(group, outcomes)

    def _commit(self, group: list[Operation]) -> list[Outcome]:
        session = self._connected()
        connection = session.connection
        connection.execute("BEGIN IMMEDIATE")
        session.check_current(self._path)
        awaited = [not operation.future.done() for operation in group]
        wanted = list(compress(group, awaited))
        outcomes = apply(connection, wanted, self._topics, time.time_ns() // 1000)
        connection.execute("COMMIT")
        self.trouble = ""
        erased = _has_tombstone(wanted)
        if erased or self._truncate_due:
            self._truncate(patience=BUSY_TIMEOUT if erased else 0.0)
        each = iter(outcomes)
        return [next(each) if was_awaited else 0 for was_awaited in awaited]

    def _connected(self) -> Session:
        if self._session is None:
            self._session = connect(self._path, writing=True)
        return self._session

    def _wait_on(self, group: list[Operation]) -> None:
        """Somebody else writes: those whose caller still waits stay at the head of the queue."""
        if self._session is not None and self._session.connection.in_transaction:
            self._drop()
        gone = [operation for operation in group if operation.future.done()]
        self._backlog.extendleft(operation for operation in reversed(group) if not operation.future.done())
        self._settle(gone, [0] * len(gone))

    def _failed(self, group: list[Operation], error: HooklineError) -> list[Outcome]:
        self._drop()
        return [error] * len(group)

    def _truncate(self, patience: float) -> None:
        """Erased bytes leave the write-ahead log: all of it goes into the file, and it is cut to nothing.

        A reader in the middle of a query can hold that up for longer than ``patience``; it stays due until it was done.
        """
        self._truncate_due = True
        try:
            connection = self._connected().connection
            connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
            (blocked, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
            self._truncate_due = bool(blocked)
        except (sqlite3.Error, LogUnavailable) as error:
            self.trouble = reason(error) if isinstance(error, sqlite3.Error) else str(error)
            self._drop()

    def _drop(self) -> None:
        """A transaction that is open on the connection is rolled back by closing it."""
        if self._session is not None:
            with suppress(sqlite3.Error):
                self._session.connection.close()
        self._session = None
        self._topics.known.clear()


def _has_tombstone(operations: Iterable[Operation]) -> bool:
    return any(row.value is None for operation in operations for row in operation.rows)
