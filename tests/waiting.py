"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic


async def until(condition: Callable[[], bool | Awaitable[bool]], deadline: float = 20.0) -> None:
    """Returns once the condition holds; fails, showing it, when it does not within ``deadline`` seconds."""
    end = monotonic() + deadline
    while True:
        held = condition()
        if inspect.isawaitable(held):
            held = await held
        if held:
            return
        assert monotonic() < end, f"not within {deadline} s: {inspect.getsource(condition).strip()}"
        await asyncio.sleep(0.01)
