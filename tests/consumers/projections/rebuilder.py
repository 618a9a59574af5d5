"""A process that rebuilds a read model and stands still in the middle: ``rebuilder.py PROJECTIONS_URL LOG_URL``."""

from __future__ import annotations

import asyncio
import sys
import time

from consumers.projections.rebuilding import rebuild
from runtime.eventlog import open_log
from schemas.topics import is_compacted


def stand_still(_done: int, _of: int) -> None:
    print("half way", flush=True)  # noqa: T201 - whoever started it reads this
    time.sleep(600)


async def main(projections: str, log_url: str) -> None:
    await rebuild(projections, await open_log(log_url, is_compacted=is_compacted), stand_still)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
