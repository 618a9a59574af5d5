"""The API: what can be done, doing it, what waits, confirming it."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from aiohttp import web
from uuid_utils import uuid7

from ingest.act.acting import Acting
from ingest.act.bounds import bounded, what_waits
from ingest.act.carrying import Result
from ingest.act.catalogue import action_of, actions_of
from ingest.act.once import Outcome, perform_once, status_of
from ingest.act.operators import Operator, matches, operator_of
from ingest.act.told import ask_row, result_row
from ingest.act.web.reading import asking_of, body_of, key_of
from ingest.action import VendorAction
from ingest.vendors import DOORS
from runtime.access.http import identified
from runtime.access.identity import Role
from runtime.problems import problem

Looked = Callable[[web.Request, str, str], Awaitable[None]]
"""It is written down that whoever asks looks at something: what, and about whom. Nothing is shown where that fails."""


def action_routes(acting: Acting, looked: Looked) -> list[web.RouteDef]:
    """What operators do, for an application that has ``runtime.access`` and answers ``ActionError``, and what
    ``looked`` raises.
    """
    api = Api(acting, looked)
    return [
        web.get("/api/v1/action-types", api.list_types),
        web.post("/api/v1/vendors/{vendor}/actions/{action}", api.act),
        web.get("/api/v1/actions/waiting", api.list_waiting),
        web.post("/api/v1/actions/{id}/confirm", api.confirm),
    ]


@dataclass(frozen=True, slots=True)
class Api:
    """Each answers with JSON, and raises ``ActionError``, or what ``identified`` raises."""

    acting: Acting
    looked: Looked

    async def list_types(self, request: web.Request) -> web.Response:
        operator = await _operator(request)
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
        operator = await _operator(request)
        vendor, name = request.match_info["vendor"], request.match_info["action"]
        action = action_of(vendor, name)
        body = await body_of(request, action)
        asking = asking_of(vendor, name, operator, body)
        key, action_id = key_of(request), str(uuid7())
        if body.get("dry_run") is True:
            return _json({"state": "DRY_RUN", "requests": self.acting.preview(asking)})
        async with bounded(action_id):
            if key is None:
                return _answered(request, action, await self.acting.perform(asking, action_id))
            result = await perform_once(self.acting, asking, key, action_id)
        return _answered(request, action, result) if isinstance(result, Result) else _replayed(result)

    async def list_waiting(self, request: web.Request) -> web.Response:
        """With all arguments, names among them: so who looks is written down first."""
        operator = await _operator(request)
        await self.looked(request, "waiting-actions", "")
        found = await what_waits(self.acting)
        rows = [ask_row(ask) for ask in found if operator.is_allowed(ask.vendor, ask.action)]
        return _json({"waiting": rows})

    async def confirm(self, request: web.Request) -> web.Response:
        operator, action_id = await _operator(request), request.match_info["id"]
        async with bounded(action_id):
            result = await self.acting.confirm(action_id, operator)
        return _answered(request, action_of(result.vendor, result.action), result)


async def _operator(request: web.Request) -> Operator:
    return operator_of(await identified(request, Role.OPERATOR))


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
    described = {"vendor": vendor, "name": action.name, "help": action.help, "fields": fields, "about": action.about}
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
