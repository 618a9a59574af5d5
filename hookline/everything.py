"""Every stage and the sandbox in one process: what ``hookline dev`` and ``hookline demo`` stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hookline.serving import PARTS, Running, running
from ingest.receive import sources_of
from runtime.errors import SettingsInvalid
from runtime.listening import listening
from runtime.settings import Settings, SourceSettings, parse_settings
from sandbox.idenfy import Account, Behaviour, make_app

DEV_KEY = "dev-signing-key"
"""Signs callbacks of the built-in development source; whoever reads this can forge them, so that source is a test."""


@dataclass(frozen=True, slots=True)
class Everything:
    """``sandbox`` is the address of the played vendor, ``None`` where none was asked for."""

    process: Running
    settings: Settings
    sandbox: str | None
    account: Account | None


def dev_settings(
    log_url: str = "sqlite:///hookline.db", listen: str = "127.0.0.1:8080", more: Mapping[str, Any] | None = None
) -> Settings:
    """What ``hookline dev`` runs without a settings file: one source for the sandbox's iDenfy, marked as a test.

    ``more`` are further sections.
    """
    source = {"name": "idenfy", "vendor": "idenfy", "secrets": [DEV_KEY], "environment": "test"}
    content = {"log": {"url": log_url}, "receiver": {"listen": listen}, "source": [source], **(more or {})}
    return parse_settings(content, "hookline dev")


def first_idenfy(settings: Settings) -> SourceSettings:
    """The source that the sandbox's iDenfy sends to. Raises ``SettingsInvalid`` where there is none."""
    for source in settings.source:
        if source.vendor == "idenfy":
            return source
    raise SettingsInvalid("source: none of vendor idenfy for the sandbox; add one, or run with --no-sandbox")


@asynccontextmanager
async def everything(settings: Settings, behaviour: Behaviour | None, sandbox_port: int) -> AsyncIterator[Everything]:
    """All stages of the settings, and the sandbox where a ``behaviour`` is given, while the context is open."""
    async with running(settings, PARTS) as process:
        if behaviour is None:
            yield Everything(process, settings, None, None)
            return
        source = first_idenfy(settings)
        key = next((secret.value.decode() for secret in sources_of([source])[source.name].secrets), None)
        account = Account(signing_key=key, webhook_url=f"{process.receiver}/callbacks/{source.name}")
        async with served(make_app(account, behaviour), sandbox_port) as url:
            yield Everything(process, settings, url, account)


@asynccontextmanager
async def served(app: web.Application, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The application while the context is open, to this machine alone if no other host is given; gives its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    async with listening(runner, f"{host}:{port}", "sandbox --host, --port") as url:
        yield url
