"""The vendors' clients, opened when they are first needed and closed together."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from ingest.act.errors import NothingSuch
from ingest.calling import Account, Client, accounts_of, opened
from runtime.settings import SourceSettings


class Clients:
    """One client an account while the context is open. Only the secrets of accounts that are asked are read."""

    def __init__(self, sources: Iterable[SourceSettings]) -> None:
        self._sources = {source.name: source for source in sources}
        self._stack = AsyncExitStack()
        self._open: dict[str, Client] = {}

    def account(self, source: str) -> Account:
        """Raises ``NothingSuch`` where the source has no API, ``SettingsInvalid`` where its secrets cannot be read."""
        found = accounts_of([self._sources[source]]).get(source)
        if found is None:
            raise NothingSuch(f"source ({source}).api: missing in the settings; its vendor cannot be asked without it")
        return found

    async def of(self, source: str) -> Client:
        """Raises as ``account`` does."""
        if source not in self._open:
            self._open[source] = await self._stack.enter_async_context(opened(self.account(source)))
        return self._open[source]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
