"""What the commands of every vendor share: which source is meant, and how its vendor is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from ingest.api import NotThere, Unfetchable
from ingest.calling import Client, accounts_of, opened
from runtime.errors import SettingsInvalid
from runtime.settings import Settings, SourceSettings

SourceName = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="The account, where there are several.")
]


def source_of(settings: Settings, vendor: str, name: str | None) -> SourceSettings:
    """The named source of the vendor, or its only one. Raises ``SettingsInvalid`` where that is none, or not one."""
    found = [source for source in settings.source if source.vendor == vendor and name in (None, source.name)]
    if not found:
        raise SettingsInvalid(f"source: none {f'called {name} ' if name else ''}of vendor {vendor}; add it")
    if len(found) > 1:
        raise SettingsInvalid(f"--source: {', '.join(source.name for source in found)} are all {vendor}; name one")
    return found[0]


@asynccontextmanager
async def asked(settings: Settings, vendor: str, name: str | None) -> AsyncIterator[Client]:
    """The vendor, as that source's account asks it. An id that is none of its own is a mistake in the command's use."""
    source = source_of(settings, vendor, name)
    if source.api is None:
        raise SettingsInvalid(f"source ({source.name}).api: missing; {vendor} cannot be asked without it")
    async with opened(accounts_of([source])[source.name]) as client:
        try:
            yield client
        except Unfetchable as error:
            raise typer.BadParameter(str(error)) from None
        except NotThere as error:
            raise NotThere(f"{error}: {vendor} has nothing of that id, or not yet; check the id and --source") from None
