"""Businesses and their identifications in the Solaris sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.solaris.conftest import Vendor

WEBHOOK_MEMBERS = {"id", "method", "reference", "url", "status", "completed_at", "business_id"}


async def identified(vendor: Vendor) -> dict[str, Any]:
    """A business' new identification."""
    business = (await vendor.call("POST", "/v1/businesses", {"name": "Example GmbH"})).json["id"]
    answer = await vendor.call("POST", f"/v1/businesses/{business}/identifications", {})
    assert answer.status == 201, answer.raw
    created: dict[str, Any] = answer.json
    return created


async def test_an_identification_is_of_method_idnow_and_its_webhook_has_the_documented_members(vendor: Vendor) -> None:
    """Facts 5.2: idnow is the default; the members that REST alone has are not in the webhook."""
    await vendor.subscribed("BUSINESS_IDENTIFICATION")
    created = await identified(vendor)
    await vendor.settled()

    [(body, headers)] = vendor.receiver.got
    assert ("created", "idnow", None) == (created["status"], created["method"], created["url"])
    assert WEBHOOK_MEMBERS == json.loads(body).keys()
    assert created["id"] == headers["solaris-entity-id"]


@pytest.mark.parametrize(
    ("status", "final"),
    [("pending", False), ("successful", True), ("failed", True), ("expired", True)],
)
async def test_each_status_is_told_and_listed(vendor: Vendor, status: str, *, final: bool) -> None:
    await vendor.subscribed("BUSINESS_IDENTIFICATION")
    created = await identified(vendor)
    await vendor.control("POST", f"business_identifications/{created['id']}/status", {"status": status})
    await vendor.settled()
    of_business = await vendor.call("GET", f"/v1/businesses/{created['business_id']}/identifications")
    of_partner = await vendor.call("GET", "/v1/businesses/identifications")
    [truth] = (await vendor.control("GET", "truth"))["businessIdentifications"]

    assert {"created", status} == {json.loads(body)["status"] for body, _ in vendor.receiver.got}
    assert [status] == [each["status"] for each in of_business.json]
    assert of_business.raw == of_partner.raw
    assert final is (of_business.json[0]["completed_at"] is not None)
    assert (status, final) == (truth["status"], truth["final"])


async def test_rest_alone_shows_the_legal_identification(vendor: Vendor) -> None:
    """Facts 5.2: what is missing stands in the resource, and one of its members is the text "null"."""
    created = await identified(vendor)
    said = {"status": "pending", "legal": "information_required", "missing": ["register extract"]}
    await vendor.control("POST", f"business_identifications/{created['id']}/status", said)
    [listed] = (await vendor.call("GET", "/v1/businesses/identifications")).json

    assert "information_required" == listed["legal_identification_status"]
    assert ["register extract"] == listed["legal_identification_missing_information"]
    assert "null" == listed["legal_identification_reason"]


async def test_a_deleted_business_is_told_in_the_header_alone_and_gone(vendor: Vendor) -> None:
    await vendor.subscribed("BUSINESS_DELETED")
    business = (await identified(vendor))["business_id"]
    await vendor.control("POST", f"businesses/{business}/delete")
    await vendor.settled()

    [(body, headers)] = vendor.receiver.got
    assert (b"{}", business) == (body, headers["solaris-entity-id"])
    assert 404 == (await vendor.call("GET", f"/v1/businesses/{business}")).status
    assert [] == (await vendor.call("GET", "/v1/businesses/identifications")).json


@pytest.mark.parametrize("name", [None, "", 7, "x" * 101])
async def test_a_business_without_a_usable_name_is_refused(vendor: Vendor, name: object) -> None:
    answer = await vendor.call("POST", "/v1/businesses", {"name": name})
    assert (400, "validation_error") == (answer.status, answer.json["errors"][0]["code"])


async def test_an_unknown_method_is_refused(vendor: Vendor) -> None:
    business = (await vendor.call("POST", "/v1/businesses", {"name": "Example GmbH"})).json["id"]
    answer = await vendor.call("POST", f"/v1/businesses/{business}/identifications", {"method": "postident"})
    assert 400 == answer.status
