"""The parts of Hookline that a process may run, a module each.

``prepared`` of a part's module looks at the settings, and what it gives begins the part on a log. A part's module is
imported when it runs: whoever runs one pays for no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from importlib import import_module

from runtime.eventlog import EventLog
from runtime.periodic import Periodic
from runtime.settings import Settings
from runtime.stage import Stage

RECEIVE, FETCH, RECONCILE, NORMALIZE, PROJECT, ALERT = PARTS = (
    "receive",
    "fetch",
    "reconcile",
    "normalize",
    "project",
    "alert",
)
CONSOLE = "console"
"""Runs in a process of its own: whoever may act there must not be able to stop anything else."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a part does: its stages, what it does again and again, and a door that is open, at an address, while its
    context is.
    """

    stages: tuple[Stage, ...] = ()
    again: tuple[Periodic, ...] = ()
    door: Callable[[], AbstractAsyncContextManager[str]] | None = None


Begin = Callable[[EventLog, AsyncExitStack], Awaitable[Work]]
"""The part's work on the log; what it opens for it is closed with the stack."""


def prepared(part: str, settings: Settings) -> Begin:
    """Raises ``SettingsInvalid`` when the part cannot run with these."""
    begin: Begin = import_module(f"hookline.parts.{part}").prepared(settings)
    return begin
