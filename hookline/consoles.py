"""The console of a process: opened with what the settings say, running while its context is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from consumers.console.app import Console, make_app, make_runner
from consumers.console.auditing import audited
from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections import queries
from consumers.projections.store import Store, open_store
from hookline.desk import Desk
from hookline.serving import Running
from ingest.act.acting import acting
from ingest.act.web import ACTION_PATHS, action_routes, problem_of
from ingest.calling import accounts_of
from runtime.access.access import Access, access_of
from runtime.access.identity import Identity
from runtime.access.leaving import Leaving
from runtime.access.oidc.issuer import issuer_of
from runtime.access.tokens import tokens_of
from runtime.errors import LogUnavailable
from runtime.listening import listening
from runtime.periodic import Periodic, run_periodically
from runtime.secrets import secret_of
from runtime.settings import Settings
from runtime.stage import Health
from schemas.topics import ended_sessions

_log = structlog.get_logger(__name__)

_DRAIN = 15.0
"""Seconds that actions under way have to end; what is left then is on the log as unconfirmed."""
_FORGET_EVERY = 60.0
"""Seconds between two looks for what is asked of actions and old by now: it may say who a person is."""
_LEAVE_WITHIN = 5.0
"""Seconds between two looks at who signed out at another console."""
_LOOK_EVERY = 2.0
"""Seconds between two looks at the read model, for whoever asks whether this process is ready."""


@dataclass(frozen=True, slots=True)
class ConsoleAt:
    """``url`` is where it listens. ``login_link`` signs in, once and for ten minutes, where somebody was made for this
    process; ``nobody`` says that nobody could come in.
    """

    url: str
    login_link: str | None
    nobody: bool


@asynccontextmanager
async def console_running(
    settings: Settings, process: Running, *, own: Identity | None = None
) -> AsyncIterator[ConsoleAt]:
    """The console answers on ``console.listen`` while the context is open. ``own`` may come in by ``login_link``.

    A read model that is away makes it say so until it is back. On leaving, actions under way have 15 seconds to end.
    Raises ``SettingsInvalid``.
    """
    accounts_of(settings.source)
    async with AsyncExitStack() as stack:
        known = await stack.enter_async_context(_access(settings, own))
        access = await stack.enter_async_context(_leaving(known, process))
        store = await stack.enter_async_context(open_store(settings.projections_url, migrates=False))
        ready = await stack.enter_async_context(acting(settings.source, settings.act, process.log))
        await stack.enter_async_context(_watching(store, process))
        await stack.enter_async_context(_again(Periodic("old actions", _FORGET_EVERY, ready.forget_old), process))
        console = Console(store, process.log, access, Desk(ready), settings.source)
        app = make_app(console, action_routes(ready, audited), problem_of, ACTION_PATHS)
        url = await stack.enter_async_context(
            listening(make_runner(app, _DRAIN), settings.console.listen, "console.listen")
        )
        link = access.one_time_link(settings.console.url or url) if own is not None else None
        yield ConsoleAt(url, link, access.is_empty)


@asynccontextmanager
async def _access(settings: Settings, own: Identity | None) -> AsyncIterator[Access]:
    chosen = settings.console
    key = secret_of("console.session_key", chosen.session_key).value if chosen.session_key is not None else None
    tokens = tokens_of(settings.operator)
    async with issuer_of(settings.oidc) as issuer:
        yield access_of(tokens, key=key, hours=chosen.session_hours, url=chosen.url, issuer=issuer, own=own)


@asynccontextmanager
async def _leaving(access: Access, process: Running) -> AsyncIterator[Access]:
    """Whoever signs out at another console of this log is out here too, within seconds, and stays out after a start."""
    leaving = Leaving(process.log, ended_sessions(), access.sessions)
    try:
        await leaving.look()
    except LogUnavailable as error:
        _log.warning("who signed out is not known yet", error=str(error))
    async with _again(Periodic("sessions", _LEAVE_WITHIN, leaving.look), process):
        yield replace(access, leaving=leaving)


@asynccontextmanager
async def _watching(store: Store, process: Running) -> AsyncIterator[None]:
    """A new one has its tables as soon as it is there; ``/ready`` says what keeps it away."""
    is_made = False

    async def look() -> None:
        nonlocal is_made
        if not is_made:
            await store.migrate(only_new=True)  # one of before is the projector's to make anew
            is_made = True
        await queries.version(store)

    periodic = Periodic("read model", _LOOK_EVERY, look, (ProjectionUnavailable, ProjectionRefused))
    async with _again(periodic, process):
        yield


@asynccontextmanager
async def _again(periodic: Periodic, process: Running) -> AsyncIterator[None]:
    """It is done again and again while the context is open, and the process' readiness says what keeps it from that."""
    health, stop = Health(periodic.name), asyncio.Event()
    process.healths.append(health)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_periodically(periodic, stop, health), name=periodic.name)
        try:
            yield
        finally:
            stop.set()
            process.healths.remove(health)
