"""Where a read model is built aside, and how it takes the place of the one that everybody reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from consumers.projections.store import Store

PATIENCE = 600.0
"""Seconds for the whole of a switch, in which the read model stands still."""

CatchUp = Callable[[], Awaitable[None]]


class Place(Protocol):
    """``aside`` has all tables, empty, at first."""

    @property
    def aside(self) -> Store: ...

    async def switch(self, catch_up: CatchUp) -> None:
        """What was built aside is what everybody reads; projectors stood still while ``catch_up`` read the rest.

        One transaction: until it is committed nothing has changed. Raises ``ProjectionUnavailable``.
        """
        ...
