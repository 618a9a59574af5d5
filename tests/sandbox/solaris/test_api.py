"""Solaris' partner API: token, shapes of the published samples, errors, limits, and the faults on request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from sandbox.solaris import Account, make_app
from sandbox.solaris.guard import WORLD
from tests.sandbox.conftest import serving
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.solaris.conftest import StartVendor, Vendor


async def test_a_token_expires_after_an_hour_and_a_new_one_works(vendor: Vendor) -> None:
    assert 200 == (await vendor.call("GET", "/v1/webhooks")).status
    await vendor.control("POST", "clock", {"advance": 3600})
    expired = await vendor.call("GET", "/v1/webhooks")
    answer = await vendor.log_in()
    vendor.token = answer.json["access_token"]

    assert (401, "invalid_token") == (expired.status, expired.json["errors"][0]["code"])
    assert ("bearer", 3600) == (answer.json["token_type"], answer.json["expires_in"])
    assert 200 == (await vendor.call("GET", "/v1/webhooks")).status


async def test_wrong_credentials_and_no_token_are_refused(vendor: Vendor) -> None:
    missing = await vendor.send("GET", "/v1/webhooks")

    assert 401 == (await vendor.log_in("wrong")).status
    assert 400 == (await vendor.log_in(form="grant_type=password")).status
    assert (401, "token_required") == (missing.status, missing.json["errors"][0]["code"])


async def test_resources_have_the_members_of_the_published_samples(
    vendor: Vendor, sample: Callable[[str], Any]
) -> None:
    """From creation to retrieval, index, attempts and session, as the guide walks through them."""
    person = await vendor.call("POST", "/v1/persons", sample("person-create-request"))
    path = f"/v1/persons/{person.json['id']}/identifications"
    created = (await vendor.call("POST", path, sample("identification-create-request"))).json
    one = f"{path}/{created['id']}"
    requested = (await vendor.call("PATCH", one + "/request")).json
    await vendor.control("POST", f"identifications/{created['id']}/result", {"result": "SUCCESS"})
    plain = (await vendor.call("GET", one)).json
    full = (await vendor.call("GET", one + "?include_documents=true")).json
    [listed] = (await vendor.call("GET", path)).json
    [attempt] = (await vendor.call("GET", one + "/idnow_attempts")).json
    published, [documented] = sample("person-create-response"), sample("idnow-attempts-success")

    assert list(published) == list(person.json)
    differing = {name for name in published if published[name] != person.json[name]}
    assert {"id", "aml_follow_up_date", "aml_confirmed_on"} == differing
    assert sample("identification-created-response") | {"id": created["id"]} == created
    assert list(sample("identification-requested-pending-response")) == list(requested)
    retrieved = sample("identification-retrieve-successful-with-documents")
    assert list(retrieved) == list(full)
    assert list(retrieved["documents"][0]) == list(full["documents"][0])
    assert retrieved["address"] == full["address"]
    assert "documents" not in plain
    assert list(sample("identifications-index-successful")[0]) == list(listed)
    assert list(documented) == list(attempt)
    process = documented["payload"]["identificationprocess"]
    assert list(process) == list(attempt["payload"]["identificationprocess"])
    assert created["id"] == attempt["payload"]["identificationprocess"]["transactionnumber"]


async def test_a_session_and_the_supported_documents_can_be_read(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    path, _ = await vendor.requested()
    sessions = path.partition("/identifications")[0] + "/identification_sessions"
    asked = {"callback_url": "https://www.callbackurl.com", "identification_methods": ["idnow"]}
    session = await vendor.call("POST", sessions, asked)

    published = sample("identification-session-created-response")
    assert published | {name: session.json[name] for name in ("id", "url")} == session.json
    assert session.json == (await vendor.call("GET", f"{sessions}/{session.json['id']}")).json
    for document in (await vendor.call("GET", path + "/supported_documents")).json:
        assert document["issuing_countries"]


async def test_a_canceled_attempt_has_original_values_alone(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    path, identification = await vendor.requested()
    ended = {"result": "CANCELED", "reason": "DATA_APPLICATION_DATA"}
    await vendor.control("POST", f"identifications/{identification}/result", ended)
    [attempt] = (await vendor.call("GET", path + "/idnow_attempts")).json
    published = sample("idnow-webhook-canceled")

    assert list(published) == list(attempt["payload"])
    assert list(published["identificationprocess"]) == list(attempt["payload"]["identificationprocess"])
    assert {"status": "ORIGINAL", "original": "Jane"} == attempt["payload"]["userdata"]["firstname"]


async def test_a_residency_country_that_is_not_allowed_gives_the_published_error(
    start_vendor: StartVendor, sample: Callable[[str], Any]
) -> None:
    vendor = await start_vendor(Account(countries=("DE", "FR")))
    answer = await vendor.call("POST", "/v1/persons", {"address": {"country": "IT"}})
    answer_id = answer.json["errors"][0]["id"]

    assert 400 == answer.status
    assert {**sample("error-residency-country-not-allowed")["errors"][0], "id": answer_id} == answer.json["errors"][0]


@pytest.mark.parametrize("name", ["x" * 51, " Jane", "Jane \N{GRINNING FACE}", "Jane+", 7])
async def test_names_that_the_guide_forbids_are_refused(vendor: Vendor, name: object) -> None:
    answer = await vendor.call("POST", "/v1/persons", {"first_name": name})

    assert (400, "first_name") == (answer.status, answer.json["errors"][0]["source"]["field"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/persons/unknown", None, 404, "model_not_found"),
        ("GET", "/v1/webhooks/unknown", None, 404, "model_not_found"),
        ("GET", "/v1/webhooks?page[size]=0", None, 400, "validation_error"),
        ("POST", "/v1/persons", b"{", 400, "invalid_json"),
        ("POST", "/v1/persons", b"[]", 400, "invalid_json"),
        ("POST", "/v1/webhooks", {"event_type": "NONE"}, 400, "validation_error"),
    ],
)
async def test_faulty_calls_get_the_vendors_envelope(
    vendor: Vendor, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = await vendor.call(method, path, body)

    assert (status, code) == (answer.status, answer.json["errors"][0]["code"])


async def test_pages_are_counted_in_headers(vendor: Vendor) -> None:
    for _ in range(3):
        await vendor.requested()
    first = await vendor.call("GET", "/v1/identifications?page[size]=2")
    second = await vendor.call("GET", "/v1/identifications?page[size]=2&page[number]=2")

    assert ("3", "2") == (first.headers["total"], first.headers["per-page"])
    assert 'rel="next"' in first.headers["link"]
    assert "link" not in second.headers
    assert 3 == len({each["id"] for each in first.json + second.json})


async def test_more_calls_at_once_than_allowed_get_429_and_are_counted(start_vendor: StartVendor) -> None:
    """Three calls hang; the fourth at the same time is one too many."""
    vendor = await start_vendor(Account(parallel=3))
    await vendor.control("PUT", "faults", {"every": "hang"})
    answers = await asyncio.gather(*(vendor.call("GET", "/v1/webhooks") for _ in range(4)))
    usage = await vendor.control("GET", "usage")

    assert [429, 504, 504, 504] == sorted(answer.status for answer in answers)
    [refused] = [answer for answer in answers if answer.status == 429]
    assert ("too_many_requests", "1") == (refused.json["errors"][0]["code"], refused.headers["retry-after"])
    assert (4, 4, 1, 1) == (usage["calls"], usage["highest"], usage["refused"], usage["tokens"])
    assert {"GET /v1/webhooks": 4} == usage["byRoute"]


async def test_ordered_faults_come_one_after_the_other(vendor: Vendor) -> None:
    path, identification = await vendor.requested()
    await vendor.control("POST", f"identifications/{identification}/result", {"result": "SUCCESS"})
    right = await vendor.call("GET", path)
    faults = ["500", "429", "html", "content_type", "truncated", "error_body", "stale", "hang"]
    await vendor.control("PUT", "faults", {"next": faults})
    error, many, page, text, half, lie, stale, hung = [await vendor.call("GET", path) for _ in faults]

    assert [500, 429, 504] == [error.status, many.status, hung.status]
    assert (503, "text/html; charset=utf-8") == (page.status, page.headers["content-type"])
    assert (200, right.raw, "text/plain") == (text.status, text.raw, text.headers["content-type"])
    assert right.raw.startswith(half.raw)
    with pytest.raises(json.JSONDecodeError):
        assert half.json
    assert (200, "generic_error") == (lie.status, lie.json["errors"][0]["code"])
    assert (200, "pending", None) == (stale.status, stale.json["status"], stale.json["completed_at"])
    assert right.raw == (await vendor.call("GET", path)).raw


async def test_voided_tokens_are_refused(vendor: Vendor) -> None:
    await vendor.control("POST", "tokens")

    assert 401 == (await vendor.call("GET", "/v1/webhooks")).status


async def test_an_identification_is_not_found_under_another_person(vendor: Vendor) -> None:
    _, identification = await vendor.requested()
    another = await vendor.person("Joan")

    assert 404 == (await vendor.call("GET", f"/v1/persons/{another}/identifications/{identification}")).status


async def test_stopping_ends_a_hanging_call() -> None:
    """The call is answered when the sandbox stops, not after the vendor's 150 s."""
    async with aiohttp.ClientSession() as http:
        app = make_app()
        async with asyncio.timeout(10), serving(app) as url:
            async with http.put(url + "/_sandbox/faults", json={"every": "hang"}) as ordered:
                assert 200 == ordered.status
            hanging = asyncio.create_task(http.get(url + "/v1/webhooks"))
            await until(lambda: app[WORLD].usage.under_way == 1)
        assert 504 == (await hanging).status
