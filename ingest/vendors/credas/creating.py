"""A new process for new people: facts, section 5, and 3 for the token in its webhook's URL.

The token opens our own door, so it is in no plan, no dry run and nothing that is logged: it is made when the request is
sent, and nothing of Credas' answer is kept but ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import orjson

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Call, Request, Unconfirmed, VendorError
from ingest.vendors.credas.door import TOKEN_KEY, token_query
from ingest.vendors.credas.overrides import checked_guid
from ingest.vendors.credas.resources import entities_in
from ingest.vendors.credas.webhook import guid, members_of
from runtime.secrets import Secret

_MAX_PEOPLE = 50
_MOST_ID = 2**31 - 1

_TEXTS = ("firstName", "surname", "emailAddress", "phoneNumber", "reference")
_FLAGS = ("contactViaEmail", "contactViaSms", "inPerson")
_NEEDED = ("firstName", "surname", "actorId")
_CHANNELS = {"contactViaEmail": "emailAddress", "contactViaSms": "phoneNumber"}


def _create_process(order: Order) -> Plan:
    url, key = _webhook_url(order), _token_key(order.secrets)
    body: dict[str, object] = {
        "title": _text("title", order.text("title")),
        "journeyId": checked_guid("journeyId", order.text("journeyId")),
        "processEntities": _people(order.arguments["processEntities"]),
    }
    group = order.optional("userGroupId")
    if group is not None:
        body["userGroupId"] = checked_guid("userGroupId", group)
    if url is not None:
        body["webhookUrl"] = url
        _check_key(key)
    request = Request("POST", "/processes", json=body)

    async def carry_out(call: Call) -> Done:
        if url is None:
            return await _created(call, request)
        if key is None:
            return await _created(call, request, token=False)
        return await _created_secretly(call, request, {**body, "webhookUrl": f"{url}?{token_query(key, uuid4().hex)}"})

    return Plan((request,), carry_out)


async def _created_secretly(call: Call, request: Request, body: Mapping[str, object]) -> Done:
    """What Credas says where it refuses may hold the URL, so it is not kept."""
    try:
        return await _created(call, replace(request, json=body), token=True)
    except VendorError as error:
        error.answer = None
        raise


async def _created(call: Call, request: Request, *, token: bool | None = None) -> Done:
    """Its id, and its one person's, as we write them; whether its webhook will come with a token, if there is one.

    Raises ``Unconfirmed`` where the answer names no process.
    """
    document = members_of((await call(request)).document)
    process, people = guid(document.get("id")), entities_in(document.get("processactors"))
    if process is None:
        raise Unconfirmed("it was accepted, but the answer names no process")
    shown = {"process": process, "entities": list(people), **({} if token is None else {"webhook_token": token})}
    owner = people[0] if len(people) == 1 else None
    return Done(shown=shown, kept=orjson.dumps(shown), verification_id=process, subject_ref=owner)


def _token_key(secrets: Sequence[Secret]) -> Secret | None:
    """The first that is listed: whoever changes keys puts the new one first."""
    return next((each for each in secrets if each.value.startswith(TOKEN_KEY)), None)


def _check_key(key: Secret | None) -> None:
    try:
        if key is not None:
            token_query(key, "reference")
    except ValueError as error:
        raise InvalidArgument("webhookUrl", str(error)) from None


def _webhook_url(order: Order) -> str | None:
    """Raises ``InvalidArgument``. Its query is ours to make."""
    given = order.optional("webhookUrl")
    if given is None:
        return None
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    if not usable or not given.isascii() or any(sign in given for sign in "?# \t\n"):
        raise InvalidArgument("webhookUrl", "write https://…/callbacks/<source>, without user, query or fragment")
    return given


def _people(given: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(given, list) or not 0 < len(given) <= _MAX_PEOPLE:
        raise InvalidArgument("processEntities", f"give a list of 1 to {_MAX_PEOPLE} people")
    return [_person(f"processEntities[{place}]", each) for place, each in enumerate(given)]


def _person(place: str, given: object) -> Mapping[str, object]:
    known = (*_TEXTS, "actorId", *_FLAGS)
    if not isinstance(given, dict):
        raise InvalidArgument(place, f"give an object with {', '.join(known)}")
    if given.keys() - set(known):
        raise InvalidArgument(place, f"has members that Credas does not have; it has {', '.join(known)}")
    for name, value in given.items():
        if value is not None:
            _check_member(f"{place}.{name}", name, value)
    needed = [*_NEEDED, *(address for flag, address in _CHANNELS.items() if given.get(flag))]
    for name in needed:
        if given.get(name) is None:
            raise InvalidArgument(f"{place}.{name}", "missing")
    return given


def _check_member(place: str, name: str, value: object) -> None:
    if name in _TEXTS:
        _text(place, value)
    elif name in _FLAGS and not isinstance(value, bool):
        raise InvalidArgument(place, "give true or false")
    elif name == "actorId" and (type(value) is not int or not 0 < value <= _MOST_ID):
        raise InvalidArgument(place, "give the actor's number in the journey")


def _text(place: str, value: object) -> str:
    """Section 5: an address that is not known is null, and not an empty text."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InvalidArgument(place, "give a text that is not empty, or leave it out")
    return value


CREATE = VendorAction(
    "create-process",
    "Invites people to a journey; the verification is known here at once.\n\nA webhookUrl is written as it is in"
    " Credas' own settings, https://…/callbacks/<source>: where the source has a token-key, its token is put behind it"
    " when it is sent. A process without a webhookUrl is polled.",
    "'Identity check' fae35444-2710-43db-98a0-23fbfeef6f8b --process-entities"
    ' \'[{"firstName": "Ada", "surname": "Example", "actorId": 42, "emailAddress": "ada@example.com",'
    ' "contactViaEmail": true}]\'',
    (
        Field("title", "what the process is called", required=True),
        Field("journeyId", "id of the journey, a GUID", required=True),
        Field(
            "processEntities",
            f"a list of people: {', '.join((*_TEXTS, 'actorId', *_FLAGS))}",
            FieldKind.JSON,
            required=True,
        ),
        Field("webhookUrl", "where its webhook goes, without a query"),
        Field("userGroupId", "id of the user group that sees it, a GUID"),
    ),
    _create_process,
    Effect.CREATES,
)
