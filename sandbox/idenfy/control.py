"""The control API: whoever calls it plays the user, the reviewer, the dashboard and time. It needs no credentials.

Under ``/_sandbox/verifications/{scanRef}/``, each a ``POST`` with a JSON object (or nothing), answered with the
verification's own truth after the play:

* ``finish``: the user ended the session. ``outcome`` APPROVED (default), DENIED or SUSPECTED; ``review`` true: people
  review it afterwards, so ``final`` is false (default: as the account has it); ``face``, ``document``, ``fraudTags``,
  ``mismatchTags``, ``overall`` in iDenfy's words override what the outcome implies. ``stepResult`` (VALID, INVALID,
  NOT_FOUND) and ``stepMatch`` (MATCH, NOT_MATCH, NOT_FOUND, NO_DATA) are about additional steps.
* ``review``: people decided. The same members without ``review``; tags that are not given stay, unless ``outcome`` is
  APPROVED, which clears them.
* ``resubmit``: the user submitted again after a result. The members of ``finish``.
* ``expire``: token or session ran out. ``attempted`` true: photos had been taken, so it says DENIED and ``finish``
  gives the real result later.
* ``cancel``: the user or the system cancelled.
* ``redeliver``: ``which`` "last" (default) or "all" of its webhooks are sent again, byte for byte.
* ``forge``: the last webhook once more, saying APPROVED, with a ``signature`` that is "wrong" (default), "missing" or
  "prefixed".

Beside them:

* ``GET /_sandbox/verifications`` and ``GET /_sandbox/verifications/{scanRef}``: this iDenfy's own truth, without
  personal data.
* ``GET /_sandbox/deliveries``: every remembered attempt (delivery, attempt, kind, scanRef, event, url, sha256 of the
  body, status or error), how many deliveries are ``pending``, and ``crashes`` (empty, or a fault of the sandbox).
* ``PUT /_sandbox/notification``: ``url`` and ``signingKey`` of the account's notification; a member left out stays.
* ``PUT /_sandbox/faults``: ``duplicates`` (each webhook n times), ``reorder`` (hold n, send them in another order),
  ``drop`` (share that is lost), ``api`` (HTTP statuses with which the next API calls fail); a member left out stays.
* ``POST /_sandbox/flush``: webhooks held by ``reorder`` go out now.
* ``POST /_sandbox/clock``: ``advance`` moves time on by so many seconds; unused tokens whose life is over expire.
* ``POST /_sandbox/webhooks``: sends ``body`` (any JSON object) signed as ``event`` (any type of facts, section 2).

A faulty call is answered with iDenfy's own envelope.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from sandbox.idenfy import bodies, plays, words
from sandbox.idenfy.api import WORLD, parsed
from sandbox.idenfy.deliver import Signing
from sandbox.idenfy.plays import Play
from sandbox.idenfy.refusal import Refused, bad
from sandbox.idenfy.validate import flag, given, mapping, one_of, required, text, texts, whole
from sandbox.idenfy.verification import Verification, Webhook
from sandbox.idenfy.world import World
from sandbox.refusing import Handler, refusing

Body = Mapping[str, Any]
PlayIt = Callable[[World, Verification, Body], None]

_FORGERIES: Mapping[str, Signing] = {"wrong": "wrong", "missing": "missing", "prefixed": "prefixed"}
_YEAR = 366 * 86_400
_WORD = text(1, 100)


def routes() -> list[web.RouteDef]:
    ways: Mapping[str, PlayIt] = {
        "finish": lambda world, verification, body: plays.finish(world, verification, _play(body)),
        "review": lambda world, verification, body: plays.review(world, verification, _play(body)),
        "resubmit": lambda world, verification, body: plays.resubmit(world, verification, _play(body)),
        "expire": _expire,
        "cancel": lambda world, verification, _: plays.cancel(world, verification),
        "redeliver": _redeliver,
        "forge": _forge,
    }
    one = "/_sandbox/verifications/{scanRef}"
    return [
        *(web.post(f"{one}/{way}", refusing(_playing(play))) for way, play in ways.items()),
        web.get("/_sandbox/verifications", refusing(_all_truth)),
        web.get(one, refusing(_truth)),
        web.get("/_sandbox/deliveries", refusing(_deliveries)),
        web.put("/_sandbox/notification", refusing(_notification)),
        web.put("/_sandbox/faults", refusing(_faults)),
        web.post("/_sandbox/flush", refusing(_flush)),
        web.post("/_sandbox/clock", refusing(_clock)),
        web.post("/_sandbox/webhooks", refusing(_any_webhook)),
    ]


async def _body(request: web.Request) -> Body:
    raw = await request.read()
    return parsed(raw) if raw else {}


def _playing(play: PlayIt) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        verification = world.find(request.match_info["scanRef"])
        play(world, verification, await _body(request))
        return web.json_response(bodies.own_truth(verification))

    return answer


def _play(body: Body) -> Play:
    fraud, mismatch = given(body, "fraudTags", texts), given(body, "mismatchTags", texts)
    return Play(
        outcome=given(body, "outcome", one_of((words.APPROVED, words.DENIED, words.SUSPECTED))),
        review=given(body, "review", flag),
        face=given(body, "face", _WORD),
        document=given(body, "document", _WORD),
        fraud_tags=None if fraud is None else tuple(fraud),
        mismatch_tags=None if mismatch is None else tuple(mismatch),
        overall=given(body, "overall", _WORD),
        step_result=given(body, "stepResult", one_of(words.STEP_RESULTS)) or "VALID",
        step_match=given(body, "stepMatch", one_of(words.STEP_MATCHES)) or "MATCH",
    )


def _expire(world: World, verification: Verification, body: Body) -> None:
    plays.expire(world, verification, attempted=bool(given(body, "attempted", flag)))


def _sent(verification: Verification) -> list[Webhook]:
    if not verification.sent:
        raise Refused("PARTNER_ERROR", "No webhook of this verification was sent yet.")
    return list(verification.sent)


def _redeliver(world: World, verification: Verification, body: Body) -> None:
    which, webhooks = given(body, "which", one_of(("last", "all"))), _sent(verification)
    for webhook in webhooks if which == "all" else webhooks[-1:]:
        world.courier.redeliver(webhook)


def _forge(world: World, verification: Verification, body: Body) -> None:
    signature = given(body, "signature", one_of(tuple(_FORGERIES))) or "wrong"
    last = _sent(verification)[-1]
    claimed = parsed(last.body)
    claimed["status"]["overall"] = words.APPROVED
    world.courier.forge(replace(last, body=world.encode(claimed)), _FORGERIES[signature])


async def _all_truth(request: web.Request) -> web.Response:
    everything = request.app[WORLD].verifications.values()
    return web.json_response({"verifications": [bodies.own_truth(each) for each in everything]})


async def _truth(request: web.Request) -> web.Response:
    return web.json_response(bodies.own_truth(request.app[WORLD].find(request.match_info["scanRef"])))


async def _deliveries(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].courier.report())


async def _notification(request: web.Request) -> web.Response:
    body, notification = await _body(request), request.app[WORLD].courier.notification
    given(body, "url", text(5, 2048))
    given(body, "signingKey", text(1, 1000))
    notification.url = body.get("url", notification.url)
    notification.signing_key = body.get("signingKey", notification.signing_key)
    return web.json_response({"url": notification.url, "signed": notification.signing_key is not None})


def _share(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise bad(field, "a number from 0 to 1")
    return value


def _statuses(field: str, value: object) -> list[int]:
    if not isinstance(value, list):
        raise bad(field, "a list of HTTP statuses")
    return [whole(400, 599)(field, status) for status in value]


async def _faults(request: web.Request) -> web.Response:
    body, world = await _body(request), request.app[WORLD]
    wanted = {
        "duplicates": given(body, "duplicates", whole(1, 100)),
        "reorder": given(body, "reorder", whole(0, 1000)),
        "drop": given(body, "drop", _share),
    }
    failing = given(body, "api", _statuses)
    for fault, value in wanted.items():
        if value is not None:
            setattr(world.courier.losses, fault, value)
    if failing is not None:
        world.api_faults = deque(failing)
    return web.json_response(asdict(world.courier.losses) | {"api": list(world.api_faults)})


async def _flush(request: web.Request) -> web.Response:
    return web.json_response({"sent": request.app[WORLD].courier.flush()})


async def _clock(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await _body(request)
    world.clock.advance(required(body, "advance", whole(0, _YEAR)))
    return web.json_response({"now": world.clock.seconds(), "expired": plays.expire_due(world)})


async def _any_webhook(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await _body(request)
    content = required(body, "body", mapping)
    event = required(body, "event", _WORD)
    about = str(content.get("scanRef") or content.get("companyId") or content.get("id") or "")
    world.courier.send(Webhook(about, event, world.encode(content), None))
    return web.json_response({"event": event})
