"""The same over a socket: what answers the transport takes, of which section 5.2 publishes none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web

from ingest.api import Answer, Credentials, Request, Target, VendorRefused
from ingest.calling.answers import answer_of
from ingest.calling.transport import Outgoing, exchange, session
from ingest.vendors.credas.api import API, fetch
from ingest.vendors.credas.overrides import Entry, Verdict
from ingest.vendors.credas.overriding import override_liveness
from runtime.secrets import Secret
from tests.ingest.credas.portal import ENTITY, ENTRY, PROCESS, process_of, result_of, sample, summary_of
from tests.sandbox.conftest import serving

IT = Entry(ENTITY, ENTRY)
BASE = "/api/v2/ci"


@dataclass(slots=True)
class Credas:
    """One process with a failed liveness. A PUT is carried out, then answered with ``status`` and ``body``, or not at
    all while it ``hangs``.
    """

    status: int = 200
    body: bytes = b""
    hangs: bool = False
    liveness: int = 2
    puts: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get("X-API-KEY") != "a key":
            return web.json_response({"message": "Forbidden"}, status=403)
        path = request.path.removeprefix(BASE)
        if request.method == "PUT":
            return await self._put(path)
        [entry] = sample("idv-entries")
        entry |= {"entityId": ENTITY, "livenessVerificationResult": self.liveness}
        documents: dict[str, object] = {
            f"/processes/{PROCESS}": process_of(2, ENTITY),
            f"/entities/{ENTITY}/summary": summary_of(ENTITY, result_of(livenessResult=3)),
            f"/entities/{ENTITY}/idv-entries/{ENTRY}": entry,
        }
        return web.json_response(documents[path])

    async def _put(self, path: str) -> web.Response:
        self.puts.append(path)
        self.liveness = 4
        if self.hangs:
            await asyncio.Event().wait()
        return web.Response(status=self.status, body=self.body, content_type="application/json")


@dataclass(frozen=True, slots=True)
class Account:
    pool: ClientSession
    url: str
    key: str = "a key"

    async def __call__(self, request: Request) -> Answer:
        assert API.authorization is not None
        key = API.authorization(Credentials(self.url, Secret("key", self.key.encode())))
        out = Outgoing(request.method, self.url + BASE + request.path, {"X-API-KEY": key}, request.query, request.json)
        given = await exchange(self.pool, out, seconds=0.5, max_bytes=1 << 20)
        return answer_of("credas", request.form, API.is_error, given)


@pytest.fixture
def credas() -> Credas:
    return Credas()


@pytest.fixture
async def account(credas: Credas) -> AsyncIterator[Account]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", credas.answer)
    async with serving(app) as url, session(4) as pool:
        yield Account(pool, url)


async def test_a_process_is_read_behind_the_base_path(account: Account) -> None:
    """Section 5: the path of the base belongs to the settings."""
    fetched = await fetch(account, Target("process", PROCESS))
    assert (2, True) == (len(fetched.bodies), fetched.settled)


async def test_a_wrong_key_is_refused(account: Account) -> None:
    """Section 5: with 403, and not 401."""
    with pytest.raises(VendorRefused):
        await fetch(Account(account.pool, account.url, "another"), Target("process", PROCESS))


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (204, b""), (200, b"true"), (202, b'{"message":"ok"}'), (500, b"")]
)
async def test_whatever_is_answered_the_entry_decides(
    account: Account, credas: Credas, status: int, body: bytes
) -> None:
    """No answer is published, and one that is empty is none to the transport: it is looked for, and sent once."""
    credas.status, credas.body = status, body
    done = await override_liveness(account, IT, Verdict.VERIFY, "seen")
    assert (True, {ENTRY: 4}) == (done.holds, dict(done.seen))
    assert [f"/entities/{ENTITY}/idv-entries/{ENTRY}/verify-liveness"] == credas.puts


async def test_one_that_timed_out_is_looked_for(account: Account, credas: Credas) -> None:
    """It was carried out, so it is not sent again."""
    credas.hangs = True
    done = await override_liveness(account, IT, Verdict.VERIFY, "seen")
    assert (True, None, 1) == (done.holds, done.answer, len(credas.puts))
