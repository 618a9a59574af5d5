"""What can be read of verifications, against the sandbox."""

from __future__ import annotations

import orjson
import pytest
from aiohttp import web

from ingest.action import InvalidArgument
from ingest.api import Target, VendorUnavailable
from ingest.vendors.idenfy import fetch
from tests.ingest.asking import asked
from tests.ingest.idenfy.conftest import Idenfy
from tests.ingest.idenfy.ordering import KEYS, SCAN_REF, planned


async def test_a_status_is_left_to_the_read_that_makes_it_known(idenfy: Idenfy) -> None:
    """Polling is forbidden: one call, the same that reconciling makes, and its document becomes an event."""
    name = await idenfy.created(dummyStatus="DENIED")
    plan = planned("status", scanRef=name)
    done = await plan.carry_out(idenfy.asked.call)
    assert (Target("status", name),) == done.read
    assert (b"", None) == (done.answer, done.shown)

    [answer] = [await idenfy.asked.call(request) for request in plan.requests]
    [read] = (await fetch(idenfy.asked.call, done.read[0])).bodies
    assert (answer.body, "DENIED") == (read, orjson.loads(read)["status"])


async def test_the_data_are_those_of_the_webhook(idenfy: Idenfy) -> None:
    name = await idenfy.created(dummyStatus="APPROVED", firstName="Ann")
    [webhook] = await idenfy.told(1)
    done = await idenfy.does("data", scanRef=name)
    assert webhook["data"] | {"scanRef": name, "clientId": "c-1"} == done.shown
    assert done.kept is None, "the answer is kept whole"


async def test_another_verifications_data_are_not_shown() -> None:
    """Some cache has mixed up its answers."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"scanRef": "another", "docFirstName": "ANN"})

    app = web.Application()
    app.router.add_post("/api/v2/data", answer)
    async with asked(app, "idenfy", **KEYS) as vendor:
        with pytest.raises(VendorUnavailable):
            await planned("data", scanRef=SCAN_REF).carry_out(vendor.call)


async def test_links_to_files_are_shown_and_not_kept(idenfy: Idenfy) -> None:
    """They are presigned: whoever has one can open the file. The files' names are kept."""
    name = await idenfy.created(dummyStatus="APPROVED", documents=["PASSPORT"])
    done = await idenfy.does("files", scanRef=name)
    assert isinstance(done.shown, dict)
    assert all(link.startswith("http") for link in done.shown.values())
    assert ["FACE", "FRONT", "UTILITY_BILL"] == orjson.loads(done.kept or b"")


async def test_the_full_status_is_read(idenfy: Idenfy) -> None:
    name = await idenfy.created(dummyStatus="APPROVED")
    done = await idenfy.does("full-status", scanRef=name)
    assert isinstance(done.shown, dict)
    assert (orjson.loads(done.answer), "FACE_MATCH") == (done.shown, done.shown["face_match_result"])


async def test_the_verifications_of_a_client_are_listed(idenfy: Idenfy) -> None:
    """Section 8: so one is found whose creation was never answered."""
    names = [await idenfy.created(clientId="a/b c") for _ in range(3)]
    await idenfy.created(clientId="another")
    done = await idenfy.does("list", clientId="a/b c", page=2, perPage=2)
    assert isinstance(done.shown, dict)
    assert (3, names[2:]) == (done.shown["count"], [each["scanRef"] for each in done.shown["results"]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clientId": "x" * 101}, "clientId: give a text of 1 to 100 characters"),
        ({"clientId": "c", "page": 0}, "page: give a whole number from 1 to 1000000"),
        ({"clientId": "c", "perPage": 1001}, "perPage: give a whole number from 1 to 1000"),
    ],
)
def test_a_wrong_list_is_refused_by_its_field(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{message}$"):
        planned("list", **arguments)
