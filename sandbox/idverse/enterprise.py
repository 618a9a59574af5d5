"""Enterprise 3.5 as far as it is known (facts 2.2, 3.3 and 7): its token, ``sendSms``, and the events on two channels.

Published nowhere, and therefore ours: the body of ``sendSms``'s answer. ``getTransaction`` is not known, so it is not
here.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from sandbox.idverse import words
from sandbox.idverse.calls import as_json, surrounded
from sandbox.idverse.deliver import Notification, Receiver
from sandbox.idverse.refusal import Refused, invalid, not_now, oauth
from sandbox.idverse.transaction import EnterpriseTransaction, ulid
from sandbox.idverse.validate import address, given, header_name, header_text, parsed
from sandbox.idverse.world import World

PRODUCT = "enterprise"
_PHONE_CODE = re.compile(r"\+[0-9]{1,4}")
_PHONE_NUMBER = re.compile(r"[0-9]{4,15}")
_TRANSACTION_ID = re.compile(r"[0-9A-Za-z _-]{10,128}")
"""10 to 128 characters, blanks among them (facts 3.1: the rule of a public client)."""


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/3.5/oauthToken", surrounded("enterprise-token", token)),
        web.post("/api/3.5/sendSms", surrounded("send-sms", send_sms)),
    ]


async def token(world: World, request: web.Request) -> web.Response:
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise oauth(400, "unsupported_grant_type", "The grant type is not supported", "Check the grant_type parameter")
    if not _is_client(world, form.get("client_id"), form.get("client_secret")):
        raise oauth(401, "invalid_client", "Client authentication failed")
    lifetime = world.account.enterprise_token_lifetime
    return as_json({"token_type": "Bearer", "expires_in": lifetime, "access_token": world.token(PRODUCT, lifetime)})


async def _form(request: web.Request) -> Mapping[str, object]:
    try:
        return await request.post()
    except (ValueError, LookupError):
        raise oauth(400, "invalid_request", "The body is not a form", "Check the encoding of the body") from None


def _is_client(world: World, name: object, secret: object) -> bool:
    if not isinstance(name, str) or not isinstance(secret, str):
        return False
    right = world.account.client_secret.encode()
    return name == world.account.client_id and hmac.compare_digest(secret.encode(errors="surrogateescape"), right)


async def send_sms(world: World, request: web.Request) -> web.Response:
    """A new transaction whose link was sent: ``pending`` is its first event."""
    if not world.is_authenticated(request.headers.get("Authorization", ""), PRODUCT):
        raise oauth(401, "access_denied", "The resource owner or authorization server denied the request.")
    transaction = _transaction(world, parsed(await request.read()))
    begin(world, transaction)
    return as_json({"transactionId": transaction.transaction_id})


def begin(world: World, transaction: EnterpriseTransaction) -> None:
    """The link was sent, its life runs, and the transaction goes its own way if the behaviour has one."""
    world.create_enterprise(transaction)
    name = transaction.transaction_id
    _tell(world, transaction)
    expires = world.clock.now() + world.account.enterprise_link_lifetime
    world.at(expires, name, lambda: happen(world, name, "expired"))
    if world.behaviour.by_itself is not None:
        ends = dict(zip(words.OUTCOMES, words.ENTERPRISE_ENDS, strict=True))
        over_time(world, name, ends[world.behaviour.by_itself])


def _transaction(world: World, body: Mapping[str, Any]) -> EnterpriseTransaction:
    _matching(body, "phoneCode", _PHONE_CODE, "a plus and digits")
    _matching(body, "phoneNumber", _PHONE_NUMBER, "digits")
    chosen = body.get("transactionId")
    if chosen is not None:
        _matching(body, "transactionId", _TRANSACTION_ID, "10 to 128 letters, digits, blanks, - or _")
        if chosen in world.enterprise:
            raise invalid("transactionId", "one that is not taken")
    return EnterpriseTransaction(
        transaction_id=chosen or ulid(world.clock.now(), world.seed, world.number()),
        event_receiver=_receiver(body, "notifyUrlEvent") or world.receiver,
        complete_receiver=_receiver(body, "notifyUrlComplete") or world.receiver,
    )


def _matching(body: Mapping[str, Any], member: str, shape: re.Pattern[str], rule: str) -> None:
    value = body.get(member)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise invalid(member, rule)


def _receiver(body: Mapping[str, Any], member: str) -> Receiver | None:
    """Where the channel leads; the header is Authorization unless another name is given."""
    try:
        url = given(body, member, address)
        secret = given(body, f"{member}AuthKey", header_text)
        name = given(body, f"{member}AuthHeaderName", header_name) or "Authorization"
    except Refused as refused:
        raise invalid(member, refused.detail) from None
    return None if url is None else Receiver(url, None if secret is None else (name, secret))


def happen(world: World, name: str, event: str) -> None:
    """That event arose: an end on both channels, another on the event channel. Raises ``Refused`` after an end."""
    transaction = world.find_enterprise(name)
    if transaction.is_closed:
        raise not_now(f"the transaction ended with {transaction.event}")
    world.enterprise[name] = replace(transaction, event=event)
    _tell(world, world.enterprise[name])


def over_time(world: World, name: str, end: str) -> None:
    """The steps that are still ahead and that end arise at the behaviour's pace."""
    behaviour, now = world.behaviour, world.clock.now()
    ahead = words.ENTERPRISE_STEPS[1:]
    opened = now + world.scaled(behaviour.opens_after)
    pace = world.scaled(behaviour.user_takes) / len(ahead)
    for place, step in enumerate(ahead):
        world.at(opened + place * pace, name, partial(happen, world, name, step))
    ended = opened + world.scaled(behaviour.user_takes + behaviour.checks_take)
    world.at(ended, name, lambda: happen(world, name, end))


def _tell(world: World, transaction: EnterpriseTransaction) -> None:
    members = {"transactionId": transaction.transaction_id, "event": transaction.event}
    both = (transaction.event_receiver, transaction.complete_receiver)
    for receiver in both if transaction.is_closed else both[:1]:
        if receiver is not None:
            world.courier.send(
                Notification(transaction.transaction_id, transaction.event, members, receiver, form="json")
            )
