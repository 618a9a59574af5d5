"""A receiver that is told to stop has told what it did."""

from __future__ import annotations

import signal

from aiohttp import ClientSession

from runtime.eventlog import open_log
from schemas import observation, topics
from tests.hookline.conftest import Shell, headers, result


async def test_a_receiver_that_ends_has_told_of_every_callback(shell: Shell) -> None:
    """Long before its ten seconds are over."""
    shell.write_settings()
    async with shell.serve("receive") as process, ClientSession() as http:
        body = result("scan-1")
        for given in (headers(body), headers(body), {}):
            async with http.post(f"{process.url}/callbacks/idenfy", data=body, headers=given) as answer:
                await answer.read()
        assert 0 == await process.end(signal.SIGTERM)
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db")
    told = [observation.from_record(record) async for record in log.scan(topics.OBSERVATIONS)]
    await log.close()
    numbers = {name: sum(each.numbers.get(name, 0) for each in told) for name in observation.DOORS}
    assert {"stored": 2, "refused": 1, "limited": 0, "failed": 0} == numbers
