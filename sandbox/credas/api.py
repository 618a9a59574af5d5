"""The API as far as it is read and processes are made with it (facts 5); ``overrides`` has the rest.

Not here, for want of published members: active checks, direct uploads, reports, new and expired invitations.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.credas import bodies, creating, plays
from sandbox.credas.calls import BASE, entity_of, moment_of, process_of, surrounded
from sandbox.credas.models import Process, guid
from sandbox.credas.overrides import check_of
from sandbox.credas.refusal import INTERNAL_ERROR, Refused, not_found
from sandbox.credas.reviews import shown_entry
from sandbox.credas.validate import parsed
from sandbox.credas.words import EntityStatus, ProcessStatus
from sandbox.credas.world import World


def routes() -> list[web.RouteDef]:
    entity, process = f"{BASE}/entities/{{entity_id}}", f"{BASE}/processes/{{process_id}}"
    checks = f"{entity}/data-checks"
    kinds = "{kind:sanctions-and-peps|bank-account|land-registry}"
    return [
        web.get(f"{BASE}/journeys", surrounded("journeys", journeys)),
        web.post(f"{BASE}/entities", surrounded("create-entity", create_entity)),
        web.get(entity, surrounded("entity", read_entity)),
        web.post(f"{BASE}/processes", surrounded("create-process", create_process)),
        web.get(process, surrounded("process", read_process)),
        web.delete(process, surrounded("delete-process", delete_process)),
        web.get(f"{process}/details", surrounded("details", read_details)),
        web.get(f"{process}/entities/{{entity_id}}/magic-link", surrounded("magic-link", magic_link)),
        web.put(f"{process}/reinvite-idv", surrounded("reinvite", reinvite)),
        web.put(f"{entity}/resend-invite", surrounded("resend-invite", resend_invite)),
        web.delete(f"{entity}/hard-delete", surrounded("hard-delete", hard_delete)),
        web.get(f"{entity}/summary", surrounded("summary", summary)),
        web.get(f"{entity}/idv-entries", surrounded("idv-entries", idv_entries)),
        web.get(f"{entity}/idv-entries/{{entry_id}}", surrounded("idv-entry", idv_entry)),
        web.get(f"{checks}/{{number:[0-9]+}}/{kinds}", surrounded("data-check", data_check)),
        web.get(f"{checks}/{{kind:rtw|rtr|safe-harbour}}/{{number:[0-9]+}}", surrounded("data-check", data_check)),
    ]


def as_json(members: Any) -> web.Response:  # noqa: ANN401 - any JSON
    return web.json_response(members)


def _living(process: Process) -> Process:
    """The process; raises ``Refused`` with 404 for a deleted one (public integration)."""
    if process.status is ProcessStatus.DELETED:
        raise not_found()
    return process


async def journeys(world: World, _request: web.Request) -> web.Response:
    journey = {
        "id": world.account.journey_id,
        "title": "Identity check",
        "isActive": True,
        "isRightToRent": False,
        "webhookEnabled": True,
        "actors": [{"id": world.account.actor_id, "title": "Applicant"}],
    }
    return as_json([journey])


async def create_entity(world: World, request: web.Request) -> web.Response:
    return as_json(bodies.entity_body(creating.entity(world, parsed(await request.read())), []))


async def read_entity(world: World, request: web.Request) -> web.Response:
    living = [each for each in world.processes.all() if each.status is not ProcessStatus.DELETED]
    return as_json(bodies.entity_body(entity_of(world, request), living))


async def create_process(world: World, request: web.Request) -> web.Response:
    process = creating.process(world, parsed(await request.read()))
    plays.begin(world, process)
    return as_json(bodies.created(process))


async def read_process(world: World, request: web.Request) -> web.Response:
    return as_json(bodies.process_body(_living(process_of(world, request))))


async def read_details(world: World, request: web.Request) -> web.Response:
    process, people = _living(process_of(world, request)), {each.id: each for each in world.entities.all()}
    return as_json(bodies.details(process, people))


async def magic_link(world: World, request: web.Request) -> web.Response:
    """A JSON string; another one at each call, as a link lives for 30 minutes."""
    process, entity = _living(process_of(world, request)), entity_of(world, request)
    if entity.id not in {actor.entity_id for actor in process.actors}:
        raise not_found()
    return as_json(f"https://myconnect.example.com/magic/{guid(entity.seed, process.id, world.number())}")


async def delete_process(world: World, request: web.Request) -> web.Response:
    plays.delete(world, request.match_info["process_id"])
    return web.Response()


async def reinvite(world: World, request: web.Request) -> web.Response:
    plays.reinvite(world, request.match_info["process_id"])
    return web.Response()


async def resend_invite(world: World, request: web.Request) -> web.Response:
    """500 for somebody who was never invited, as it was observed (facts 7)."""
    if entity_of(world, request).status is EntityStatus.NOT_INVITED:
        raise Refused(500, str(INTERNAL_ERROR["title"]))
    return web.Response()


async def hard_delete(world: World, request: web.Request) -> web.Response:
    """The entity's status is Deleted; its data stay readable, as it was observed (facts 7)."""
    world.entities.put(replace(entity_of(world, request), status=EntityStatus.DELETED))
    return web.Response()


async def summary(world: World, request: web.Request) -> web.Response:
    return as_json(bodies.summary(entity_of(world, request), moment_of(world, request)))


async def idv_entries(world: World, request: web.Request) -> web.Response:
    entity, moment = entity_of(world, request), moment_of(world, request)
    return as_json([bodies.entry_body(entity, each) for each in entity.entries if each.is_shown(moment)])


async def idv_entry(world: World, request: web.Request) -> web.Response:
    entity = entity_of(world, request)
    entry = shown_entry(entity, request.match_info["entry_id"], moment_of(world, request))
    return as_json(bodies.entry_body(entity, entry))


async def data_check(world: World, request: web.Request) -> web.Response:
    return as_json(bodies.data_check(*check_of(world, request)))
