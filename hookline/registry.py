"""From the settings to the schema registry: who is asked, and in whose ids this process writes and reads."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from stamina import retry_context

from runtime.errors import HooklineError, SettingsInvalid
from runtime.secrets import secret_of
from runtime.settings import RegistrySettings
from schemas import wire
from schemas.registry import IncompatibleSchema, RegistryError, RegistryUnavailable
from schemas.registry.client import Registry, open_registry
from schemas.registry.ids import RegistryIds
from schemas.registry.transport import Access

PATIENCE = 30.0
"""Seconds that a start waits for a registry that is not there yet."""


class SchemasNotReady(HooklineError):
    """Mend the schemas or the registry, or wait for it: the message says which."""


@contextmanager
def explained() -> Iterator[None]:
    """What is wrong with schemas or their registry leaves here as ``SchemasNotReady``."""
    try:
        yield
    except (RegistryError, IncompatibleSchema) as error:
        raise SchemasNotReady(str(error)) from error


def access(settings: RegistrySettings) -> Access:
    """The registry of the settings. Raises ``SettingsInvalid`` where there is none, or a secret or file is missing."""
    if settings.url is None:
        raise SettingsInvalid("registry.url: not set; set it to a schema registry's address")
    if (settings.username is None) != (settings.password is None):
        raise SettingsInvalid("registry.username, registry.password: one without the other; give both or neither")
    password = secret_of("registry.password", settings.password).value.decode() if settings.password else None
    return Access(settings.url, settings.username, password, _tls(settings))


def _tls(settings: RegistrySettings) -> ssl.SSLContext | None:
    try:
        return None if settings.ca_file is None else ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsInvalid(f"registry.ca_file: cannot be used ({error}); give a PEM file") from error


@asynccontextmanager
async def opened_registry(settings: RegistrySettings) -> AsyncIterator[Registry]:
    """The registry of the settings. Its errors, and those of the body, leave here as ``SchemasNotReady``."""
    with explained():
        async with open_registry(access(settings)) as registry:
            yield registry


@asynccontextmanager
async def schemas_known(settings: RegistrySettings) -> AsyncIterator[RegistryIds | None]:
    """While the context is open, ids are the registry's, each looked up when it is first met.

    Without a registry they are those of the local history, and ``None`` is given.
    """
    if settings.url is None:
        yield None
        return
    async with opened_registry(settings) as registry:
        ids = RegistryIds(registry)
        with wire.using(ids):
            yield ids


@asynccontextmanager
async def schemas_ready(settings: RegistrySettings, *, patience: float = PATIENCE) -> AsyncIterator[None]:
    """While the context is open, this process can write and read; what it knows by then needs the registry no more.

    Raises ``SchemasNotReady`` at once when today's schemas are not registered, and after ``patience`` seconds when the
    registry does not answer.
    """
    async with schemas_known(settings) as ids:
        if ids is not None:
            await _look_up(ids, patience)
        yield


async def _look_up(ids: RegistryIds, patience: float) -> None:
    try:
        async for attempt in retry_context(on=RegistryUnavailable, attempts=None, timeout=patience):
            with attempt:
                await ids.look_up_history()
    except RegistryUnavailable as error:
        raise SchemasNotReady(
            f"{error}\nwaited {patience:g} s for it; its schemas must have been registered: `hookline schema register`"
        ) from error
