"""Channels through Apprise: e-mail, Slack, Teams, PagerDuty and whatever else it has a URL for.

Apprise says of an attempt whether it worked, and says why in its own log lines alone. They quote hosts, and its
exceptions more than that, so nothing of them is repeated but an answer's status.
"""

from __future__ import annotations

import asyncio
import logging
import re
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING

from consumers.alerts.delivery.channel import TAKEN, Outcome, Result, Send
from consumers.alerts.delivery.telling import text_of, title_of
from schemas.alert import Alert, Severity

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_LOUD = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")
"""Loggers that quote addresses, whose paths are the very tokens of Slack and others, or what is signed with them."""
_STATUS = re.compile(r"\berror=(\d{3})\b")


def service_of(url: str, seconds: float) -> NotifyBase | None:
    """Apprise's own object for the URL, which waits no longer than that for a connection or an answer; ``None`` when
    Apprise cannot read it. No file is written for it, and nothing in a text points elsewhere. A text that is too long
    for the service is cut, unless the URL says otherwise (``overflow``): many a service would refuse it each time.
    """
    _load()
    from apprise import Apprise, AppriseAsset, OverflowMode

    asset = AppriseAsset(
        app_id="Hookline",
        app_desc="Hookline",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode="memory",
        secure_logging=True,
        allow_templates=False,
        service_timeout=0,
    )
    service = Apprise.instantiate(url, asset=asset)
    if service is not None:
        service.socket_connect_timeout = min(service.socket_connect_timeout, seconds)
        service.socket_read_timeout = min(service.socket_read_timeout, seconds)
        if "overflow=" not in url:
            service.overflow_mode = OverflowMode.TRUNCATE
    return service


@cache
def _load() -> None:
    """Apprise and all that it brings is loaded, silently: it comes with modules that Python is going to drop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from apprise import Apprise

        Apprise.instantiate("json://localhost")
    for name in _LOUD:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(logging.WARNING)  # Apprise gathers what it says of an attempt from its own logger
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


@dataclass(slots=True)
class Notifier:
    """``seconds`` bound an attempt; an attempt that hangs longer keeps its thread, but the threads are bounded, too."""

    url: str = field(repr=False)
    seconds: float
    parallel: int
    console: str | None = None
    _alive: int = 0

    def opened(self) -> AbstractAsyncContextManager[Send]:
        return _opened(self)

    async def send(self, alert: Alert) -> Outcome:
        if self._alive >= 2 * self.parallel:
            return Outcome(Result.FAILED, "earlier attempts still hang")
        try:
            async with asyncio.timeout(self.seconds):
                return await self._in_thread(lambda: self._notified(alert))
        except TimeoutError:
            return Outcome(Result.FAILED, f"not taken within {self.seconds:g} s")

    def _notified(self, alert: Alert) -> Outcome:
        """In a thread: a service for each attempt, as they keep state that no two threads may share."""
        from apprise import Apprise, NotifyFormat, NotifyType

        kinds = {Severity.INFO: NotifyType.INFO, Severity.CRITICAL: NotifyType.FAILURE}
        service = service_of(self.url, self.seconds)
        if service is None:
            return Outcome(Result.FAILED, "Apprise cannot read the channel's url")
        teller = Apprise(asset=service.asset)
        teller.add(service)
        result = teller.notify(
            body=text_of(alert, self.console),
            title=title_of(alert),
            notify_type=kinds.get(alert.severity, NotifyType.WARNING),
            body_format=NotifyFormat.TEXT,
        )
        if result:
            return TAKEN
        statuses = {found for entry in result.logs() for found in _STATUS.findall(entry.message)}
        said = f"answers {', '.join(sorted(statuses))}" if statuses else "not taken"
        return Outcome(Result.FAILED, f"{said} (through Apprise, {service.service_name})")

    async def _in_thread(self, work: Callable[[], Outcome]) -> Outcome:
        """A thread that no end of the process waits for: what hangs on the other side must not hold a stop up."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()

        def done(outcome: Outcome) -> None:
            self._alive -= 1
            if not answer.done():
                answer.set_result(outcome)

        def run() -> None:
            try:
                outcome = work()
            except Exception as error:  # whatever a plugin of Apprise's raises is one attempt that failed
                outcome = Outcome(Result.FAILED, f"not taken ({type(error).__name__}, through Apprise)")
            with suppress(RuntimeError):  # the loop has ended meanwhile, and nobody waits
                loop.call_soon_threadsafe(done, outcome)

        self._alive += 1
        Thread(target=run, name="notify", daemon=True).start()
        return await answer


@asynccontextmanager
async def _opened(notifier: Notifier) -> AsyncIterator[Send]:
    yield notifier.send
