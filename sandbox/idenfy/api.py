"""iDenfy's partner API as far as Hookline's users meet it: facts, sections 8 to 10.

Every call needs HTTP Basic with API key and secret. A faulty call is answered in this order: wrong method, wrong
credentials, a fault ordered over the control API, unreadable body, and then whatever the call itself refuses.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.idenfy import bodies, plays, steps, words
from sandbox.idenfy.fullstatus import full_status
from sandbox.idenfy.refusal import Refused, bad, not_in_this_environment, unauthorized
from sandbox.idenfy.validate import given, one_of, required, text
from sandbox.idenfy.verification import Verification
from sandbox.idenfy.world import World
from sandbox.refusing import Handler, refusing

WORLD = web.AppKey("world", World)

Call = Callable[[World, dict[str, Any]], web.Response]

_BEFORE_STEPS = (
    *("clientId", "personScanRef", "firstName", "lastName", "successUrl", "errorUrl", "unverifiedUrl", "callbackUrl"),
    *("locale", "country", "expiryTime", "sessionLength", "documents", "dateOfBirth", "dateOfExpiry", "dateOfIssue"),
    *("nationality", "personalNumber", "documentNumber", "sex", "address", "showInstructions", "tokenType"),
)
_DUMMY = (
    *("clientId", "firstName", "lastName", "successUrl", "errorUrl", "locale", "showInstructions", "country"),
    *("expiryTime", "sessionLength", "documents", "dateOfBirth", "dateOfExpiry", "dateOfIssue", "nationality"),
    *("personalNumber", "documentNumber", "sex", "digitString", "address", "tokenType", "externalRef"),
)
_FAULTS = {429: "TOO_MANY_REQUESTS"}
_PAGE = 20
_LARGEST_IMAGE = 16 * 1024 * 1024


def routes() -> list[web.RouteDef]:
    calls: Mapping[str, Call] = {
        "/api/v2/token": token,
        "/api/v2/add-dummy-status": add_dummy_status,
        "/api/v2/status": lambda world, body: _answer(bodies.flat_status(_asked_for(world, body))),
        "/api/v2/data": data,
        "/api/v2/files": lambda world, body: _answer(bodies.files_of(_asked_for(world, body))),
        "/api/v2/full-status": lambda world, body: _answer(full_status(_asked_for(world, body))),
        "/api/v2/delete": delete,
        "/api/v2/upload-additional-step": upload_additional_step,
    }
    listing = web.route("*", "/kyc/identifications/", _guarded("GET", identifications))
    return [listing, *(web.route("*", path, _guarded("POST", _with_body(call))) for path, call in calls.items())]


def _guarded(method: str, handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        _check_method(request.method, method)
        _check_credentials(request.app[WORLD], request.headers.get("Authorization", ""))
        _fail_as_ordered(request.app[WORLD])
        return await handler(request)

    return refusing(answer)


def _check_method(used: str, allowed: str) -> None:
    if used != allowed:
        raise Refused("METHOD_NOT_ALLOWED", f"Method {used} is not allowed, use {allowed}.")


def _fail_as_ordered(world: World) -> None:
    if world.api_faults:
        status = world.api_faults.popleft()
        raise Refused(_FAULTS.get(status, "INTERNAL_ERROR"), "Ordered over the control API.", status)


def _check_credentials(world: World, header: str) -> None:
    scheme, _, encoded = header.partition(" ")
    try:
        sent = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise unauthorized() from None
    expected = f"{world.account.api_key}:{world.account.api_secret}".encode()
    if scheme.lower() != "basic" or not hmac.compare_digest(sent, expected):
        raise unauthorized()


def _with_body(call: Call) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return call(request.app[WORLD], parsed(await request.read()))

    return answer


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in those bytes.

    Raises ``Refused``: ENCODING_ERROR if they are not UTF-8 or hold half a character's escape, else JSON_ERROR.
    """
    try:
        body = json.loads(raw.decode(), parse_constant=_no_constant)
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeError:
        raise Refused("ENCODING_ERROR", "Request body is not valid UTF-8.") from None
    except (ValueError, RecursionError):
        raise Refused("JSON_ERROR", "Request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refused("JSON_ERROR", "Request body must be a JSON object.")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _answer(members: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.json_response(members, status=status)


def _asked_for(world: World, body: Mapping[str, Any]) -> Verification:
    return world.find(required(body, "scanRef", text(1, 40)))


def _only_in_dev(world: World) -> None:
    if world.account.environment != "DEV":
        raise not_in_this_environment()


def token(world: World, body: dict[str, Any]) -> web.Response:
    """201 for an ordinary token (page "Additional steps": "you will receive a status 201(created)").

    A dummy one gives 200: its page names no other status for its successful calls.
    """
    status = body.get("dummyStatus")
    if status is None:
        return _answer(_ordinary(world.create(body, dummy=False)), 201)
    _only_in_dev(world)
    verification = world.create(body, dummy=True)
    plays.dummy_auto(world, verification, status)
    return _answer(_dummy(verification))


def _answered(verification: Verification) -> dict[str, Any]:
    """Everything that an answer may repeat of a token."""
    client = verification.token["clientId"]
    return {**verification.token, "personScanRef": client, "digitString": verification.digit_string}


def _ordinary(verification: Verification) -> dict[str, Any]:
    """Members and order of the published answers on the page "Additional steps"."""
    said = _answered(verification)
    data = {} if verification.additional_data is None else {"additionalData": verification.additional_data}
    utility = True if steps.is_utility_upload(verification.steps) else None
    return {
        "message": "Token created successfully",
        "authToken": verification.auth_token,
        "scanRef": verification.scan_ref,
        **{member: said[member] for member in _BEFORE_STEPS},
        "utilityBill": utility,
        "additionalSteps": verification.steps,
        **data,
        "externalRef": said["externalRef"],
        "digitString": said["digitString"],
    }


def _dummy(verification: Verification) -> dict[str, Any]:
    """Members and order of the published answer on the page "KYC Dummy results"."""
    said = _answered(verification)
    return {
        "message": "Dummy token and verification created successfully",
        "authToken": verification.auth_token,
        "scanRef": verification.scan_ref,
        **{member: said[member] for member in _DUMMY},
    }


def add_dummy_status(world: World, body: dict[str, Any]) -> web.Response:
    _only_in_dev(world)
    verification = _asked_for(world, body)
    face = required(body, "manualFaceMatchResult", one_of(words.DUMMY_FACE_VALUES))
    document = required(body, "manualDocumentValidity", one_of(words.DUMMY_DOCUMENT_VALUES))
    plays.dummy_manual(world, verification, face, document)
    return web.Response()


def data(world: World, body: dict[str, Any]) -> web.Response:
    verification = _asked_for(world, body)
    references = {"scanRef": verification.scan_ref, "clientId": verification.token["clientId"]}
    return _answer(bodies.data_of(verification) | references)


def delete(world: World, body: dict[str, Any]) -> web.Response:
    plays.delete(world, _asked_for(world, body))
    return web.Response()


def upload_additional_step(world: World, body: dict[str, Any]) -> web.Response:
    verification = _asked_for(world, body)
    step = required(body, "step", text(1, 100))
    kind = steps.configured_type(world.account, step)
    required(body, "image", _image)
    data = given(body, "additionalData", steps.step_data) or {}
    plays.upload_step(world, verification, step, data, kind=kind)
    return web.Response()


def _image(field: str, value: object) -> bytes:
    encoded = text(1, _LARGEST_IMAGE)(field, value)
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise bad(field, "a Base64 image") from None


async def identifications(request: web.Request) -> web.Response:
    """``GET /kyc/identifications/?clientId=&page=&perPage=``: one client's verifications, the oldest first."""
    world, query = request.app[WORLD], request.query
    page, size = _number(query.get("page", "1"), "page"), _number(query.get("perPage", str(_PAGE)), "perPage")
    client = query.get("clientId")
    chosen = [each for each in world.verifications.values() if client in {None, each.token["clientId"]}]
    last = page * size >= len(chosen)
    return _answer(
        {
            "count": len(chosen),
            "next": None if last else str(request.url.update_query(page=page + 1)),
            "previous": None if page == 1 else str(request.url.update_query(page=page - 1)),
            "results": [bodies.listed(each) for each in chosen[(page - 1) * size : page * size]],
        }
    )


def _number(value: str, field: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
        raise bad(field, "an integer from 1 to 9999")
    return int(value)
