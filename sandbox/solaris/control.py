"""The control API: whoever calls it plays the customer, IDnow, compliance and time. It needs no credentials.

Each takes a JSON object (or nothing). Under ``POST /_sandbox/identifications/{id}/``, answered with its own truth:

* ``call``: the customer opens the URL and IDnow's robot plays ``scenario`` (default: the one in the person's name);
  results follow in the vendor's time.
* ``result``: IDnow's ``result`` arrives now, with ``reason`` (for ABORTED and CANCELED, which need one) and ``changed``
  (true: the person's data change; default: with SUCCESS_DATA_CHANGED).
* ``status``: Solaris' ``status`` is set as it is, whatever it was: also those that no video identification reaches.

Beside them:

* ``POST /_sandbox/identifications``: the partner's three calls in one: a person (the members of the body; by default
  called X-MANUALTEST-HAPPYPATH), an identification of it, and its request.
* ``POST /_sandbox/persons/{id}/screening``: CDD members, PERSON_CHANGED goes out. ``POST .../delete``: Solaris erases
  the person, PERSON_DELETED goes out.
* ``POST /_sandbox/business_identifications/{id}/status``: ``status``, with ``legal`` (any word, such as
  ``information_required``) and ``missing`` (a list of words). ``POST /_sandbox/businesses/{id}/delete``: Solaris erases
  the business, BUSINESS_DELETED goes out.
* ``GET /_sandbox/truth``: every identification's status, whether it is final, its history and attempts.
* ``GET /_sandbox/usage``: the partner's API: ``calls`` in all and ``byRoute``, the ``highest`` number at once, how many
  were ``refused`` as too many, and ``tokens`` asked for.
* ``GET /_sandbox/deliveries``: every remembered attempt (notification, subscription, event, entity, attempt, status or
  error), how many deliveries are ``pending``, and ``crashes`` (empty, or a fault of the sandbox).
* ``PUT /_sandbox/faults``: ``next``, a list of faults that the next API calls meet with one after the other; ``every``,
  one that all others meet with (null: none); ``token``, a list for the next calls of the token endpoint;
  ``duplicates`` of each notification; ``reorder`` (hold n, send them in another order); ``drop``, the share that is
  lost (1: all). A member left out stays. The faults: ``hang`` (until Solaris' idle time-out of 150 s, then 504),
  ``500``, ``429``, ``html`` (a CDN's page), ``content_type`` (the right JSON as text), ``truncated`` (half of it),
  ``error_body`` (200 with an error), ``stale`` (an identification is retrieved as it was ahead of its last change).
* ``POST /_sandbox/down``: for ``minutes`` of the vendor's every call is answered 502 and webhooks wait.
* ``POST /_sandbox/flush``: notifications held by ``reorder`` go out now.
* ``POST /_sandbox/clock``: ``advance`` moves time on by so many seconds; what falls due happens.
* ``POST /_sandbox/tokens``: every token is void from now on.
* ``POST /_sandbox/webhooks``: sends ``body`` (any JSON object) as ``event`` (any of facts, section 5) about ``entity``.

A faulty call is answered with Solaris' own envelope.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.refusing import Handler, refusing
from sandbox.solaris import businesses, persons, plays, scenarios, words
from sandbox.solaris.guard import FAULTS, WORLD, json_object
from sandbox.solaris.models import Identification
from sandbox.solaris.refusal import invalid
from sandbox.solaris.world import World

Body = Mapping[str, Any]
PlayIt = Callable[[World, Identification, Body], None]

_YEAR = 366 * 86_400


def routes() -> list[web.RouteDef]:
    ways: Mapping[str, PlayIt] = {"call": _call, "result": _result, "status": _status}
    posts: Mapping[str, Handler] = {
        "persons/{id}/screening": _screening,
        "persons/{id}/delete": _delete,
        "business_identifications/{id}/status": _business_status,
        "businesses/{id}/delete": _delete_business,
        "down": _down,
        "clock": _clock,
        "flush": _flush,
        "tokens": _void_tokens,
        "webhooks": _any_webhook,
    }
    return [
        web.post("/_sandbox/identifications", refusing(_begin)),
        *(web.post(f"/_sandbox/identifications/{{id}}/{way}", refusing(_playing(play))) for way, play in ways.items()),
        *(web.post(f"/_sandbox/{path}", refusing(handler)) for path, handler in posts.items()),
        web.get("/_sandbox/truth", _truth),
        web.get("/_sandbox/usage", _usage),
        web.get("/_sandbox/deliveries", _deliveries),
        web.put("/_sandbox/faults", refusing(_faults)),
    ]


def _playing(play: PlayIt) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        identification = world.identification(request.match_info["id"])
        play(world, identification, await json_object(request))
        return web.json_response(identification.truth)

    return answer


async def _begin(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    person = plays.create_person(world, {"first_name": "X-MANUALTEST-HAPPYPATH", "last_name": "Example"} | body)
    identification = plays.create(world, person, {"method": "idnow"})
    plays.request(world, identification)
    return web.json_response(identification.truth)


def _one_of(body: Body, field: str, allowed: Mapping[str, Any] | frozenset[str] | tuple[str, ...]) -> str | None:
    """The word, ``None`` if it is absent or null. Raises ``Refused`` for any other than the allowed ones."""
    value = body.get(field)
    if value is not None and (not isinstance(value, str) or value not in allowed):
        raise invalid(field, "is not included in the list")
    return value


def _required(body: Body, field: str, allowed: Mapping[str, Any] | frozenset[str] | tuple[str, ...]) -> str:
    value = _one_of(body, field, allowed)
    if value is None:
        raise invalid(field, "is missing")
    return value


def _number(body: Body, field: str, lowest: float, highest: float) -> float | None:
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise invalid(field, f"must be a number from {lowest} to {highest}")
    return value


def _call(world: World, identification: Identification, body: Body) -> None:
    plays.call(world, identification, _one_of(body, "scenario", scenarios.SCENARIOS))


def _result(world: World, identification: Identification, body: Body) -> None:
    said, reason = _required(body, "result", words.STATUS_OF_RESULT), _one_of(body, "reason", words.REASONS)
    if (reason is not None) is not (said in words.WITH_REASON):
        raise invalid("reason", "belongs to ABORTED and CANCELED, and must be given there")
    plays.result(world, identification, said, reason, changes=bool(body.get("changed", said == words.CHANGED)))


def _status(world: World, identification: Identification, body: Body) -> None:
    status = _required(body, "status", words.STATUSES)
    identification.steps.clear()
    plays.change_status(world, identification, status)


async def _screening(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    person = world.person(request.match_info["id"])
    values = {name: value for name in persons.CDD if (value := _one_of(body, name, persons.CDD[name])) is not None}
    plays.screen(world, person, values)
    return web.json_response({name: person.members[name] for name in persons.CDD})


async def _delete(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    plays.delete(world, world.person(request.match_info["id"]))
    return web.json_response({})


async def _business_status(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    identification = world.business_identification(request.match_info["id"])
    legal, missing = body.get("legal"), body.get("missing", [])
    if legal is not None and not isinstance(legal, str):
        raise invalid("legal", "must be a string")
    if not isinstance(missing, list) or not all(isinstance(each, str) for each in missing):
        raise invalid("missing", "must be a list of strings")
    status = _required(body, "status", words.BUSINESS_STATUSES)
    businesses.decide(world, identification, status, legal, missing)
    return web.json_response(identification.truth)


async def _delete_business(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    businesses.delete(world, world.business(request.match_info["id"])["id"])
    return web.json_response({})


async def _truth(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    return web.json_response(
        {
            "identifications": [each.truth for each in world.identifications.values()],
            "businessIdentifications": [each.truth for each in world.business_identifications.values()],
        }
    )


async def _usage(request: web.Request) -> web.Response:
    usage = request.app[WORLD].usage
    return web.json_response(
        {
            "calls": usage.calls.total(),
            "byRoute": dict(usage.calls),
            "highest": usage.highest,
            "refused": usage.refused,
            "tokens": usage.tokens,
        }
    )


async def _deliveries(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].courier.report())


async def _faults(request: web.Request) -> web.Response:
    body, world = await json_object(request), request.app[WORLD]
    losses = world.courier.losses
    following, every = _faults_in_turn(body, "next"), _one_of(body, "every", FAULTS)
    of_tokens = _faults_in_turn(body, "token")
    duplicates, reorder = _number(body, "duplicates", 1, 100), _number(body, "reorder", 0, 1000)
    drop = _number(body, "drop", 0, 1)
    world.next_faults = world.next_faults if following is None else deque(following)
    world.token_faults = world.token_faults if of_tokens is None else deque(of_tokens)
    world.every_call = every if "every" in body else world.every_call
    losses.duplicates = losses.duplicates if duplicates is None else int(duplicates)
    losses.reorder = losses.reorder if reorder is None else int(reorder)
    losses.drop = losses.drop if drop is None else drop
    ordered = {"next": list(world.next_faults), "token": list(world.token_faults), "every": world.every_call}
    return web.json_response(asdict(losses) | ordered)


def _faults_in_turn(body: Body, field: str) -> list[str] | None:
    value = body.get(field)
    if value is not None and (not isinstance(value, list) or any(fault not in FAULTS for fault in value)):
        raise invalid(field, "is not a list of known faults")
    return value


async def _down(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    world.go_down(int(60 * (_number(body, "minutes", 0, _YEAR / 60) or 0)))
    return web.json_response({"seconds": world.down_for()})


async def _flush(request: web.Request) -> web.Response:
    return web.json_response({"sent": request.app[WORLD].courier.flush()})


async def _clock(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    world.clock.advance(int(_number(body, "advance", 0, _YEAR) or 0))
    plays.play_due(world)
    return web.json_response({"now": world.clock.seconds()})


async def _void_tokens(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    voided, world.tokens = len(world.tokens), {}
    return web.json_response({"void": voided})


async def _any_webhook(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await json_object(request)
    event, content, entity = _required(body, "event", words.EVENTS), body.get("body", {}), body.get("entity")
    if not isinstance(content, dict):
        raise invalid("body", "must be an object")
    if entity is not None and not isinstance(entity, str):
        raise invalid("entity", "must be a string")
    return web.json_response({"notifications": world.tell(event, entity, content)})
