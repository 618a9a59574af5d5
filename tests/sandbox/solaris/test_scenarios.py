"""Every test scenario of the video identification guide: its statuses, results and reasons, and driving by hand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sandbox.solaris import Account
from sandbox.solaris.scenarios import SCENARIOS
from sandbox.solaris.words import REASONS
from tests.waiting import until

if TYPE_CHECKING:
    from tests.sandbox.solaris.conftest import StartVendor, Vendor

STARTED = ["created", "pending"]
CALL, REVIEW, DAY, CERTIFICATE = 60, 90, 86_400, 600


@dataclass(frozen=True)
class Case:
    """``waits`` are the vendor's seconds up to each status that follows ``pending``."""

    name: str
    statuses: list[str]
    waits: list[int]
    result: str
    reason: str | None = None
    changed: bool = False
    esigning: bool = False


CASES = [
    Case("HAPPYPATH", ["successful"], [CALL], "SUCCESS"),
    Case("CHANGEALL", ["successful"], [CALL], "SUCCESS_DATA_CHANGED", changed=True),
    Case("CHANGEALLREVIEW", ["pending_successful", "successful"], [CALL, REVIEW], "SUCCESS_DATA_CHANGED", changed=True),
    Case("ABORTIDENT", ["aborted"], [CALL], "ABORTED", "TECH_VIDEO"),
    Case("FRAUDOK", ["pending_failed", "successful"], [CALL, REVIEW], "SUCCESS"),
    Case("CANCELED", ["pending_successful", "canceled"], [CALL, REVIEW], "CANCELED", "TECH_PHOTO"),
    Case("CANCELLED", ["pending_successful", "canceled"], [CALL, REVIEW], "CANCELED", "TECH_PHOTO"),
    Case("LONGREVIEW", ["pending_successful", "successful"], [CALL, DAY], "SUCCESS"),
    Case("HOLDCERTIFICATE", ["successful"], [CALL + CERTIFICATE], "SUCCESS", esigning=True),
    Case("FRAUDIDENT", ["pending_failed", "failed"], [CALL, REVIEW], "FRAUD_SUSPICION_CONFIRMED"),
    Case("FRAUDREVIEW", ["pending_successful", "failed"], [CALL, REVIEW], "FRAUD_SUSPICION_CONFIRMED"),
]


def test_the_table_covers_every_scenario() -> None:
    """The nine of the guide, and the two that IDnow's manual adds."""
    assert {case.name for case in CASES} == set(SCENARIOS)


@pytest.mark.parametrize("prefix", ["X-AUTOTEST", "X-MANUALTEST"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_every_scenario_runs_through_its_statuses(start_vendor: StartVendor, case: Case, prefix: str) -> None:
    """Facts 9: each status comes when its time has come and not a second earlier; reasons are those of the attempt."""
    vendor = await start_vendor(Account(esigning=case.esigning))
    path, identification = await vendor.requested(f"{prefix}-{case.name}")
    if prefix == "X-MANUALTEST":
        await vendor.control("POST", "clock", {"advance": DAY - 50_000})
        assert STARTED == (await vendor.truth(identification))["history"]
        vendor.token = (await vendor.log_in()).json["access_token"]
        await vendor.control("POST", f"identifications/{identification}/call")

    expected = list(STARTED)
    for wait, status in zip(case.waits, case.statuses, strict=True):
        await vendor.control("POST", "clock", {"advance": wait - 1})
        assert expected == (await vendor.truth(identification))["history"]
        await vendor.control("POST", "clock", {"advance": 1})
        expected.append(status)
        assert expected == (await vendor.truth(identification))["history"]

    vendor.token = (await vendor.log_in()).json["access_token"]
    assert case.statuses[-1] == (await vendor.call("GET", path)).json["status"]
    [attempt] = (await vendor.call("GET", path + "/idnow_attempts")).json
    assert (case.result, case.reason) == (attempt["result"], attempt["reason"])
    assert case.reason == attempt["payload"]["identificationprocess"].get("reason")
    person = (await vendor.call("GET", path.partition("/identifications")[0])).json
    assert case.changed is (person["last_name"] != "Doe")


@pytest.mark.parametrize(("name", "esigning"), [("HOLDCERTIFICATE", False), ("FRAUDIDENT", True)])
async def test_a_scenario_that_the_identification_does_not_support_is_not_played(
    start_vendor: StartVendor,
    name: str,
    esigning: bool,  # noqa: FBT001 - a case's value
) -> None:
    """The guide: HOLDCERTIFICATE only with eSigning, FRAUDIDENT never with it."""
    vendor = await start_vendor(Account(esigning=esigning))
    _, identification = await vendor.requested(f"X-AUTOTEST-{name}")
    await vendor.control("POST", "clock", {"advance": DAY})

    assert STARTED == (await vendor.truth(identification))["history"]


async def test_every_reason_code_ends_an_attempt_and_the_same_url_works_again(vendor: Vendor) -> None:
    """Facts 6.1 and 6.4: aborted and canceled do not close the identification."""
    path, identification = await vendor.requested()
    before = (await vendor.call("GET", path)).json["url"]
    for reason in sorted(REASONS):
        ended = {"result": "ABORTED", "reason": reason}
        truth = await vendor.control("POST", f"identifications/{identification}/result", ended)
        assert ("aborted", False) == (truth["status"], truth["final"])
        assert reason == truth["attempts"][-1]["reason"]
    truth = await vendor.control("POST", f"identifications/{identification}/result", {"result": "SUCCESS"})

    assert 59 == len(REASONS)
    assert ("successful", True, 60) == (truth["status"], truth["final"], len(truth["attempts"]))
    assert before == (await vendor.call("GET", path)).json["url"]


@pytest.mark.parametrize("status", ["expired", "rejected", "authorization_required", "pending_ref_transfer"])
async def test_statuses_of_other_methods_can_be_set(vendor: Vendor, status: str) -> None:
    _, identification = await vendor.requested()
    truth = await vendor.control("POST", f"identifications/{identification}/status", {"status": status})

    assert status == truth["status"]


async def test_a_finished_identification_takes_no_further_call(vendor: Vendor) -> None:
    _, identification = await vendor.requested()
    path = f"/_sandbox/identifications/{identification}"
    assert 200 == (await vendor.send("POST", f"{path}/result", {"result": "SUCCESS"})).status

    assert 400 == (await vendor.send("POST", f"{path}/result", {"result": "SUCCESS"})).status
    assert 400 == (await vendor.send("POST", f"{path}/call", {"scenario": "HAPPYPATH"})).status


async def test_time_passes_by_itself(start_vendor: StartVendor) -> None:
    """With a running clock call and review end after so many scaled seconds, without the control API."""
    vendor = await start_vendor(Account(token_lifetime=1_000_000), clock=time.time)
    _, identification = await vendor.requested("X-AUTOTEST-CHANGEALLREVIEW")

    async def over() -> bool:
        return bool((await vendor.truth(identification))["final"])

    await until(over)
    assert [*STARTED, "pending_successful", "successful"] == (await vendor.truth(identification))["history"]


async def test_requesting_again_changes_nothing(vendor: Vendor) -> None:
    path, identification = await vendor.requested()
    before = (await vendor.call("GET", path)).json

    assert 200 == (await vendor.call("PATCH", path + "/request")).status
    assert before == (await vendor.call("GET", path)).json
    assert STARTED == (await vendor.truth(identification))["history"]
