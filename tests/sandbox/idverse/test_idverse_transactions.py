"""What a fetch shows as a transaction goes on, compared with the samples, and how it gets to every outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.idverse import Account, words

if TYPE_CHECKING:
    from tests.sandbox.idverse.conftest import StartVendor, Vendor

CREATED = {"name": "MyTest", "reference": "Demo"}
EVERYTHING = CREATED | {"customer_identifier": "string", "phone_region_code": "61", "phone_number": "098177212"}


def lacks(expected: object, got: object, path: str = "") -> Iterator[str]:
    """The paths of ``expected`` that ``got`` has not, or has with another JSON type; of a list the first counts."""
    if type(expected) is not type(got):
        yield path
    elif isinstance(expected, dict) and isinstance(got, dict):
        for member, value in expected.items():
            inner = f"{path}.{member}".lstrip(".")
            yield from lacks(value, got[member], inner) if member in got else [inner]
    elif isinstance(expected, list) and isinstance(got, list) and expected:
        yield from lacks(expected[0], got[0], f"{path}[]") if got else [path]


async def test_a_flagged_transaction_has_every_member_of_the_published_one(
    start_vendor: StartVendor, sample: Callable[[str], Any]
) -> None:
    """Facts 5: the sample's empty redaction times are the exception, they mean the same as absent."""
    vendor = await start_vendor(Account(data_check=True))
    name = await vendor.create(**EVERYTHING)
    await vendor.play(name, "complete", overall="FLAGGED", documents="FLAGGED", facematch="FLAGGED")

    got = (await vendor.fetch(name)).json

    published = sample("transaction-complete-flagged")
    redactions = ["record_redacted_at", "assets_redacted_at", "face_redacted_at", "data_redacted_at"]
    assert redactions == list(lacks(published, got))
    assert published["results"] == got["results"]
    assert {"doc_only"} == got.keys() - published.keys()


@pytest.mark.parametrize(
    ("name", "ways", "created"),
    [
        ("transaction-pending-constructed", [], CREATED),
        ("transaction-in-progress-constructed", [("step", {"step": "ID_INFORMATION"})], {}),
        (
            "transaction-complete-passed-constructed",
            [("open", {}), ("submit", {}), ("complete", {})],
            CREATED | {"customer_identifier": "string"},
        ),
    ],
)
async def test_a_transaction_has_exactly_the_members_of_its_sample(
    vendor: Vendor,
    sample: Callable[[str], Any],
    name: str,
    ways: list[tuple[str, dict[str, object]]],
    created: dict[str, object],
) -> None:
    """Facts 5: which members are absent in which state."""
    transaction = await vendor.create(**created)
    for way, body in ways:
        await vendor.play(transaction, way, **body)

    got = (await vendor.fetch(transaction)).json

    assert [] == list(lacks(sample(name), got))
    assert set(sample(name)) == set(got)
    assert sample(name)["status"] == got["status"]


@pytest.mark.parametrize(
    ("way", "body", "status", "overall"),
    [
        ("complete", {}, "COMPLETE", "PASSED"),
        ("complete", {"overall": "FLAGGED"}, "COMPLETE", "FLAGGED"),
        ("complete", {"overall": "PASSED", "documents": "FLAGGED"}, "COMPLETE", "PASSED"),
        ("complete", {"overall": "SOMETHING_NEW"}, "COMPLETE", "SOMETHING_NEW"),
        ("complete", {"without_results": True}, "COMPLETE", None),
        ("expire", {}, "EXPIRED", None),
        ("cancel", {}, "CANCELLED", None),
        ("open", {}, "INPROGRESS", None),
        ("submit", {}, "SUBMITTED", None),
        ("say", {"status": "ON_HOLD"}, "ON_HOLD", None),
    ],
)
async def test_one_transaction_can_be_driven_to_every_outcome(
    vendor: Vendor, way: str, body: dict[str, object], status: str, overall: str | None
) -> None:
    """Facts 6.1 and 6.2, contradictions and unknown words among them; truth and fetch agree."""
    name = await vendor.create()

    await vendor.play(name, way, **body)
    fetched, truth = (await vendor.fetch(name)).json, await vendor.control("GET", "truth")

    assert [(name, status, fetched.get("results"))] == [
        (each["transaction_id"], each["status"], each["results"]) for each in truth["transactions"]
    ]
    assert (status, overall) == (fetched["status"], fetched.get("results", {}).get("overall"))


