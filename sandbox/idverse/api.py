"""The IDKit API (facts 3.2, 5, 7 and 8).

Paths of cancel and resend are not published, so they are not here; those of redact are not either, and are ours.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from aiohttp import web

from sandbox.idverse import bodies, plays, words
from sandbox.idverse.calls import STALE, Call, as_json, surrounded
from sandbox.idverse.refusal import bad, unauthenticated, unknown_transaction
from sandbox.idverse.report import pdf
from sandbox.idverse.transaction import timestamp
from sandbox.idverse.validate import listed, parsed, redactable, required, text
from sandbox.idverse.world import World

PRODUCT = "idkit"
_FORM = "application/x-www-form-urlencoded"


def routes() -> list[web.RouteDef]:
    one = "/v1/transactions/{transaction_id}"
    return [
        web.post("/oauth2/token", surrounded("token", token)),
        web.post("/v1/transactions", surrounded("create", _authenticated(create))),
        web.post("/v1/transactions/redact", surrounded("redact", _authenticated(redact_several))),
        web.post(f"{one}/redact", surrounded("redact", _authenticated(redact))),
        web.get(f"{one}/json", surrounded("fetch", _authenticated(fetch))),
        web.get(f"{one}/pdf", surrounded("pdf", _authenticated(report))),
    ]


def _authenticated(call: Call) -> Call:
    async def checked(world: World, request: web.Request) -> web.Response:
        if not world.is_authenticated(request.headers.get("Authorization", ""), PRODUCT):
            raise unauthenticated()
        return await call(world, request)

    return checked


async def token(world: World, request: web.Request) -> web.Response:
    """Grant and scope stand in the query, the key as given behind ``Basic`` (facts 3.2)."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    sent = key.encode(errors="surrogateescape")
    if scheme.lower() != "basic" or not hmac.compare_digest(sent, world.account.api_key.encode()):
        raise unauthenticated()
    query = request.query
    if request.content_type != _FORM or query.get("grant_type") != "client_credentials":
        raise bad(f"needs Content-Type {_FORM} and ?grant_type=client_credentials")
    if not words.SCOPES & {*query.get("scope", "").split()}:
        raise bad(f"scope must be {', '.join(words.SCOPES)}")
    lifetime = world.account.token_lifetime
    return as_json({"access_token": world.token(PRODUCT, lifetime), "expires_in": lifetime, "token_type": "Bearer"})


async def create(world: World, request: web.Request) -> web.Response:
    transaction = world.create(parsed(await request.read()), "API")
    plays.begin(world, transaction)
    return as_json(bodies.created(transaction, world.account.tenant))


async def fetch(world: World, request: web.Request) -> web.Response:
    """The transaction as it is; as it was before its last change where a stale answer was ordered."""
    name = request.match_info["transaction_id"]
    shown = world.before(name) if request[STALE] else world.find(name)
    world.fetches += 1
    return as_json(bodies.fetched(shown, world.clock.now(), world.fetches))


async def report(world: World, request: web.Request) -> web.Response:
    """The PDF report; like its number, it is not there until the transaction is completed."""
    transaction = world.find(request.match_info["transaction_id"])
    if transaction.results is None:
        raise unknown_transaction()
    return web.Response(body=pdf(transaction), content_type="application/pdf")


def _redacted(data: tuple[str, ...], moment: float) -> Mapping[str, object]:
    return {"redacted_at": timestamp(moment), "redacted_data": list(data)}


async def redact(world: World, request: web.Request) -> web.Response:
    name = request.match_info["transaction_id"]
    data = redactable(parsed(await request.read()))
    moment = plays.redact(world, name, data)
    return as_json({"status": "success", "transaction_id": name, **_redacted(data, moment)})


async def redact_several(world: World, request: web.Request) -> web.Response:
    """All of them or, where one is not ready, none."""
    body = parsed(await request.read())
    names, data = required(body, "transaction_ids", listed(text)), redactable(body)
    if not names:
        raise bad("transaction_ids is empty")
    for name in names:
        plays.check_redactable(world, name)
    moment = max([plays.redact(world, name, data) for name in names])
    return as_json({"status": "success", "transaction_ids": list(names), **_redacted(data, moment)})
