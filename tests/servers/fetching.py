"""What the servers are made of, fetched once into a cache folder that all runs share."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from runtime.settings import environment
from tests.servers.commands import run
from tests.servers.missing import Missing

_FETCH_SECONDS = 900
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/hookline-tests``, else ``~/.cache/hookline-tests``."""
    home = environment().get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "hookline-tests"


def fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """The folder ``name`` of the cache, filled by ``fetch`` if it is not there yet.

    It appears whole or not at all; of two runs that fetch at once, the later one uses the earlier one's.
    """
    folder = cache_folder() / name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(mkdtemp(prefix=f"{name}.", dir=folder.parent))
    try:
        with outside_of_the_test_timeout():
            fetch(half)
        _put(half, folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return folder


@contextmanager
def outside_of_the_test_timeout() -> Iterator[None]:
    """A test's timeout is an interval timer; whichever test asks first does not pay for the fetching."""
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def maven(goal: str, arguments: Sequence[str], folder: Path, java_home: Path) -> None:
    """Maven's dependency plugin has done ``goal`` in ``folder``.

    Raises ``Missing`` where Maven is not installed or did not get what it was sent for.
    """
    command = shutil.which("mvn")
    if command is None:
        raise Missing("Maven is not installed (the command mvn)")
    try:
        done = run(
            [command, "--batch-mode", "--quiet", f"{_PLUGIN}:{goal}", *arguments],
            _FETCH_SECONDS,
            folder=folder,
            environ={**environment(), "JAVA_HOME": str(java_home)},
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"Maven had not finished after {_FETCH_SECONDS} s") from None
    if done.returncode:
        raise Missing(f"Maven could not fetch it: {done.stdout.strip()[-1000:]}")


def _put(half: Path, folder: Path) -> None:
    try:
        half.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
