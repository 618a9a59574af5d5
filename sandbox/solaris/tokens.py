"""The token endpoint: client credentials, a bearer token that expires (facts 7). Its errors are those of RFC 6749."""

from __future__ import annotations

import base64
import binascii
import hmac

from aiohttp import web

from sandbox.refusing import refusing
from sandbox.solaris.account import Account
from sandbox.solaris.guard import WORLD, refuse_as_ordered, spoilt
from sandbox.solaris.world import World


def routes() -> list[web.RouteDef]:
    return [web.post("/oauth2/token", refusing(issue))]


async def issue(request: web.Request) -> web.Response:
    """A new token; the older ones stay valid until they expire."""
    world = request.app[WORLD]
    world.usage.tokens += 1
    if world.down_for():
        return _error(502, "temporarily_unavailable")
    fault = world.token_faults.popleft() if world.token_faults else None
    await refuse_as_ordered(fault, world)
    return spoilt(fault, await _issued(world, request))


async def _issued(world: World, request: web.Request) -> web.Response:
    if not _knows(world.account, request.headers.get("Authorization", "")):
        return _error(401, "invalid_client")
    form = await request.post()
    if form.get("grant_type") != "client_credentials":
        return _error(400, "unsupported_grant_type")
    if form.get("scope") != "partners":
        return _error(400, "invalid_scope")
    now, lifetime = world.clock.seconds(), world.account.token_lifetime
    world.tokens = {token: end for token, end in world.tokens.items() if end > now}
    token = world.new_id("")
    world.tokens[token] = now + lifetime
    return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": lifetime})


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": code}, status=status)


def _knows(account: Account, header: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    try:
        sent = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = f"{account.client_id}:{account.client_secret}".encode()
    return scheme.lower() == "basic" and hmac.compare_digest(sent, expected)
