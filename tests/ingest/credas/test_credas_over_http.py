"""The same over a socket: what answers the transport takes, of which section 5.2 publishes none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from ingest.api import Call, NotThere, Target, VendorRefused, VendorUnavailable
from ingest.calling import opened
from ingest.vendors.credas.api import fetch
from ingest.vendors.credas.overrides import Entry, Verdict
from ingest.vendors.credas.overriding import override_liveness
from tests.ingest.credas.portal import ENTITY, ENTRY, PROCESS, process_of, result_of, sample, summary_of
from tests.ingest.credas.talking import BASE, account_at
from tests.sandbox.conftest import serving

IT = Entry(ENTITY, ENTRY)


@dataclass(slots=True)
class Credas:
    """One process with a failed liveness. A PUT is carried out, then answered with ``status`` and ``body``, or not at
    all while it ``hangs``.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
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
        return web.Response(status=self.status, body=self.body, content_type=self.media_type)


@pytest.fixture
def credas() -> Credas:
    return Credas()


@pytest.fixture
async def url(credas: Credas) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", credas.answer)
    async with serving(app) as address:
        yield address


@pytest.fixture
async def call(url: str) -> AsyncIterator[Call]:
    async with opened(account_at(url)) as client:
        yield client.call


async def test_a_process_is_read_behind_the_base_path(call: Call) -> None:
    """Section 5: the path of the base belongs to the settings."""
    fetched = await fetch(call, Target("process", PROCESS))
    assert (2, True) == (len(fetched.bodies), fetched.settled)


async def test_a_wrong_key_is_waited_out(url: str, credas: Credas) -> None:
    """Section 7: 403, and not 401, says so. Somebody mends the settings, and nothing was lost or done meanwhile."""
    async with opened(account_at(url, "another")) as client:
        with pytest.raises(VendorUnavailable, match="answers 403 to our credentials") as caught:
            await fetch(client.call, Target("process", PROCESS))
        assert not caught.value.was_sent
        with pytest.raises(VendorUnavailable):
            await override_liveness(client.call, IT, Verdict.VERIFY, "seen")
    assert [] == credas.puts


@pytest.mark.parametrize(
    ("status", "body", "media_type"),
    [
        (200, b"", "application/json"),
        (200, b"", "application/octet-stream"),
        (204, b"", "application/octet-stream"),
        (200, b"true", "application/json"),
        (200, b"OK", "text/plain"),
        (202, b'{"message":"ok"}', "application/json"),
    ],
)
async def test_whatever_is_answered_the_entry_decides(
    call: Call, credas: Credas, status: int, body: bytes, media_type: str
) -> None:
    """No answer is published: any 2xx will do, and it is kept."""
    credas.status, credas.body, credas.media_type = status, body, media_type
    done = await override_liveness(call, IT, Verdict.VERIFY, "seen")
    assert (True, {ENTRY: 4}, body) == (done.holds, dict(done.seen), done.answer)
    assert [f"/entities/{ENTITY}/idv-entries/{ENTRY}/verify-liveness"] == credas.puts


async def test_one_that_failed_after_it_was_carried_out_is_not_sent_again(call: Call, credas: Credas) -> None:
    """A 500 says nothing about what was done."""
    credas.status = 500
    done = await override_liveness(call, IT, Verdict.VERIFY, "seen")
    assert (True, None, 1) == (done.holds, done.answer, len(credas.puts))


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/octet-stream"])
@pytest.mark.parametrize(("status", "error"), [(404, NotThere), (400, VendorRefused), (409, VendorRefused)])
async def test_a_refusal_without_json_is_one(
    call: Call, credas: Credas, status: int, error: type[Exception], media_type: str
) -> None:
    """Section 7: the form of an error's body is not published, and there may be none. It is sent once."""
    credas.status, credas.media_type = status, media_type
    with pytest.raises(error):
        await override_liveness(call, IT, Verdict.VERIFY, "seen")
    assert 1 == len(credas.puts)


async def test_one_that_timed_out_is_looked_for(call: Call, credas: Credas) -> None:
    """It was carried out, so it is not sent again."""
    credas.hangs = True
    done = await override_liveness(call, IT, Verdict.VERIFY, "seen")
    assert (True, None, 1) == (done.holds, done.answer, len(credas.puts))