async def test_results_can_come_after_the_status_that_promised_them(vendor: Vendor) -> None:
    """Facts 6.2: COMPLETE without results. They follow silently."""
    name = await vendor.create()
    await vendor.play(name, "complete", without_results=True)

    await vendor.play(name, "complete", overall="FLAGGED")

    results = (await vendor.fetch(name)).json["results"]
    assert ("FLAGGED", "FLAGGED") == (results["overall"], results["documents"])
    assert 1 == len(await vendor.settled())


@pytest.mark.parametrize("how", ["account", "request"])
async def test_the_document_only_flow_has_no_face(start_vendor: StartVendor, how: str) -> None:
    """Facts 5.2."""
    vendor = await start_vendor(Account(doc_only=how == "account"))
    name = await vendor.create(**({"doc_only": True} if how == "request" else {}))
    await vendor.play(name, "complete")

    got = (await vendor.fetch(name)).json

    absent = {"likeness_overall", "likeness_features", "liveness_attempts", "facematch_best_frame", "spoof_result"}
    assert (True, set()) == (got["doc_only"], absent & got.keys())
    assert {"overall": "PASSED", "documents": "PASSED"} == got["results"]
    assert "FACE_MATCH_CAPTURE" not in [step["name"] for step in got["computed_statistics"]["steps"]]


async def test_links_are_new_at_every_fetch(vendor: Vendor) -> None:
    """Facts 5.1: asset links live ten minutes; all else stays."""
    name = await vendor.create()
    await vendor.play(name, "complete")

    first, second = [(await vendor.fetch(name)).json for _ in range(2)]

    frames = [each.pop("facematch_best_frame")["url"] for each in (first, second)]
    assert frames[0] != frames[1]
    assert first["user_details"] == second["user_details"]


async def test_what_the_state_does_not_allow_is_refused(vendor: Vendor) -> None:
    name = await vendor.create()
    await vendor.play(name, "cancel")

    for way in ("open", "submit", "complete", "expire", "cancel"):
        answer = await vendor.request("POST", f"/_sandbox/transactions/{name}/{way}")
        assert (409, "Not possible now.") == (answer.status, answer.json["error_message"])
    assert "CANCELLED" == (await vendor.fetch(name)).json["status"]


async def test_the_portal_creates_transactions_without_spending_the_quota(vendor: Vendor) -> None:
    """Facts 5: ``created_by`` is USER for the portal's."""
    created = await vendor.control("POST", "transactions", reference="by-hand")

    counts = await vendor.control("GET", "counts")
    got = (await vendor.fetch(created["transaction_id"])).json

    assert ({}, "USER", "by-hand") == (counts["days"], got["created_by"], got["reference"])


async def test_statistics_have_the_published_shape_and_add_up(vendor: Vendor, sample: Callable[[str], Any]) -> None:
    """Facts 5.1: the whole time, and the time without the privacy step."""
    name = await vendor.create()
    await vendor.play(name, "complete")

    got = (await vendor.fetch(name)).json["computed_statistics"]

    published = sample("computed-statistics-fragment")
    assert [] == list(lacks(published, got))
    assert [step["name"] for step in published["steps"]] == [step["name"] for step in got["steps"]]
    assert sum(step["total_duration_seconds"] for step in got["steps"]) == got["total_duration_seconds"]
    without = got["total_duration_seconds"] - got["steps"][0]["total_duration_seconds"]
    assert without == got["total_duration_excl_privacy_seconds"]


def test_the_statuses_are_those_of_the_life_cycle() -> None:
    """Facts 6.1, without the words of the notification."""
    closed = {words.COMPLETE, words.EXPIRED, words.CANCELLED}
    assert {"PENDING", "INPROGRESS", "SUBMITTED", "COMPLETE", "EXPIRED", "CANCELLED"} == {*words.OPEN_STATUSES} | closed
