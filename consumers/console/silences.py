"""Beginning and ending a silence, from a page or through the API: who did it stays in the audit when it is over."""

from __future__ import annotations

from aiohttp import web

from consumers.alerts import handling
from consumers.console.auditing import audited
from consumers.console.console import CONSOLE
from schemas.handling import Silence


async def begin_silence(request: web.Request, silence: Silence) -> None:
    """It is in force, and who began it was written down first. Raises ``LogUnavailable``."""
    await audited(request, "silence", silence.told)
    await handling.begin_silence(request.config_dict[CONSOLE].log, silence)


async def end_silence(request: web.Request, silence_id: str) -> bool:
    """The silence is over, and who ended it was written down first; ``False`` where there is none: nothing is written.

    Raises ``LogUnavailable``: whether it is over is unknown, and doing it again is safe.
    """
    log = request.config_dict[CONSOLE].log
    if silence_id not in {each.id for each in await handling.handled(log) if isinstance(each, Silence)}:
        return False
    await audited(request, "unsilence", silence_id)
    await handling.end_silence(log, silence_id)
    return True
