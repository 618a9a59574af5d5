"""The control API: whoever calls it plays the user, the portal, the network and time. It needs no credentials.

Under ``/_sandbox/transactions/{transaction_id}/``, each a ``POST`` with a JSON object (or nothing), answered with the
transaction's own truth after the play:

* ``open``, ``step`` (``step`` in IDVerse's words), ``submit``: the user opened the link, went on, is done.
* ``complete``: the checks are finished. ``overall`` PASSED (default) or any word; ``documents``, ``facematch``,
  ``liveness``, ``data`` override single parts; ``without_results`` true leaves ``results`` out until it is played
  again.
* ``expire``, ``cancel``: it ended without a result.
* ``say``: it shows ``status``, any word, whatever else it shows.
* ``play``: it goes to ``outcome`` PASSED, FLAGGED, EXPIRED or CANCELLED by itself, at the behaviour's pace.
* ``redact``: ``redacted_data`` (default all) are gone, as if from the portal.
* ``redeliver``: ``which`` "last" (default) or "all" of its notifications are sent again, lost ones included.
* ``forge``: the last notification once more, its header's value "wrong" (default) or "missing" (``header``).

Under ``/_sandbox/enterprise/{transaction_id}/``: ``event`` (``event``: any word), ``play`` (``outcome``: one of the
four ends), ``redeliver`` and ``forge``.

Beside them:

* ``POST /_sandbox/transactions``: the portal creates one; the body and answer of the API's create.
* ``GET /_sandbox/truth`` and ``GET /_sandbox/truth/{transaction_id}``: this IDVerse's own truth, both products.
* ``GET /_sandbox/counts``: the account's calls a day (``counted`` against the quota, ``limited``, ``calls`` by name),
  and ``most_at_once``, the highest number of calls under way together.
* ``GET /_sandbox/deliveries``: every remembered attempt, how many deliveries are ``pending``, and ``crashes``.
* ``PUT /_sandbox/notification``: ``url``, and ``header_name`` and ``header_value``, for transactions that are created
  from now on without a receiver of their own.
* ``PUT /_sandbox/faults``: ``duplicates``, ``reorder`` (hold n, send them in another order), ``drop`` (share that is
  lost; 1 loses all), ``form`` (form, query, json),
  and ``api``, a list of ``{fault, call, transaction_id, times}`` (``sandbox.idverse.faults``: KINDS and CALLS;
  ``times`` 1 by default, 0 until replaced). A member left out stays.
* ``POST /_sandbox/down``: every call is answered 503 by the CDN for so many scaled ``minutes``; 0 ends it.
  Transactions and notifications go on meanwhile.
* ``POST /_sandbox/flush``: notifications held by ``reorder`` go out now.
* ``POST /_sandbox/clock``: ``advance`` moves time on by so many seconds; what is due by then happens.
* ``POST /_sandbox/tokens/revoke``: no access token is good any more.

A faulty call is answered with IDKit's envelope and a ``detail``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, cast

from aiohttp import web

from sandbox.idverse import bodies, enterprise, faults, plays, words
from sandbox.idverse.account import FORMS, Form
from sandbox.idverse.calls import WORLD, as_json
from sandbox.idverse.deliver import Notification, Receiver
from sandbox.idverse.faults import Order
from sandbox.idverse.refusal import Refused, not_now
from sandbox.idverse.validate import (
    flag,
    given,
    header_name,
    header_text,
    listed,
    mapping,
    number,
    one_of,
    parsed,
    redactable,
    required,
    text,
    web_address,
    whole,
)
from sandbox.idverse.world import World
from sandbox.refusing import Handler

Body = Mapping[str, Any]
Play = Callable[[World, str, Body], object]
Asked = Callable[[World, Body], object]

_YEAR = 366 * 86_400
_DAY_MINUTES = 24 * 60
_NAME = "transaction_id"


def routes() -> list[web.RouteDef]:
    idkit: Mapping[str, Play] = {
        "open": lambda world, name, _: plays.open_link(world, name),
        "step": lambda world, name, body: plays.take_step(world, name, required(body, "step", one_of(words.STEPS))),
        "submit": lambda world, name, _: plays.submit(world, name),
        "complete": _complete,
        "expire": lambda world, name, _: plays.close(world, name, words.EXPIRED),
        "cancel": lambda world, name, _: plays.close(world, name, words.CANCELLED),
        "say": lambda world, name, body: plays.say(world, name, required(body, "status", text)),
        "play": lambda world, name, body: plays.over_time(
            world, name, required(body, "outcome", one_of(words.OUTCOMES))
        ),
        "redact": lambda world, name, body: plays.redact(world, name, redactable(body)),
        "redeliver": _redeliver,
        "forge": _forge,
    }
    of_enterprise: Mapping[str, Play] = {
        "event": lambda world, name, body: enterprise.happen(world, name, required(body, "event", text)),
        "play": lambda world, name, body: enterprise.over_time(
            world, name, required(body, "outcome", one_of(words.ENTERPRISE_ENDS))
        ),
        "redeliver": _redeliver,
        "forge": _forge,
    }
    asked: Mapping[tuple[str, str], Asked] = {
        ("POST", "transactions"): _portal_create,
        ("GET", "truth"): _all_truth,
        ("GET", "counts"): lambda world, _: world.limits.report(),
        ("GET", "deliveries"): lambda world, _: world.courier.report(),
        ("PUT", "faults"): _faults,
        ("PUT", "notification"): _notification,
        ("POST", "down"): _down,
        ("POST", "clock"): _clock,
        ("POST", "flush"): lambda world, _: {"sent": world.courier.flush()},
        ("POST", "tokens/revoke"): lambda world, _: {"revoked": world.revoke_tokens()},
    }
    return [
        *(web.post(f"/_sandbox/transactions/{{{_NAME}}}/{way}", _playing(play)) for way, play in idkit.items()),
        *(web.post(f"/_sandbox/enterprise/{{{_NAME}}}/{way}", _playing(play)) for way, play in of_enterprise.items()),
        *(web.route(method, f"/_sandbox/{path}", _asking(answer)) for (method, path), answer in asked.items()),
        web.get(f"/_sandbox/truth/{{{_NAME}}}", _playing(lambda _world, _name, _body: None)),
    ]


def _answering(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        request.app[WORLD].pass_time()
        try:
            return await handler(request)
        except Refused as refused:
            return as_json({**refused.body, "detail": refused.detail}, refused.status)

    return answer


def _playing(play: Play) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        world, name = request.app[WORLD], request.match_info[_NAME]
        play(world, name, parsed(await request.read()))
        return as_json(_truth(world, name))

    return _answering(answer)


def _asking(asked: Asked) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return as_json(asked(request.app[WORLD], parsed(await request.read())))

    return _answering(answer)


def _truth(world: World, name: str) -> dict[str, Any]:
    of_enterprise = world.enterprise.get(name)
    return world.find(name).truth() if of_enterprise is None else of_enterprise.truth()


def _all_truth(world: World, _: Body) -> object:
    idkit = [each.truth() for each in world.transactions.values()]
    return {"transactions": idkit + [each.truth() for each in world.enterprise.values()]}


def _portal_create(world: World, body: Body) -> object:
    transaction = world.create(body, "USER")
    plays.begin(world, transaction)
    return bodies.created(transaction, world.account.tenant)


def _complete(world: World, name: str, body: Body) -> None:
    parts = {part: given(body, part, text) for part in words.PARTS}
    said = {part: word for part, word in parts.items() if word is not None}
    overall = given(body, "overall", text) or words.PASSED
    without = given(body, "without_results", flag)
    plays.complete(world, name, None if without else plays.results_of(world.find(name), overall, said))


def _sent(world: World, name: str) -> list[Notification]:
    if not (sent := world.courier.sent(name)):
        raise not_now("no notification about this transaction arose yet")
    return sent


def _redeliver(world: World, name: str, body: Body) -> None:
    which, sent = given(body, "which", one_of(("last", "all"))), _sent(world, name)
    for notification in sent if which == "all" else sent[-1:]:
        world.courier.redeliver(notification)


def _forge(world: World, name: str, body: Body) -> None:
    header = given(body, "header", one_of(("wrong", "missing")))
    world.courier.forge(_sent(world, name)[-1], header=header != "missing")


def _order(member: str, value: object) -> Order:
    body = mapping(member, value)
    times = given(body, "times", whole(0, 1_000_000))
    return Order(
        fault=required(body, "fault", one_of(faults.KINDS)),
        call=given(body, "call", one_of(faults.CALLS)),
        transaction_id=given(body, _NAME, text),
        times=1 if times is None else times,
    )


def _faults(world: World, body: Body) -> object:
    courier, losses = world.courier, world.courier.losses
    wanted = {
        "duplicates": given(body, "duplicates", whole(1, 100)),
        "reorder": given(body, "reorder", whole(0, 1000)),
        "drop": given(body, "drop", number(0, 1)),
    }
    form, orders = given(body, "form", one_of(FORMS)), given(body, "api", listed(_order))
    for loss, value in wanted.items():
        if value is not None:
            setattr(losses, loss, value)
    courier.form = courier.form if form is None else cast("Form", form)
    world.faults.orders = world.faults.orders if orders is None else list(orders)
    return {**asdict(losses), "form": courier.form, "api": [asdict(order) for order in world.faults.orders]}


def _notification(world: World, body: Body) -> object:
    url, name = required(body, "url", web_address), given(body, "header_name", header_name)
    value = given(body, "header_value", header_text)
    world.receiver = Receiver(url, None if value is None else (name or "Authorization", value))
    return {"url": url, "header_name": None if value is None else name or "Authorization"}


def _down(world: World, body: Body) -> object:
    minutes = required(body, "minutes", number(0, _DAY_MINUTES))
    world.faults.down_until = world.clock.now() + world.scaled(minutes * 60)
    return {"down_for_seconds": world.scaled(minutes * 60)}


def _clock(world: World, body: Body) -> object:
    world.clock.advance(required(body, "advance", number(0, _YEAR)))
    return {"now": world.clock.now(), "due": world.pass_time()}
