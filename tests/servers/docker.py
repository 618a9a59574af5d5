"""Servers in containers, where an engine runs them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from tests.servers.commands import run
from tests.servers.fetching import outside_of_the_test_timeout

_ANSWER_SECONDS = 5
_START_SECONDS = 60


@cache
def engine_answers() -> bool:
    """Whether containers can be run here."""
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        return run(command, _ANSWER_SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def container(
    image: str, ports: tuple[int, int], started: str, environ: Mapping[str, str], command: str = ""
) -> Iterator[None]:
    """Serves once ``started`` stands in its output. ``ports`` are the one inside and the one of this machine."""
    made = DockerContainer(image).with_bind_ports(*ports)
    for key, value in environ.items():
        made = made.with_env(key, value)
    if command:
        made = made.with_command(command)
    made = made.waiting_for(LogMessageWaitStrategy(started).with_startup_timeout(_START_SECONDS))
    try:
        with outside_of_the_test_timeout():
            made.start()
        yield
    finally:
        made.stop()
