"""Read models without a row as copies of one that was made once: all their tables take ten times as long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from consumers.projections.store import open_store
from tests.servers.postgres import Postgres

_ANSWER_SECONDS = 60


def migrated_file(path: Path) -> str:
    """The URL of the read model in this file, which is new."""
    path.write_bytes(_file())
    return f"sqlite:///{path}"


@cache
def _file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "views.db")
        _beside_any_loop(_migrate(f"sqlite:///{path}"))
        return path.read_bytes()


@contextmanager
def migrated_template(server: Postgres) -> Iterator[str]:
    """The name of a database to copy; gone afterwards."""
    name = f"template_{uuid4().hex}"
    _beside_any_loop(_execute(server, f"CREATE DATABASE {name}"))
    try:
        _beside_any_loop(_migrate(_named(server, name)))
        yield name
    finally:
        _beside_any_loop(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def migrated_database(server: Postgres, template: str) -> AsyncIterator[str]:
    """The URL of a copy; dropped afterwards, whoever is still connected to it."""
    name = f"test_{uuid4().hex}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _named(server, name)
    finally:
        await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _named(server: Postgres, name: str) -> str:
    return urlsplit(server.url)._replace(path=f"/{name}").geturl()


async def _migrate(url: str) -> None:
    async with open_store(url, deadline=_ANSWER_SECONDS):
        pass


async def _execute(server: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(server.url, timeout=_ANSWER_SECONDS)
    try:
        await connection.execute(statement, timeout=_ANSWER_SECONDS)
    finally:
        await connection.close(timeout=_ANSWER_SECONDS)


def _beside_any_loop(work: Coroutine[object, object, None]) -> None:
    """Done, whether the test's own loop runs just now or not."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
