"""Solaris' partner API as far as identification needs it: persons, identifications, sessions (facts 7)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.solaris import persons, plays, resources, words
from sandbox.solaris.guard import STALE, WORLD, guarded, json_object
from sandbox.solaris.models import Identification, Person
from sandbox.solaris.pages import page
from sandbox.solaris.refusal import Refused, invalid

_WAITING_TIME = 60
_SUPPORTED = (
    {"document_type": "PASSPORT", "issuing_countries": ["AT", "CH", "DE", "ES", "FR", "IT", "NL", "PL"]},
    {"document_type": "ID_CARD", "issuing_countries": ["AT", "DE", "ES", "FR", "IT", "NL", "PL"]},
)
"""The members are published, the values are examples: the list of supported documents is not public."""


def routes() -> list[web.RouteDef]:
    person = "/v1/persons/{person_id}"
    identification = person + "/identifications/{id}"
    return [
        web.post("/v1/persons", guarded(create_person)),
        web.get(person, guarded(retrieve_person)),
        web.patch(person, guarded(update_person)),
        web.post(person + "/identifications", guarded(create)),
        web.get(person + "/identifications", guarded(index_of_person)),
        web.get("/v1/identifications", guarded(index)),
        web.get(identification, guarded(retrieve)),
        web.patch(identification + "/request", guarded(request_identification)),
        web.get(identification + "/supported_documents", guarded(supported_documents)),
        web.get(identification + "/supported_documents_from_fourthline", guarded(supported_documents)),
        web.get(identification + "/idnow_attempts", guarded(idnow_attempts)),
        web.post(person + "/identification_sessions", guarded(create_session)),
        web.get(person + "/identification_sessions/{id}", guarded(retrieve_session)),
    ]


def _person(request: web.Request) -> Person:
    return request.app[WORLD].person(request.match_info["person_id"])


def _identification(request: web.Request) -> Identification:
    return request.app[WORLD].identification(request.match_info["id"], _person(request).id)


async def create_person(request: web.Request) -> web.Response:
    person = plays.create_person(request.app[WORLD], await json_object(request))
    return web.json_response(person.members, status=201)


async def retrieve_person(request: web.Request) -> web.Response:
    return web.json_response(_person(request).members)


async def update_person(request: web.Request) -> web.Response:
    """The person as changed; subscribers to PERSON_CHANGED hear of it."""
    world, person, body = request.app[WORLD], _person(request), await json_object(request)
    person.members = persons.changed(person.members, body, world.account.countries)
    world.tell(words.PERSON_CHANGED, person.id, {})
    return web.json_response(person.members)


async def create(request: web.Request) -> web.Response:
    person, asked = _person(request), await json_object(request)
    if asked.get("method") not in words.METHODS:
        raise invalid("method", "is not included in the list")
    for name, allowed in (("language", words.LANGUAGES), ("proof_of_address_type", words.PROOFS_OF_ADDRESS)):
        if asked.get(name) is not None and asked[name] not in allowed:
            raise invalid(name, "is not included in the list")
    return web.json_response(resources.listed(plays.create(request.app[WORLD], person, asked)), status=201)


async def request_identification(request: web.Request) -> web.Response:
    identification = _identification(request)
    plays.request(request.app[WORLD], identification)
    return web.json_response(resources.listed(identification) | {"estimated_waiting_time": _WAITING_TIME})


async def retrieve(request: web.Request) -> web.Response:
    """The filter is ``include_documents=true`` or ``filter[include_documents]=true``: no page spells it."""
    return web.json_response(_retrieved(request, _identification(request)))


def _retrieved(request: web.Request, identification: Identification) -> dict[str, Any]:
    stale = identification.before if request[STALE] else None
    shown = stale or resources.retrieved(identification)
    asked = [request.query.get(name) for name in ("include_documents", "filter[include_documents]")]
    return shown if "true" in asked else {name: value for name, value in shown.items() if name != "documents"}


async def index_of_person(request: web.Request) -> web.Response:
    person, everything = _person(request), request.app[WORLD].identifications.values()
    return page(request, [resources.listed(each) for each in everything if each.person is person])


async def index(request: web.Request) -> web.Response:
    """Everything of the partner, with its person: the way to find out whose an identification is (facts 5.1)."""
    everything = request.app[WORLD].identifications.values()
    return page(request, [resources.listed(each) | {"person_id": each.person.id} for each in everything])


async def supported_documents(request: web.Request) -> web.Response:
    _identification(request)
    return web.json_response(list(_SUPPORTED))


async def idnow_attempts(request: web.Request) -> web.Response:
    """Attempts that IDnow said something about; a call under way is none yet."""
    told = [each for each in _identification(request).attempts if each.result]
    answer = [{"id": each.id, "result": each.result, "reason": each.reason, "payload": each.payload} for each in told]
    return web.json_response(answer)


async def create_session(request: web.Request) -> web.Response:
    person, body = _person(request), await json_object(request)
    methods = body.get("identification_methods")
    if not isinstance(methods, list) or not methods or not set(map(str, methods)) <= set(words.METHODS):
        raise invalid("identification_methods", "is not included in the list")
    session_id = request.app[WORLD].new_id("ises")
    person.sessions[session_id] = {
        "id": session_id,
        "url": f"https://person-onboarding.solaris-sandbox.de/{session_id}",
        "callback_url": body.get("callback_url"),
        "identification_methods": methods,
        "status": "created",
    }
    return web.json_response(person.sessions[session_id], status=201)


async def retrieve_session(request: web.Request) -> web.Response:
    person, session_id = _person(request), request.match_info["id"]
    if session_id not in person.sessions:
        raise Refused(404, "model_not_found", f"Couldn't find identification_session with id {session_id}")
    return web.json_response(person.sessions[session_id])
