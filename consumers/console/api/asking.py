"""From a request to an operation's values, or to every fault that it has, each with its parameter's name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from consumers.console.api.operations import Body, Operation, Parameter
from runtime.errors import HooklineError

_MOST = 64 * 1024
"""Bytes of a body; the longest that any operation takes is far shorter."""
_WITHIN = 10.0
"""Seconds that a body may take."""


class InvalidRequest(HooklineError):
    """Mend the request: ``fields`` say of each parameter what it must be."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in fields.items()))
        self.fields = fields


async def values_of(request: web.Request, operation: Operation) -> Mapping[str, Any]:
    """By name. Raises ``InvalidRequest``, and aiohttp's own where the body is too large or too slow."""
    faults: dict[str, str] = {}
    values = _in_path(request, operation.in_path, faults)
    values |= _in_query(request, operation.query, faults)
    if operation.body is not None:
        values |= await _in_body(request, operation.body, faults)
    if faults:
        raise InvalidRequest(faults)
    return values


def _in_path(request: web.Request, wanted: tuple[Parameter, ...], faults: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in wanted:
        _read(each, each.kind.read, request.match_info[each.name], values, faults)
    return values


def _in_query(request: web.Request, wanted: tuple[Parameter, ...], faults: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {each.name: each.default for each in wanted}
    known = {each.name: each for each in wanted}
    for name in request.query.keys() - known.keys():
        faults[name] = f"is none of this operation's parameters, which are {', '.join(known) or 'none'}"
    for name, each in known.items():
        given = request.query.getall(name, [])
        if len(given) > 1:
            faults[name] = "is there more than once"
        elif given:
            _read(each, each.kind.read, given[0], values, faults)
        elif each.required:
            faults[name] = "is missing"
    return values


async def _in_body(request: web.Request, wanted: Body, faults: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {each.name: each.default for each in wanted.members}
    given = await _json_of(request, wanted, faults)
    if given is None:
        return values
    known = {each.name: each for each in wanted.members}
    for name in given.keys() - known.keys():
        faults[name] = f"is none of this body's members, which are {', '.join(known)}"
    for name, each in known.items():
        if name in given:
            _read(each, each.kind.read_json, given[name], values, faults)
        elif each.required:
            faults[name] = "is missing"
    if wanted.one_of and not given.keys() & set(wanted.one_of):
        faults["body"] = f"must have at least one of {', '.join(wanted.one_of)}"
    return values


async def _json_of(request: web.Request, wanted: Body, faults: dict[str, str]) -> dict[str, Any] | None:
    content = await _content(request)
    if not content and wanted.is_optional:
        return {}
    if request.content_type != "application/json":
        faults["body"] = "must be sent as application/json"
        return None
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        faults["body"] = "must be JSON"
        return None
    if not isinstance(found, dict):
        faults["body"] = "must be a JSON object"
        return None
    return found


async def _content(request: web.Request) -> bytes:
    content = b""
    try:
        async with asyncio.timeout(_WITHIN):
            async for chunk in request.content.iter_any():
                content += chunk
                if len(content) > _MOST:
                    raise web.HTTPRequestEntityTooLarge(_MOST, len(content))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return content


def _read(each: Parameter, read: Any, given: object, values: dict[str, Any], faults: dict[str, str]) -> None:  # noqa: ANN401 - either of a kind's
    try:
        values[each.name] = read(given)
    except ValueError as error:
        faults[each.name] = str(error)
