"""Manual overrides over the API (facts 5.2, the seed), and those of right to work and right to rent (facts 5).

Their answer's status and body are not published: ``Behaviour.override_answer``, and no body.
"""

from __future__ import annotations

from aiohttp import web

from sandbox.credas import reviews, words
from sandbox.credas.calls import BASE, Call, entity_of, moment_of, surrounded
from sandbox.credas.models import DataCheck, Entity, Entry
from sandbox.credas.refusal import invalid, not_found
from sandbox.credas.reviews import Review
from sandbox.credas.validate import document, given, listed, mapping, one_of, parsed, required, text
from sandbox.credas.words import Verification
from sandbox.credas.world import World


def routes() -> list[web.RouteDef]:
    entry = f"{BASE}/entities/{{entity_id}}/idv-entries/{{entry_id}}"
    checks = f"{BASE}/entities/{{entity_id}}/data-checks/{{kind:rtw|rtr}}"
    return [
        *(
            web.put(f"{entry}/{word}-liveness", surrounded("liveness", _liveness(result)))
            for word, result in words.MANUAL.items()
        ),
        *(
            web.put(f"{entry}/id-document/{{document_id}}/{word}", surrounded("id-document", _id_document(result)))
            for word, result in words.MANUAL.items()
        ),
        web.put(f"{entry}/{{documents_path}}/review", surrounded("supporting-documents", _supporting_documents)),
        web.put(f"{checks}/{{number:[0-9]+}}", surrounded("data-check-status", _data_check)),
    ]


def _liveness(result: Verification) -> Call:
    async def override(world: World, request: web.Request) -> web.Response:
        entity, entry = _target(world, request)
        reviews.liveness(world, entity, entry, result, await _reason(request))
        return _done(world)

    return override


def _id_document(result: Verification) -> Call:
    async def override(world: World, request: web.Request) -> web.Response:
        entity, entry = _target(world, request)
        reason = await _reason(request)
        reviews.id_document(world, entity, entry, request.match_info["document_id"], result, reason)
        return _done(world)

    return override


async def _supporting_documents(world: World, request: web.Request) -> web.Response:
    """The vendor takes any of its results; that operators set only three of them is the client's own rule."""
    if request.match_info["documents_path"] != world.behaviour.documents_path:
        raise not_found()
    entity, entry = _target(world, request)
    asked = listed(_review)("$", document(await request.read()))
    if not asked:
        raise invalid("$", "The list must not be empty.")
    reviews.supporting_documents(world, entity, entry, asked)
    return _done(world)


async def _data_check(world: World, request: web.Request) -> web.Response:
    entity, check = check_of(world, request)
    body = parsed(await request.read())
    result = required(body, "status", one_of(tuple(Verification)))
    reviews.data_check(world, entity, check, result, given(body, "comments", text))
    return _done(world)


def check_of(world: World, request: web.Request) -> tuple[Entity, DataCheck]:
    """The data check that the path names. Raises ``Refused`` with 404 for one of another entity or kind."""
    entity, asked = entity_of(world, request), (request.match_info["kind"], request.match_info["number"])
    found = next((each for each in entity.checks if (each.kind, str(each.number)) == asked), None)
    if found is None:
        raise not_found()
    return entity, found


def _target(world: World, request: web.Request) -> tuple[Entity, Entry]:
    entity = entity_of(world, request)
    return entity, reviews.shown_entry(entity, request.match_info["entry_id"], moment_of(world, request))


async def _reason(request: web.Request) -> str:
    return required(parsed(await request.read()), "reason", text)


def _review(member: str, value: object) -> Review:
    body = mapping(member, value)
    result = required(body, "result", one_of(tuple(Verification)))
    return Review(required(body, "id", text), result, given(body, "comments", text))


def _done(world: World) -> web.Response:
    return web.Response(status=world.behaviour.override_answer)
