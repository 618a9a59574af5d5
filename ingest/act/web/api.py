"""The API: what can be done, doing it, what waits, confirming it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from aiohttp import web
from uuid_utils import uuid7

from ingest.act.acting import Acting
from ingest.act.carrying import Result
from ingest.act.catalogue import action_of, actions_of
from ingest.act.errors import MayHaveBeenDone, NotRecorded, UnknownOperator
from ingest.act.operators import Operator, Operators, matches
from ingest.act.repeats import digest_of
from ingest.act.told import ask_row, result_row
from ingest.act.web.once import Outcome, perform_once, status_of
from ingest.act.web.problems import problem
from ingest.act.web.reading import asking_of, body_of, key_of
from ingest.action import VendorAction
from ingest.vendors import DOORS

WITHIN = 120.0
"""Seconds that an action may take, all of its calls together."""

LOOK_WITHIN = 30.0
"""Seconds that the log may take to say what waits."""

OPERATOR: web.RequestKey[str] = web.RequestKey("operator", str)
"""Who asks, once that is known."""


@dataclass(frozen=True, slots=True)
class Api:
    """Each answers with JSON, and raises ``ActionError``."""

    acting: Acting
    operators: Operators

    def operator(self, request: web.Request) -> Operator:
        """Who asks. Raises ``UnknownOperator``."""
        if not self.operators:
            raise UnknownOperator("nobody may act over HTTP: the settings have no [[operator]]; add one with a token")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        found = self.operators.holding(token.strip() if scheme.lower() == "bearer" else None)
        request[OPERATOR] = found.name
        return found

    async def list_actions(self, request: web.Request) -> web.Response:
        operator = self.operator(request)
        sources = self.acting.sources
        vendors = {source.vendor for source in sources}
        rows = [
            _described(vendor, action)
            | {
                "allowed": operator.is_allowed(vendor, action.name),
                "two_persons": matches(self.acting.settings.two_persons, vendor, action.name),
                "sources": [source.name for source in sources if source.vendor == vendor],
            }
            for vendor in DOORS
            if vendor in vendors
            for action in actions_of(vendor).values()
        ]
        return _json({"operator": operator.name, "actions": rows})

    async def act(self, request: web.Request) -> web.Response:
        operator = self.operator(request)
        vendor, name = request.match_info["vendor"], request.match_info["action"]
        action = action_of(vendor, name)
        body = await body_of(request, action)
        asking = asking_of(vendor, name, operator, body)
        key, action_id = key_of(request), str(uuid7())
        if body.get("dry_run") is True:
            return _json({"state": "DRY_RUN", "requests": self.acting.preview(asking)})
        async with _bounded(action_id):
            if key is None:
                return _answered(request, action, await self.acting.perform(asking, action_id))
            digest = digest_of(operator.name, vendor, name, key)
            result = await perform_once(self.acting, asking, digest, action_id)
        return _answered(request, action, result) if isinstance(result, Result) else _replayed(result)

    async def list_waiting(self, request: web.Request) -> web.Response:
        operator = self.operator(request)
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                found = await self.acting.waiting()
        except TimeoutError:
            raise NotRecorded(f"the log did not say what waits within {LOOK_WITHIN:g} s; ask again later") from None
        rows = [ask_row(ask) for ask in found if operator.is_allowed(ask.vendor, ask.action)]
        return _json({"waiting": rows})

    async def confirm(self, request: web.Request) -> web.Response:
        operator, action_id = self.operator(request), request.match_info["id"]
        async with _bounded(action_id):
            result = await self.acting.confirm(action_id, operator)
        return _answered(request, action_of(result.vendor, result.action), result)


@asynccontextmanager
async def _bounded(action_id: str) -> AsyncIterator[None]:
    """Raises ``MayHaveBeenDone`` where it takes too long; whoever was doing it tells the log the same."""
    try:
        async with asyncio.timeout(WITHIN):
            yield
    except TimeoutError:
        error = MayHaveBeenDone(f"not ended within {WITHIN:g} s; look there before you ask again")
        error.action_id = action_id
        raise error from None


def _described(vendor: str, action: VendorAction) -> dict[str, object]:
    fields: Sequence[Mapping[str, object]] = [
        {
            "name": field.name,
            "help": field.help,
            "kind": field.kind,
            "required": field.required,
            "choices": field.choices,
            "many": field.many,
        }
        for field in action.fields
    ]
    described = {"vendor": vendor, "name": action.name, "help": action.help, "fields": fields}
    return {**described, "effect": action.effect, "needs_reason": action.needs_reason, "file": action.file}


def _answered(request: web.Request, action: VendorAction, result: Result) -> web.Response:
    """A file goes as itself to whoever asks for its media type, else as base64 within the JSON."""
    if result.file is not None and action.file is not None:
        if action.file in request.headers.get("Accept", ""):
            headers = {"Content-Disposition": f'attachment; filename="{result.action}"'}
            return web.Response(body=result.file, content_type=action.file, headers=headers)
        return _json({**result_row(result), "file": base64.b64encode(result.file).decode()})
    return _json(result_row(result), status_of(result))


def _replayed(outcome: Outcome) -> web.Response:
    """The first answer in its own form, without what it showed."""
    kept = {name: value for name, value in outcome.items() if name != "status"}
    status = int(str(outcome["status"]))
    if "code" in kept:
        return problem(status, str(kept.pop("code")), str(kept.pop("detail")), **kept, replayed=True)
    return _json({**kept, "replayed": True}, status)


def _json(row: Mapping[str, object], status: int = HTTPStatus.OK) -> web.Response:
    body = orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    return web.Response(status=status, body=body, content_type="application/json")
