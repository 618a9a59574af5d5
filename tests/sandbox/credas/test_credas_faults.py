"""Faults on request at the Credas sandbox, its own counts, and what hostile requests meet with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.credas import Account, Behaviour
from sandbox.credas.creating import process as create_process
from sandbox.credas.models import Process
from sandbox.credas.refusal import Refused
from sandbox.credas.validate import document
from sandbox.credas.words import CHECK_OF, Check, Verification, worst
from sandbox.credas.world import World

if TYPE_CHECKING:
    from tests.sandbox.credas.conftest import StartVendor, Vendor

T = TypeVar("T")

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
PERSON = st.fixed_dictionaries(
    {"firstName": st.just("A"), "surname": st.just("B"), "actorId": st.just(42) | PLAIN},
    optional=dict.fromkeys(("phoneNumber", "contactViaSms", "entityId", "inPerson", "reference"), PLAIN),
)
REQUESTS = st.fixed_dictionaries(
    {
        "title": st.just("A check") | PLAIN,
        "journeyId": st.just(Account().journey_id) | PLAIN,
        "processEntities": st.lists(PERSON | PLAIN, max_size=3) | PLAIN,
    },
    optional={"webhookUrl": st.just("https://a.example/hook") | PLAIN},
)


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "is_json"),
    [
        ("500", 500, "application/json", True),
        ("429", 429, "application/json", True),
        ("html", 502, "text/html", False),
        ("html-200", 200, "text/html", False),
        ("error-body", 200, "application/json", True),
        ("wrong-content-type", 200, "text/plain", True),
        ("truncated", 200, "application/json", False),
    ],
)
async def test_a_fault_is_answered_once_as_ordered(
    vendor: Vendor, fault: str, status: int, content_type: str, *, is_json: bool
) -> None:
    made = await vendor.completed()
    path = f"/entities/{made.entity}/summary"
    true = (await vendor.call("GET", path)).raw

    await vendor.fault(fault, call="summary")
    answer = await vendor.call("GET", path)

    assert (status, content_type) == (answer.status, answer.content_type)
    assert (fault == "wrong-content-type") is (true == answer.raw)
    if is_json:
        assert isinstance(answer.json, dict)
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.raw)
    assert true == (await vendor.call("GET", path)).raw


async def test_a_stale_answer_is_the_one_before_the_last_change(vendor: Vendor) -> None:
    made = await vendor.completed(liveness=2)
    path = await vendor.entry_path(made)
    await vendor.call("PUT", f"{path}/verify-liveness", {"reason": "fine"})
    await vendor.fault("stale", times=2)

    got = [(await vendor.get(path))["livenessVerificationResult"] for _ in range(3)]
    assert [2, 2, 4] == got


async def test_a_stale_override_writes_nothing_old(vendor: Vendor) -> None:
    made = await vendor.completed(liveness=2)
    path, found = await vendor.entry_path(made), await vendor.verification(made)
    await vendor.call("PUT", f"{path}/verify-liveness", {"reason": "fine"})
    await vendor.fault("stale")
    await vendor.call("PUT", f"{path}/id-document/{found['documentId']}/verify", {"reason": "fine"})

    entry = await vendor.get(path)
    assert (4, 4) == (entry["livenessVerificationResult"], entry["idDocuments"][0]["verificationResult"])


async def test_an_empty_answer_shows_no_result(vendor: Vendor) -> None:
    made = await vendor.completed()
    await vendor.fault("empty", times=2)

    assert [] == (await vendor.get(f"/entities/{made.entity}/summary"))["identityVerifications"]
    assert [] == await vendor.get(f"/entities/{made.entity}/idv-entries")
    assert 1 == len(await vendor.get(f"/entities/{made.entity}/idv-entries"))


@pytest.mark.parametrize(("fault", "result"), [("hang", 2), ("hang-after", 4)])
async def test_a_hung_override_had_its_effect_or_not(vendor: Vendor, fault: str, result: int) -> None:
    """Facts 7: whoever hears nothing reads before sending again."""
    made, other = await vendor.completed(liveness=2), await vendor.completed(liveness=2)
    path = await vendor.entry_path(made)
    await vendor.fault(fault, call="liveness", id=made.entity.upper())

    url, key = f"{vendor.url}/api/v2/ci{path}/verify-liveness", {"X-API-KEY": vendor.account.api_key}
    with pytest.raises(TimeoutError):
        await vendor.http.put(url, json={"reason": "fine"}, headers=key, timeout=aiohttp.ClientTimeout(total=0.1))

    path_of_other = await vendor.entry_path(other)
    assert 200 == (await vendor.call("PUT", f"{path_of_other}/verify-liveness", {"reason": "fine"})).status
    assert result == (await vendor.get(path))["livenessVerificationResult"]


async def test_down_for_minutes_is_down_for_every_call_and_loses_nothing(vendor: Vendor) -> None:
    """Ten minutes of the vendor's, at a thousandth: 0.6 seconds of the clock."""
    made = await vendor.create()
    assert {"down_for_seconds": 0.6} == await vendor.control("POST", "down", minutes=10)
    await vendor.play(made, "complete")

    down = [await vendor.call("GET", f"/processes/{made.process}"), await vendor.call("POST", "/processes", {})]
    await vendor.advance(0.61)

    assert [(503, "text/html")] * 2 == [(each.status, each.content_type) for each in down]
    assert 2 == (await vendor.get(f"/processes/{made.process}"))["status"]
    assert [200] == [each["status"] for each in await vendor.settled()]


