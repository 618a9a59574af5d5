"""Webhook subscriptions: one event type each, a handshake ahead of the secret, the secret told once (facts 2)."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.solaris import words
from sandbox.solaris.guard import WORLD, guarded, json_object
from sandbox.solaris.models import Subscription
from sandbox.solaris.pages import page
from sandbox.solaris.refusal import Refused, invalid


def routes() -> list[web.RouteDef]:
    one = "/v1/webhooks/{id}"
    return [
        web.post("/v1/webhooks", guarded(subscribe)),
        web.get("/v1/webhooks", guarded(index)),
        web.get(one, guarded(retrieve)),
        web.delete(one, guarded(unsubscribe)),
    ]


async def subscribe(request: web.Request) -> web.Response:
    """201 with the secret, once the URL answered the handshake. The handshake comes while the caller waits."""
    world, body = request.app[WORLD], await json_object(request)
    event, url = body.get("event_type"), body.get("url")
    if not isinstance(event, str) or event not in words.EVENTS:
        raise invalid("event_type", "is not included in the list")
    if not isinstance(url, str) or not _is_safe(url, world.account.plain_http):
        raise Refused(400, "unsafe_webhook_url", "must be an HTTPS URL", "url")
    if not await world.courier.handshake(url):
        raise Refused(400, "invalid_webhook_url", "did not answer the subscription request with 200", "url")
    secret = world.account.webhook_secret or world.new_id("")
    subscription = Subscription(world.new_id(""), event, url, secret)
    world.subscriptions[subscription.id] = subscription
    return web.json_response(_shown(subscription) | {"secret": subscription.secret}, status=201)


def _is_safe(url: str, plain_http: tuple[str, ...]) -> bool:
    """HTTPS as with Solaris; plain HTTP to this machine and to those hosts, since a sandbox's receivers live there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        near = host in {"localhost", *plain_http} or _is_loopback(host)
        return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and near))
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(subscription: Subscription) -> dict[str, object]:
    return {"id": subscription.id, "event_type": subscription.event_type, "url": subscription.url, "secret": None}


async def index(request: web.Request) -> web.Response:
    living = [_shown(each) for each in request.app[WORLD].subscriptions.values() if not each.canceled]
    return page(request, living)


async def retrieve(request: web.Request) -> web.Response:
    return web.json_response(_shown(request.app[WORLD].subscription(request.match_info["id"])))


async def unsubscribe(request: web.Request) -> web.Response:
    """204: no page names the status of this answer."""
    world = request.app[WORLD]
    subscription = world.subscription(request.match_info["id"])
    del world.subscriptions[subscription.id]
    world.courier.discard(subscription.id)
    return web.Response(status=204)
