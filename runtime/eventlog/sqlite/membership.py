"""One member of a group reads a topic at a time, across all processes of the machine.

A member holds ``flock`` on a file of the group and topic; the kernel gives the lock back when its process ends, however
it ends. The file itself stays and is empty.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from urllib.parse import quote


def folder(log: Path) -> Path:
    """Where the lock files of this log are."""
    return log.with_name(log.name + "-groups")


def try_lock(log: Path, group: str, topic: str) -> int | None:
    """The locked file's descriptor, to be closed when the membership ends; ``None`` when another member holds it.

    Raises ``OSError`` when the lock's file cannot be opened.
    """
    folder(log).mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(
        folder(log) / f"{quote(group, safe='')}@{quote(topic, safe='')}", os.O_CREAT | os.O_RDWR, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def unlock(descriptor: int) -> None:
    os.close(descriptor)
