"""Businesses and their identifications (facts 5.2 and 7).

The pages that are public show no business resource: its members here are ours. What becomes of an identification is
set over the control API.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox.solaris import idnow, words
from sandbox.solaris.guard import WORLD, guarded, json_object
from sandbox.solaris.models import BusinessIdentification, stamp
from sandbox.solaris.pages import page
from sandbox.solaris.refusal import invalid
from sandbox.solaris.world import World

_LONGEST_NAME = 100


def routes() -> list[web.RouteDef]:
    one = "/v1/businesses/{business_id}"
    return [
        web.post("/v1/businesses", guarded(create_business)),
        web.get("/v1/businesses/identifications", guarded(index)),
        web.get(one, guarded(retrieve_business)),
        web.post(one + "/identifications", guarded(create)),
        web.get(one + "/identifications", guarded(index_of_business)),
    ]


def _business(request: web.Request) -> dict[str, Any]:
    return request.app[WORLD].business(request.match_info["business_id"])


async def create_business(request: web.Request) -> web.Response:
    world, name = request.app[WORLD], (await json_object(request)).get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise invalid("name", f"must be a text of 1 to {_LONGEST_NAME} characters")
    business_id = world.new_id("cbiz")
    world.businesses[business_id] = {"id": business_id, "name": name}
    return web.json_response(world.businesses[business_id], status=201)


async def retrieve_business(request: web.Request) -> web.Response:
    return web.json_response(_business(request))


async def create(request: web.Request) -> web.Response:
    """A new identification of the business, of method idnow unless it is asked for another."""
    world, business, asked = request.app[WORLD], _business(request), await json_object(request)
    method = asked.get("method", words.BUSINESS_METHODS[0])
    if method not in words.BUSINESS_METHODS:
        raise invalid("method", "is not included in the list")
    identification = BusinessIdentification(world.new_id("bid"), business["id"], method)
    world.business_identifications[identification.id] = identification
    _tell(world, identification)
    return web.json_response(_resource(identification), status=201)


async def index_of_business(request: web.Request) -> web.Response:
    business_id = _business(request)["id"]
    everything = request.app[WORLD].business_identifications.values()
    return page(request, [_resource(each) for each in everything if each.business_id == business_id])


async def index(request: web.Request) -> web.Response:
    """Everything of the partner."""
    return page(request, [_resource(each) for each in request.app[WORLD].business_identifications.values()])


def decide(
    world: World, identification: BusinessIdentification, status: str, legal: str | None, missing: Sequence[str]
) -> None:
    """The identification has that status, the business' legal identification that one; subscribers hear of it."""
    identification.status = status
    identification.legal = legal
    identification.missing = list(missing)
    identification.completed = world.clock.seconds() if status in words.FINAL else None
    if status != words.CREATED and identification.method == "idnow":
        identification.url = f"https://go.test.idnow.de/{idnow.COMPANY}/identifications/{identification.id}"
    _tell(world, identification)


def delete(world: World, business_id: str) -> None:
    """The business is gone with its identifications, and subscribers hear of it."""
    gone = [each.id for each in world.business_identifications.values() if each.business_id == business_id]
    for identification_id in gone:
        del world.business_identifications[identification_id]
    del world.businesses[business_id]
    world.tell(words.BUSINESS_DELETED, business_id, {})


def _tell(world: World, identification: BusinessIdentification) -> None:
    world.tell(words.BUSINESS_IDENTIFICATION, identification.id, _webhook(identification))


def _webhook(identification: BusinessIdentification) -> dict[str, Any]:
    """The documented body (facts 5.2)."""
    return {
        "id": identification.id,
        "method": identification.method,
        "reference": None,
        "url": identification.url,
        "status": identification.status,
        "completed_at": None if identification.completed is None else stamp(identification.completed),
        "business_id": identification.business_id,
    }


def _resource(identification: BusinessIdentification) -> dict[str, Any]:
    """With the members that REST alone has; one of them is the text "null" in the published sample, so here too."""
    return _webhook(identification) | {
        "legal_representatives": [],
        "legal_identification_status": identification.legal,
        "legal_identification_reason": "null",
        "legal_identification_missing_information": list(identification.missing),
        "legal_identification_missing_information_details": None,
    }
