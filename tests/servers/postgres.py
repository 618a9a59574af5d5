from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from runtime.settings import environment
from tests.servers.docker import container, engine_answers
from tests.servers.local_postgres import STARTED, LocalPostgres, local_postgres
from tests.servers.ports import HOST, free_ports

_ANSWER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server where databases may be made; ``url`` is its own one's, ``postgresql://user@host:port/database``."""

    url: str

    @asynccontextmanager
    async def fresh_database(self) -> AsyncIterator[str]:
        """The URL of an empty database of its own; dropped afterwards, whoever is still connected to it."""
        name = f"test_{uuid4().hex}"
        await _execute(self.url, f"CREATE DATABASE {name}")
        try:
            yield urlsplit(self.url)._replace(path=f"/{name}").geturl()
        finally:
            await _execute(self.url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server that all tests share, started when the first one asks; nobody may harm it."""
    with any_postgres() as shared:
        yield shared


@pytest.fixture
async def fresh_database(postgres: Postgres) -> AsyncIterator[str]:
    """The URL of an empty database that is this test's alone."""
    async with postgres.fresh_database() as url:
        yield url


@pytest.fixture
def own_postgres() -> Iterator[LocalPostgres]:
    """An empty server that this test may stop, harm and start again. Skips the test where none can be run."""
    with local_postgres() as local:
        yield local


@contextmanager
def any_postgres() -> Iterator[Postgres]:
    """The one at HOOKLINE_TEST_POSTGRES, else one in Docker, else one of this machine's own.

    What is given is a URL of a user who may create databases. Skips the test where there is none.
    """
    given = environment().get("HOOKLINE_TEST_POSTGRES")
    if given:
        yield Postgres(given)
    elif engine_answers():
        with _in_docker() as url:
            yield Postgres(url)
    else:
        with local_postgres() as local:
            yield Postgres(local.url)


@contextmanager
def _in_docker() -> Iterator[str]:
    (port,) = free_ports(1)
    environ = {"POSTGRES_HOST_AUTH_METHOD": "trust"}
    # It starts once to be set up, on no port, and then again for good.
    with container("postgres:17", (5432, port), f"(?s){STARTED}.*{STARTED}", environ, "postgres -c fsync=off"):
        yield f"postgresql://postgres@{HOST}:{port}/postgres"


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=_ANSWER_SECONDS)
    try:
        await connection.execute(statement, timeout=_ANSWER_SECONDS)
    finally:
        await connection.close(timeout=_ANSWER_SECONDS)
