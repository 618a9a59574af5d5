"""How long whoever asks over HTTP is kept waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from ingest.act.acting import Acting
from ingest.act.asks import Ask
from ingest.act.errors import MayHaveBeenDone, NotRecorded

WITHIN = 120.0
"""Seconds that an action may take, all of its calls together."""

LOOK_WITHIN = 30.0
"""Seconds that the log may take to say what waits."""


@asynccontextmanager
async def bounded(action_id: str) -> AsyncIterator[None]:
    """Raises ``MayHaveBeenDone`` where it takes too long; whoever was doing it tells the log the same."""
    try:
        async with asyncio.timeout(WITHIN):
            yield
    except TimeoutError:
        error = MayHaveBeenDone(f"not ended within {WITHIN:g} s; look there before you ask again")
        error.action_id = action_id
        raise error from None


async def what_waits(acting: Acting) -> Sequence[Ask]:
    """As ``Acting.waiting``. Raises ``NotRecorded`` where the log does not say it in time, too."""
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            return await acting.waiting()
    except TimeoutError:
        raise NotRecorded(f"the log did not say what waits within {LOOK_WITHIN:g} s; ask again later") from None
