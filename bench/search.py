"""How long it takes to find a verification by any of its references among a million.

    python bench/search.py [--postgres URL | --read-model URL] [--count 1000000] [--asks 500]

Seeds an empty database: of the server at URL one that is dropped afterwards, by default of a server of its own; or the
read model at URL (``sqlite:////tmp/million.db``), which stays, and is not seeded again. Then asks one after the other:
``find`` itself, and the console's ``GET /api/v1/search`` over HTTP, with its token checked and each look on the log
before it answers. ``cpu`` is this process's own processor time an ask (over HTTP the server's and the client's), which
does not depend on what else the machine does. Aim: p99 under 50 ms at 1,000,000 verifications.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random
from time import perf_counter, process_time
from urllib.parse import quote

import asyncpg
import structlog
import uvloop
from sqlalchemy import func, select
from yarl import URL

from bench.seeding import Known, fill, known
from consumers.projections import queries
from consumers.projections.store import Store, open_store
from consumers.projections.tables import STATUS
from runtime.eventlog import open_log
from schemas.topics import is_compacted
from tests.consumers.api.api_served import Api, served
from tests.servers.postgres import Postgres, any_postgres

_WARM_UP = 20

_BY: dict[str, Callable[[Known], str]] = {
    "verification id": lambda own: own.verification_id,
    "customer's reference": lambda own: own.subject_ref,
    "event id": lambda own: own.event_id,
    "callback id": lambda own: own.callback_id,
    "first 8 of an id": lambda own: own.verification_id[:8],
    "first 4 of an id": lambda own: own.verification_id[:4],
    "first 9 of a reference": lambda own: own.subject_ref[:9],
    "first 4 of every reference": lambda own: own.subject_ref[:4],
    "what is not there": lambda own: own.verification_id[::-1] + "x",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", metavar="URL", help="of a user who may create databases")
    parser.add_argument("--read-model", metavar="URL", help="sqlite:////absolute.db, or postgresql://user@host/name")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=500, help="of each kind")
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if chosen.read_model:
        uvloop.run(_measure(chosen.read_model, chosen.count, chosen.asks))
        return
    with _server(chosen.postgres) as server:
        uvloop.run(_on_postgresql(server, chosen.count, chosen.asks))


@contextmanager
def _server(url: str | None) -> Iterator[Postgres]:
    if url is not None:
        yield Postgres(url)
        return
    with any_postgres() as found:
        yield found


async def _on_postgresql(server: Postgres, count: int, asks: int) -> None:
    async with server.fresh_database() as url:
        connection = await asyncpg.connect(url)
        print(await connection.fetchval("SELECT split_part(version(), ' on ', 1)"))
        await connection.close()
        await _measure(url, count, asks)


async def _measure(url: str, count: int, asks: int) -> None:
    async with open_store(url, deadline=60) as store:
        if not await _rows(store):
            await fill(url, count)
        print(f"{await _rows(store):,} verifications, {asks} asks of each kind, one after the other; milliseconds")
        async with _console(store) as api:
            for by, text_of in _BY.items():
                draw = Random(by)  # noqa: S311 - the same for everybody
                texts = [text_of(known(count, draw.randrange(count))) for _ in range(asks + _WARM_UP)]
                found, over_http = await _times(texts, _find(store, by)), await _times(texts, _search(api, by))
                print(f"{by:<28} find {_told(found)}   /search {_told(over_http)}")


async def _rows(store: Store) -> int:
    async with store.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(STATUS)) or 0


@asynccontextmanager
async def _console(store: Store) -> AsyncIterator[Api]:
    with tempfile.TemporaryDirectory() as folder:
        log = await open_log(f"sqlite:///{folder}/log.db", is_compacted=is_compacted)
        try:
            async with served(log, store) as api:
                yield api
        finally:
            await log.close()


def _find(store: Store, by: str) -> Callable[[str], Awaitable[None]]:
    async def ask(text: str) -> None:
        assert bool(await queries.find(store, text)) == (by != "what is not there"), text

    return ask


def _search(api: Api, by: str) -> Callable[[str], Awaitable[None]]:
    async def ask(text: str) -> None:
        answered = await api.get(str(URL(f"/search?q={quote(text, safe='')}", encoded=True)))
        assert answered.status == 200
        assert bool(answered.json["items"]) == (by != "what is not there"), text

    return ask


async def _times(texts: list[str], ask: Callable[[str], Awaitable[None]]) -> tuple[list[float], float]:
    """Milliseconds of each ask, sorted, and of processor time of all of them on average."""
    for text in texts[:_WARM_UP]:
        await ask(text)
    times, spent = [], process_time()
    for text in texts[_WARM_UP:]:
        began = perf_counter()
        await ask(text)
        times.append((perf_counter() - began) * 1000)
    return sorted(times), (process_time() - spent) * 1000 / len(times)


def _told(measured: tuple[list[float], float]) -> str:
    times, cpu = measured
    p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * part))] for part in (0.50, 0.95, 0.99))
    return f"p50 {p50:6.2f}  p95 {p95:6.2f}  p99 {p99:6.2f}  cpu {cpu:5.2f}"


if __name__ == "__main__":
    main()
