"""The control API: whoever calls it plays the person, the back office, the network and time. It needs no credentials.

Under ``/_sandbox/processes/{id}/``, each a ``POST`` with a JSON object (or nothing), answered with the process' own
truth after the play. Results are Credas' numbers of facts 6.1; ``entity_id`` chooses one of several people:

* ``message``: the invitations came as far as ``sms`` and ``email`` (facts 6.5); the actor webhook goes out.
* ``submit``: evidence was submitted and is analysed unseen. ``liveness``, ``face``, ``name`` (each 1 by default),
  ``document`` (by default the worst of face and name), ``supporting`` (a list of results, one for each supporting
  document), ``overall`` (facts 6.3) to contradict all that; or ``outcome``: pass, refer, fail, for the document.
* ``complete``: the process is complete and its webhook goes out; whoever did not submit does now, with the members of
  ``submit``. Results are shown ``Behaviour.visible_after`` later.
* ``review``: the back office set ``liveness``, ``document``, ``name`` or ``supporting`` (a list, in their order) of the
  last submission, for ``reason``; a status update goes out for each that changed.
* ``data_check``: a data check of ``kind`` (``words.DATA_CHECKS``) has that ``result``; a status update goes out.
* ``status``: the process has ``status`` (facts 6.2), whatever it had; its webhook goes out with it.
* ``expire``, ``delete``, ``reinvite``: as they say. After ``reinvite`` the same webhook body comes again.
* ``play``: it goes to ``outcome`` pass, refer or fail by itself, at the behaviour's pace.
* ``redeliver``: ``which`` "last" (default) or "all" of its webhooks are sent again, lost ones included.
* ``forge``: the last webhook once more, its headers and its URL's query each "right", "wrong" or "missing" (``header``,
  by default "wrong", and ``query``, by default "right").

Beside them:

* ``POST /_sandbox/processes``: the portal creates one; the body and answer of the API's create, in which everything may
  be left out, and members of its one person may stand in the body itself.
* ``GET /_sandbox/truth`` and ``GET /_sandbox/truth/{id}``: this Credas' own truth of processes.
* ``GET /_sandbox/usage``: ``calls``, those ``by_name``, how many were ``forbidden`` for want of the key, and
  ``most_at_once``.
* ``GET /_sandbox/deliveries``: every remembered attempt, how many deliveries are ``pending``, and ``crashes``.
* ``PUT /_sandbox/notification``: ``url`` for all webhooks, or ``process_url`` (of processes without their own),
  ``actor_url`` and ``status_url``; ``header_name`` (webhookAuth) and ``header_value`` that all of them carry.
* ``PUT /_sandbox/faults``: ``duplicates``, ``reorder`` (hold n, send them in another order), ``drop`` (share that is
  lost; 1 loses all), and ``api``, a list of ``{fault, call, id, times}`` (``sandbox.credas.faults``: KINDS and CALLS;
  ``id`` any of the path; ``times`` 1 by default, 0 until replaced). A member left out stays. Of the faults,
  ``hang-after`` and ``500-after`` come after the call had its effect, ``empty`` is before any result is shown.
* ``POST /_sandbox/webhooks``: sends ``body`` (any JSON object) as a webhook of ``type`` process, actor or status, to
  ``url`` or where such webhooks go: for variants that no page prints.
* ``POST /_sandbox/down``: every call is answered 503 for so many scaled ``minutes``; 0 ends it. Processes and webhooks
  go on meanwhile.
* ``POST /_sandbox/flush``: webhooks held by ``reorder`` go out now.
* ``POST /_sandbox/clock``: ``advance`` moves time on by so many seconds; what is due by then happens.

A faulty call is answered with the API's envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.credas import bodies, creating, faults, office, plays, words
from sandbox.credas.calls import WORLD
from sandbox.credas.deliver import FORGERIES, TYPES, Webhook, written
from sandbox.credas.faults import Order
from sandbox.credas.models import Findings
from sandbox.credas.refusal import not_now
from sandbox.credas.truth import truth
from sandbox.credas.validate import (
    given,
    header_name,
    header_value,
    listed,
    mapping,
    number,
    one_of,
    parsed,
    required,
    text,
    web_address,
    whole,
)
from sandbox.credas.words import Check, Message, ProcessStatus, Verification
from sandbox.credas.world import World
from sandbox.refusing import Handler, refusing

Body = Mapping[str, Any]
Play = Callable[[World, str, Body], object]
Asked = Callable[[World, Body], object]

_YEAR = 366 * 86_400
_DAY_MINUTES = 24 * 60
_HEADER = "webhookAuth"
_RESULT = one_of(tuple(Verification))
_E_MAIL = one_of(tuple(Message))
_SMS = one_of(tuple(each for each in Message if each is not Message.OPENED))


def routes() -> list[web.RouteDef]:
    of_process: Mapping[str, Play] = {
        "message": lambda world, name, body: plays.message(
            world, name, given(body, "sms", _SMS), given(body, "email", _E_MAIL)
        ),
        "submit": lambda world, name, body: plays.submit(world, name, _findings(body), given(body, "entity_id", text)),
        "complete": lambda world, name, body: plays.complete(world, name, _findings(body)),
        "review": _review,
        "data_check": _data_check,
        "status": lambda world, name, body: plays.change_status(
            world, name, required(body, "status", one_of(tuple(ProcessStatus)))
        ),
        "expire": lambda world, name, _: plays.expire(world, name),
        "delete": lambda world, name, _: plays.delete(world, name),
        "reinvite": lambda world, name, _: plays.reinvite(world, name),
        "play": lambda world, name, body: plays.over_time(
            world, name, required(body, "outcome", one_of(words.OUTCOMES.keys()))
        ),
        "redeliver": _redeliver,
        "forge": _forge,
    }
    asked: Mapping[tuple[str, str], Asked] = {
        ("POST", "processes"): _portal_create,
        ("GET", "truth"): lambda world, _: {"processes": [truth(world, each) for each in world.processes.all()]},
        ("GET", "usage"): lambda world, _: world.usage.report(),
        ("GET", "deliveries"): lambda world, _: world.courier.report(),
        ("PUT", "notification"): _notification,
        ("PUT", "faults"): _faults,
        ("POST", "webhooks"): _any_webhook,
        ("POST", "down"): _down,
        ("POST", "flush"): lambda world, _: {"sent": world.courier.flush()},
        ("POST", "clock"): _clock,
    }
    return [
        *(web.post(f"/_sandbox/processes/{{id}}/{way}", _playing(play)) for way, play in of_process.items()),
        *(web.route(method, f"/_sandbox/{path}", _asking(answer)) for (method, path), answer in asked.items()),
        web.get("/_sandbox/truth/{id}", _playing(lambda _world, _name, _body: None)),
    ]


def _playing(play: Play) -> Handler:
    def answer(world: World, name: str, body: Body) -> object:
        process = world.processes.find(name)
        play(world, process.id, body)
        return truth(world, world.processes.find(process.id))

    async def handle(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        world.pass_time()
        return web.json_response(answer(world, request.match_info["id"], parsed(await request.read())))

    return refusing(handle)


def _asking(asked: Asked) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        world.pass_time()
        return web.json_response(asked(world, parsed(await request.read())))

    return refusing(handle)


def _portal_create(world: World, body: Body) -> object:
    process = creating.process(world, creating.defaults(world, body))
    plays.begin(world, process)
    return bodies.created(process)


def _findings(body: Body) -> Findings:
    outcome = given(body, "outcome", one_of(words.OUTCOMES.keys()))
    document = given(body, "document", _RESULT)
    return Findings(
        liveness=_result(body, "liveness"),
        document=words.OUTCOMES[outcome] if document is None and outcome is not None else document,
        face=_result(body, "face"),
        name=_result(body, "name"),
        supporting=given(body, "supporting", listed(_RESULT)) or (),
        overall=given(body, "overall", one_of(tuple(Check))),
    )


def _result(body: Body, member: str) -> Verification:
    result = given(body, member, _RESULT)
    return Verification.AUTO_PASS if result is None else result


def _review(world: World, name: str, body: Body) -> None:
    decision = office.Decision(
        liveness=given(body, "liveness", _RESULT),
        document=given(body, "document", _RESULT),
        name=given(body, "name", _RESULT),
        supporting=given(body, "supporting", listed(_RESULT)) or (),
        reason=given(body, "reason", text) or "Reviewed by the back office",
    )
    office.decide(world, name, given(body, "entity_id", text), decision)


def _data_check(world: World, name: str, body: Body) -> None:
    kind = required(body, "kind", one_of(words.DATA_CHECKS.keys()))
    result = required(body, "result", one_of(words.DATA_CHECKS[kind].results))
    plays.data_check(world, name, given(body, "entity_id", text), kind, result)


def _sent(world: World, name: str) -> list[Webhook]:
    if not (sent := world.courier.sent(name)):
        raise not_now("no webhook about this process arose yet")
    return sent


def _redeliver(world: World, name: str, body: Body) -> None:
    which, sent = given(body, "which", one_of(("last", "all"))), _sent(world, name)
    for webhook in sent if which == "all" else sent[-1:]:
        world.courier.redeliver(webhook)


def _forge(world: World, name: str, body: Body) -> None:
    header, query = given(body, "header", one_of(FORGERIES)), given(body, "query", one_of(FORGERIES))
    world.courier.forge(_sent(world, name)[-1], header or "wrong", query or "right")


def _any_webhook(world: World, body: Body) -> object:
    kind, content = required(body, "type", one_of(TYPES)), required(body, "body", mapping)
    return {"sent": world.courier.tell(kind, (), written(content), given(body, "url", web_address))}


def _notification(world: World, body: Body) -> object:
    everywhere, courier = given(body, "url", web_address), world.courier
    urls = {kind: given(body, f"{kind}_url", web_address) or everywhere for kind in TYPES}
    name, value = given(body, "header_name", header_name) or _HEADER, given(body, "header_value", header_value)
    for kind, url in urls.items():
        courier.urls[kind] = url or courier.urls[kind]
    if value is not None:
        courier.headers = ((name, value),)
    return {
        **{f"{kind}_url": url for kind, url in courier.urls.items()},
        "headers": [held for held, _ in courier.headers],
    }


def _order(member: str, value: object) -> Order:
    body = mapping(member, value)
    times, about = given(body, "times", whole(0, 1_000_000)), given(body, "id", text)
    return Order(
        fault=required(body, "fault", one_of(faults.KINDS)),
        call=given(body, "call", one_of(faults.CALLS)),
        id=None if about is None else about.lower(),
        times=1 if times is None else times,
    )


def _faults(world: World, body: Body) -> object:
    losses = world.courier.losses
    wanted = {
        "duplicates": given(body, "duplicates", whole(1, 100)),
        "reorder": given(body, "reorder", whole(0, 1000)),
        "drop": given(body, "drop", number(0, 1)),
    }
    orders = given(body, "api", listed(_order))
    for loss, value in wanted.items():
        if value is not None:
            setattr(losses, loss, value)
    world.faults.orders = world.faults.orders if orders is None else list(orders)
    return {**asdict(losses), "api": [asdict(order) for order in world.faults.orders]}


def _down(world: World, body: Body) -> object:
    minutes = required(body, "minutes", number(0, _DAY_MINUTES))
    world.faults.down_until = world.clock.now() + world.scaled(minutes * 60)
    return {"down_for_seconds": world.scaled(minutes * 60)}


def _clock(world: World, body: Body) -> object:
    world.clock.advance(required(body, "advance", number(0, _YEAR)))
    return {"now": world.clock.now(), "due": world.pass_time()}
