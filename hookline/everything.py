"""Every stage and the sandbox in one process: what ``hookline dev`` and ``hookline demo`` stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

from hookline.parts import PARTS
from hookline.sandboxes import DEV_KEY, VENDORS, Target
from hookline.serving import Running, running
from ingest.receive import sources_of
from runtime.settings import Settings, SourceSettings, host_and_port, parse_settings


@dataclass(frozen=True, slots=True)
class Everything:
    """``sandboxes`` are the addresses of the played vendors, by vendor."""

    process: Running
    settings: Settings
    sandboxes: Mapping[str, str]


def dev_settings(
    sandboxes: Mapping[str, str],
    log_url: str = "sqlite:///hookline.db",
    listen: str = "127.0.0.1:8080",
    more: Mapping[str, Any] | None = None,
) -> Settings:
    """What ``hookline dev`` runs without a settings file: a source for each of the sandboxes, marked as a test.

    Without any sandbox there is one source, for deliveries signed as iDenfy's. ``more`` are further sections.
    """
    sources = [_source(vendor) | {"api": dict(VENDORS[vendor].api(url))} for vendor, url in sandboxes.items()]
    content = {"log": {"url": log_url}, "receiver": {"listen": listen}, "source": sources or [_source("idenfy")]}
    return parse_settings(content | dict(more or {}), "hookline dev")


def _source(vendor: str) -> dict[str, Any]:
    return {"name": vendor, "vendor": vendor, "secrets": [VENDORS[vendor].secret], "environment": "test"}


def sandbox_apps(settings: Settings) -> Mapping[str, web.Application]:
    """The sandboxes of the settings' sources: one for each vendor with a test account, with that source's secret."""
    host, _ = host_and_port(settings.receiver.listen)
    return {vendor: VENDORS[vendor].app(_secret_of(source), host) for vendor, source in _played(settings).items()}


def _played(settings: Settings) -> Mapping[str, SourceSettings]:
    """Each vendor's first source that is marked as a test: whatever the sandbox sends must be no more than that."""
    tests = [each for each in settings.source if each.environment == "test" and each.vendor in VENDORS]
    return {source.vendor: source for source in reversed(tests)}


def _secret_of(source: SourceSettings) -> str | None:
    return next((secret.value.decode() for secret in sources_of([source])[source.name].secrets), None)


@asynccontextmanager
async def everything(settings: Settings, sandboxes: Mapping[str, str]) -> AsyncIterator[Everything]:
    """All stages of the settings while the context is open; the sandboxes call back to the sources they play for."""
    async with running(settings, PARTS) as process:
        async with ClientSession() as http:
            for vendor, source in _played(settings).items():
                if vendor in sandboxes:
                    header = source.options.get("auth_header", VENDORS[vendor].header)
                    target = Target(f"{process.receiver}/callbacks/{source.name}", header)
                    await VENDORS[vendor].call_back(http, sandboxes[vendor], target, _secret_of(source))
        yield Everything(process, settings, sandboxes)


__all__ = ["DEV_KEY", "Everything", "dev_settings", "everything", "sandbox_apps"]
