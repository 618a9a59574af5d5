"""What the Credas sandbox answers: the key, processes, entities, summaries, entries, data checks, and time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.credas import Behaviour
from sandbox.credas.models import unzoned, zulu

if TYPE_CHECKING:
    from tests.sandbox.credas.conftest import StartVendor, Vendor

BASE = "/api/v2/ci"
QUICK = Behaviour(seed="tests", time_scale=0.001, visible_after=0.0)


@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": "wrong"}, {"apikey": "sandbox-api-key"}])
async def test_without_the_key_everything_is_forbidden(vendor: Vendor, headers: dict[str, str]) -> None:
    """Facts 5: 403, not 401; nothing was read or done."""
    made = await vendor.completed(liveness=2)
    path = await vendor.entry_path(made)
    for method, each in [
        ("GET", f"/processes/{made.process}"),
        ("PUT", f"{path}/verify-liveness"),
        ("POST", "/processes"),
    ]:
        answer = await vendor.request(method, BASE + each, {"reason": "fine"}, **headers)
        assert 403 == answer.status
    assert 3 == (await vendor.verification(made))["overallResult"]
    assert 3 == (await vendor.control("GET", "usage"))["forbidden"]


async def test_the_published_create_request_makes_a_process(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 2.1 and 5: the answer alone names the entity, the process itself does not."""
    request = sample("process-create-request") | {
        "journeyId": vendor.account.journey_id,
        "webhookUrl": vendor.inbox.url,
    }
    created = (await vendor.call("POST", "/processes", request)).json
    [actor] = created["processActors"]

    process = await vendor.get(f"/processes/{created['id']}")
    assert (created["id"], 0, False) == (process["id"], process["status"], "processActors" in process)
    details = await vendor.get(f"/processes/{created['id']}/details")
    assert "Smith" == details["processActors"][0]["entity"]["surname"]
    entity = await vendor.get(f"/entities/{actor['entityId']}")
    assert {*sample("entity-details")} == {*entity}
    assert [created["id"]] == [each["processId"] for each in entity["processActors"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"journeyId": "e7a1b8f4-0000-4000-8000-000000000000"},
        {"title": None},
        {"webhookUrl": "nowhere"},
        {"processEntities": []},
        {"processEntities": [{"firstName": "A", "surname": "B"}]},
        {"processEntities": [{"firstName": "A", "surname": "B", "actorId": 1, "phoneNumber": ""}]},
        {"processEntities": [{"firstName": "A", "surname": "B", "actorId": 1, "contactViaSms": True}]},
    ],
)
async def test_a_faulty_create_makes_nothing(vendor: Vendor, wrong: dict[str, object]) -> None:
    """Facts 5: address fields may be null, not empty."""
    person = {"firstName": "A", "surname": "B", "actorId": 42, "phoneNumber": None}
    body = {"title": "A", "journeyId": vendor.account.journey_id, "processEntities": [person]}

    assert 400 == (await vendor.call("POST", "/processes", body | wrong)).status
    assert [] == (await vendor.control("GET", "truth"))["processes"]
    assert 200 == (await vendor.call("POST", "/processes", body)).status


