"""The vendors' clients, opened when they are first needed and closed together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from ingest.act.errors import NothingSuch
from ingest.calling import Account, Client, opened


class Clients:
    """One client an account while the context is open."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self.accounts = accounts
        self._stack = AsyncExitStack()
        self._open: dict[str, Client] = {}

    async def of(self, source: str) -> Client:
        """Raises ``NothingSuch`` where the source has no API."""
        if source not in self.accounts:
            raise NothingSuch(f"source ({source}).api: missing in the settings; its vendor cannot be asked without it")
        if source not in self._open:
            self._open[source] = await self._stack.enter_async_context(opened(self.accounts[source]))
        return self._open[source]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
