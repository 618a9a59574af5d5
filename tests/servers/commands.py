from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(
    command: Sequence[str | Path],
    seconds: float,
    *,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
    user: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """What became of a command that ends by itself; stdout and stderr are one text.

    Raises ``OSError`` where there is no such command, ``subprocess.TimeoutExpired`` when it took longer.
    """
    return subprocess.run(  # noqa: S603 - no command is anybody's input
        command,
        timeout=seconds,
        cwd=folder,
        env=environ,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
