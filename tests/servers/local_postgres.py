"""PostgreSQL as a process of this machine, that a test may harm as it likes."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.commands import run
from tests.servers.missing import Missing, skipped_without
from tests.servers.ports import HOST, free_ports
from tests.servers.process import ServerProcess

STARTED = "database system is ready to accept connections"
_USER = "hookline"
_INITIALIZE_SECONDS = 60


class LocalPostgres(ServerProcess):
    """A server of a test's own. ``stop`` does not wait for its clients, ``start`` finds all that was committed."""

    stop_signal = signal.SIGINT

    def __init__(self, programs: Path, port: int, folder: Path, user: str | None) -> None:
        options = ["-h", HOST, "-p", str(port), "-k", "", "-F"]
        command = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
        super().__init__(command, folder, lambda printed: STARTED in printed, user)
        self.url = f"postgresql://{_USER}@{HOST}:{port}/postgres"


@contextmanager
def local_postgres() -> Iterator[LocalPostgres]:
    """A started server with its files in a temporary folder; gone afterwards. Skips the test where none can be run."""
    with skipped_without("local PostgreSQL"):
        programs, user = _programs(), _who_runs_it()
    (port,) = free_ports(1)
    # Not below the tests' own folder: that is closed to the user who runs the server when the tests are root's.
    with TemporaryDirectory(prefix="hookline-postgres-") as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        _initialize(programs, folder, user)
        local = LocalPostgres(programs, port, folder, user)
        try:
            local.start()
            yield local
        finally:
            if local.running:
                local.stop()


def _programs() -> Path:
    """The folder of PostgreSQL's programs: the PATH's, else the newest that Debian installed."""
    found = [Path(each).resolve().parent for each in [shutil.which("initdb")] if each]
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(installed, key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in found:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise Missing("PostgreSQL is not installed (the commands initdb and postgres)")


def _who_runs_it() -> str | None:
    """The user to run as; ``None`` for ourselves. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise Missing("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _initialize(programs: Path, folder: Path, user: str | None) -> None:
    options = ["--username", _USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    command: list[str | Path] = [programs / "initdb", "--pgdata", folder / "data", *options]
    done = run(command, _INITIALIZE_SECONDS, folder=folder, user=user)
    if done.returncode:
        raise RuntimeError(f"PostgreSQL's data folder could not be made: {done.stdout}")