async def test_calls_are_counted_by_name(vendor: Vendor) -> None:
    made = await vendor.completed()
    await vendor.fault("500", call="summary")
    for _ in range(2):
        await vendor.call("GET", f"/entities/{made.entity}/summary")

    usage = await vendor.control("GET", "usage")
    assert {"calls": 3, "by_name": {"create-process": 1, "summary": 2}, "forbidden": 0, "most_at_once": 1} == usage


@pytest.mark.parametrize(
    "orders", [[{"fault": "fire"}], [{"fault": "500", "call": "all"}], [{"fault": "500", "times": -1}], [7], {}]
)
async def test_an_unknown_fault_is_refused(vendor: Vendor, orders: object) -> None:
    answer = await vendor.request("PUT", "/_sandbox/faults", {"api": orders})
    assert (400, True) == (answer.status, bool(answer.json["errors"]))


@pytest.mark.parametrize("way", ["complete", "review", "redeliver", "status", "data_check", "play"])
async def test_a_play_that_makes_no_sense_is_refused(vendor: Vendor, way: str) -> None:
    """Unknown processes, wrong members, and what the state does not allow; nothing happens."""
    made = await vendor.create()
    wrong = {"liveness": 9, "which": "none", "status": 8, "kind": "horoscope", "outcome": "maybe"}
    unknown = "/_sandbox/processes/00000000-0000-4000-8000-000000000000"
    truth = await vendor.control("GET", f"truth/{made.process}")

    assert 404 == (await vendor.request("POST", f"{unknown}/{way}", {})).status
    assert 400 == (await vendor.request("POST", f"/_sandbox/processes/{made.process}/{way}", wrong)).status
    assert truth == await vendor.control("GET", f"truth/{made.process}")


async def test_a_name_that_is_personal_is_not_in_the_truth(vendor: Vendor) -> None:
    made = await vendor.create(firstName="Wilhelmina", surname="Featherstonehaugh", phoneNumber="07123456789")
    await vendor.play(made, "complete")

    truth = json.dumps([await vendor.control("GET", "truth"), await vendor.control("GET", "deliveries")])
    assert [False] * 3 == [word in truth for word in ("Wilhelmina", "Featherstonehaugh", "07123456789")]


@pytest.mark.parametrize(
    "wrong", [{"by_itself": "maybe"}, {"visible_after": -1}, {"override_answer": 302}, {"drop": 2}]
)
def test_a_behaviour_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"behaviour: .*(must|may)"):
        replace(Behaviour(), **wrong)


async def test_latency_is_what_every_call_takes(start_vendor: StartVendor) -> None:
    vendor = await start_vendor(behaviour=Behaviour(seed=1, latency=3600.0))
    url = f"{vendor.url}/api/v2/ci/journeys"
    with pytest.raises(TimeoutError):
        await vendor.http.get(url, timeout=aiohttp.ClientTimeout(total=0.1))
    assert 1 == (await vendor.control("GET", "usage"))["calls"]


def _tried(call: Callable[[], T]) -> T | int:
    """What the call gives, or the status with which it is refused; any other error is the test's failure."""
    try:
        return call()
    except Refused as refused:
        return refused.status


@given(st.binary(max_size=60) | PLAIN.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_document_or_a_bad_request(raw: bytes) -> None:
    found = _tried(lambda: document(raw))

    assert found == 400 or (json.loads(raw) if raw else {}) == found


@given(REQUESTS)
def test_any_create_is_created_or_refused_and_leaves_nothing(body: dict[str, Any]) -> None:
    world = World(Account(), Behaviour(seed=1), None)

    made = _tried(lambda: create_process(world, body))

    if isinstance(made, Process):
        assert [made] == world.processes.all()
        assert {actor.entity_id for actor in made.actors} == {each.id for each in world.entities.all()}
    else:
        assert (True, [], []) == (made in {400, 404}, world.processes.all(), world.entities.all())


@given(st.lists(st.sampled_from(Verification), min_size=1, max_size=5))
def test_the_worst_result_is_a_pass_only_where_all_are(results: list[Verification]) -> None:
    """The order of the results does not matter, and one failure is enough."""
    checks = [CHECK_OF[each] for each in results]
    found = CHECK_OF[worst(*results)]
    assert found == CHECK_OF[worst(*reversed(results))]
    assert (found is Check.PASS) is all(each is Check.PASS for each in checks)
    assert (found is Check.FAIL) is (Check.FAIL in checks)