async def test_summary_and_entries_have_the_published_members(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    made = await vendor.completed(supporting=[1])
    summary, published = await vendor.get(f"/entities/{made.entity}/summary"), sample("entity-summary")
    [entry], [published_entry] = await vendor.get(f"/entities/{made.entity}/idv-entries"), sample("idv-entries")
    [result], [published_result] = summary["identityVerifications"], published["identityVerifications"]

    assert {*published} <= {*summary}
    assert list(published_result) == list(result)
    assert [*published_result["supportingDocuments"][0]] == [*result["supportingDocuments"][0]]
    assert list(published_entry) == list(entry)
    assert [*published_entry["idDocuments"][0]] == [*entry["idDocuments"][0]]
    assert (made.process, entry["id"], "2025-06-16T12:00:00.000Z") == (
        result["processId"],
        result["entryId"],
        result["dateCompleted"],
    )


@pytest.mark.parametrize(
    ("findings", "overall", "parts"),
    [
        ({}, 1, (1, 1, 1, 1)),
        ({"liveness": 2}, 3, (3, 1, 1, 1)),
        ({"name": 3}, 2, (1, 2, 1, 2)),
        ({"face": 2, "name": 3}, 3, (1, 3, 3, 2)),
        ({"face": 2, "document": 4}, 1, (1, 1, 3, 1)),
        ({"liveness": 7}, 4, (4, 1, 1, 1)),
        ({"outcome": "fail"}, 3, (1, 3, 1, 1)),
        ({"face": 2, "overall": 1}, 1, (1, 3, 3, 1)),
    ],
)
async def test_a_result_follows_from_its_parts(
    vendor: Vendor, findings: dict[str, object], overall: int, parts: tuple[int, ...]
) -> None:
    """Facts 6.1 and 6.3: 2 is a failure in the entry, and referred in the summary."""
    found = await vendor.verification(await vendor.completed(**findings))

    names = ("livenessResult", "documentResult", "faceMatchResult", "nameMatchResult")
    assert (overall, parts) == (found["overallResult"], tuple(found[name] for name in names))


async def test_results_are_empty_right_after_the_webhook(start_vendor: StartVendor) -> None:
    """Facts 5.1: an empty array means that it is still analysed."""
    vendor = await start_vendor(behaviour=replace(QUICK, visible_after=5000.0))
    made = await vendor.completed()
    await vendor.settled()
    assert [2] == [each.json["Status"] for each in vendor.inbox.at("process")]
    path = f"/entities/{made.entity}"

    async def shown() -> tuple[int, int]:
        summary = await vendor.get(f"{path}/summary")
        return len(summary["identityVerifications"]), len(await vendor.get(f"{path}/idv-entries"))

    seen = [await shown()]
    for seconds in (4.9, 0.2):
        await vendor.advance(seconds)
        seen.append(await shown())
    assert [(0, 0), (0, 0), (1, 1)] == seen


async def test_evidence_under_analysis_is_not_shown(vendor: Vendor) -> None:
    made = await vendor.create()
    truth = await vendor.play(made, "submit", liveness=2)
    summary = await vendor.get(f"/entities/{made.entity}/summary")

    assert (1, [], False) == (
        truth["status"],
        summary["identityVerifications"],
        truth["actors"][0]["entries"][0]["shown"],
    )
    assert 409 == (await vendor.request("POST", f"/_sandbox/processes/{made.process}/submit")).status
    await vendor.play(made, "complete")
    assert 3 == (await vendor.verification(made))["overallResult"]
    assert 409 == (await vendor.request("POST", f"/_sandbox/processes/{made.process}/complete")).status


async def test_one_entity_holds_results_of_several_processes(vendor: Vendor) -> None:
    """Facts 5.1: pick those with the right process."""
    first = await vendor.completed()
    person = {"entityId": first.entity.upper(), "actorId": 42, "firstName": "A", "surname": "B"}
    body = {"title": "B", "journeyId": vendor.account.journey_id, "processEntities": [person]}
    second = (await vendor.call("POST", "/processes", body)).json["id"]
    await vendor.control("POST", f"processes/{second}/complete", outcome="fail")

    found = (await vendor.get(f"/entities/{first.entity}/summary"))["identityVerifications"]
    assert [(first.process, 1), (second, 3)] == [(each["processId"], each["overallResult"]) for each in found]


@pytest.mark.parametrize(
    ("kind", "array", "result", "path", "member"),
    [
        ("sanctions-and-peps", "internationalScreeningChecks", 2, "{}/sanctions-and-peps", "status"),
        ("bank-account", "bankAccountChecks", 3, "{}/bank-account", "result"),
        ("land-registry", "proofOfOwnershipChecks", 4, "{}/land-registry", "status"),
        ("rtr", "rightToRentChecks", 7, "rtr/{}", "status"),
        ("rtw", "rightToWorkChecks", 1, "rtw/{}", "status"),
        ("safe-harbour", "safeHarbourChecks", 4, "safe-harbour/{}", "status"),
    ],
)
async def test_data_checks_are_listed_read_and_told(
    vendor: Vendor, kind: str, array: str, result: int, path: str, member: str
) -> None:
    """Facts 5, 5.1 and 6.4: ids are whole numbers, each kind has its own path and list."""
    made = await vendor.completed()
    await vendor.play(made, "data_check", kind=kind, result=result)
    await vendor.settled()

    [listed] = (await vendor.get(f"/entities/{made.entity}/summary"))[array]
    check = await vendor.get(f"/entities/{made.entity}/data-checks/{path.format(listed['dataCheckId'])}")
    [told] = vendor.inbox.at("status")
    assert (made.process, result) == (listed["processId"], listed["overallResult"])
    assert (listed["dataCheckId"], result) == (check["id"], check[member])
    assert (listed["dataCheckId"], made.entity) == (told.payload["DataCheckId"], told.payload["EntityId"])
    other = await vendor.completed()
    missing = await vendor.call("GET", f"/entities/{other.entity}/data-checks/{path.format(listed['dataCheckId'])}")
    assert 404 == missing.status


async def test_a_screening_without_a_match_is_the_published_one(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    made = await vendor.completed()
    truth = await vendor.play(made, "data_check", kind="sanctions-and-peps", result=2)
    number = truth["actors"][0]["data_checks"][0]["id"]
    got = await vendor.get(f"/entities/{made.entity}/data-checks/{number}/sanctions-and-peps")
    published = sample("international-screening-no-match")

    own = ("id", "dateCreated", "request")
    assert {name: value for name, value in published.items() if name not in own} == {
        name: value for name, value in got.items() if name not in own
    }
    assert list(published["request"]) == list(got["request"])


async def test_invitations_and_erasure_answer_as_observed(vendor: Vendor) -> None:
    """Facts 7: 500 for somebody never invited; erased data stay readable."""
    alone = (await vendor.call("POST", "/entities", {"firstName": "A", "surname": "B"})).json["id"]
    made = await vendor.completed()
    calls = [("PUT", f"/entities/{alone}/resend-invite"), ("PUT", f"/entities/{made.entity}/resend-invite")]
    assert [500, 200] == [(await vendor.call(*each)).status for each in calls]

    assert 200 == (await vendor.call("DELETE", f"/entities/{made.entity}/hard-delete")).status
    summary = await vendor.get(f"/entities/{made.entity}/summary")
    assert (5, 1) == (summary["status"], len(summary["identityVerifications"]))


async def test_a_magic_link_is_a_new_text_each_time(vendor: Vendor) -> None:
    made, other = await vendor.create(), await vendor.create()
    path = f"/processes/{made.process}/entities"
    links = {await vendor.get(f"{path}/{made.entity}/magic-link") for _ in range(2)}
    assert 2 == len({link for link in links if link.startswith("https://")})
    assert 404 == (await vendor.call("GET", f"{path}/{other.entity}/magic-link")).status


async def test_journeys_are_those_that_processes_can_be_made_of(vendor: Vendor) -> None:
    [journey] = await vendor.get("/journeys")
    assert (vendor.account.journey_id, 42) == (journey["id"], journey["actors"][0]["id"])


@pytest.mark.parametrize(("outcome", "overall"), [("pass", 1), ("refer", 2), ("fail", 3)])
async def test_a_process_goes_its_own_way_in_time(start_vendor: StartVendor, outcome: str, overall: int) -> None:
    vendor = await start_vendor(behaviour=replace(QUICK, by_itself=outcome, user_takes=1000.0, checks_take=1000.0))
    made = await vendor.create()
    statuses = []
    for seconds in (0.9, 0.2, 1.0):
        await vendor.advance(seconds)
        statuses.append((await vendor.get(f"/processes/{made.process}"))["status"])

    assert [0, 1, 2] == statuses
    assert overall == (await vendor.verification(made))["overallResult"]


async def test_an_expired_process_ends_untold_and_a_played_one_stays(vendor: Vendor) -> None:
    made = await vendor.create()
    await vendor.play(made, "play", outcome="pass")
    await vendor.play(made, "expire")
    await vendor.advance(60)
    await vendor.settled()

    assert (6, []) == ((await vendor.get(f"/processes/{made.process}"))["status"], vendor.inbox.got)


async def test_one_seed_makes_the_same_people(start_vendor: StartVendor) -> None:
    seen = []
    for _ in range(2):
        vendor = await start_vendor()
        made = await vendor.completed()
        seen.append((made, await vendor.verification(made)))
    assert seen[0] == seen[1]


def test_times_are_written_in_both_published_forms() -> None:
    """Facts 5.1: with Z and milliseconds, and without a zone and without last zeros."""
    assert "2024-03-18T05:57:49.930Z" == zulu(1710741469.93)
    assert ["2024-03-18T05:57:49.93", "2024-03-18T05:57:50"] == [unzoned(1710741469.93), unzoned(1710741470)]
