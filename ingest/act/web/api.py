"""The API: what can be done, doing it, what waits, confirming it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import orjson
from aiohttp import web

from ingest.act.acting import Acting
from ingest.act.carrying import Result, recorded
from ingest.act.catalogue import action_of, actions_of
from ingest.act.errors import ActionError, InvalidOrder, MayHaveBeenDone, UnknownOperator
from ingest.act.operators import Operator, Operators, matches
from ingest.act.planning import Asking
from ingest.act.repeats import Repeats, action_id_of
from ingest.act.told import ask_row, result_row
from ingest.action import InvalidArgument, VendorAction
from ingest.vendors import DOORS
from schemas.action import ActionState

WITHIN = 120.0
"""Seconds that an action may take, all of its calls together."""

_MEMBERS = {"arguments", "source", "reason", "dry_run"}
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Api:
    """``handle_...`` answer with JSON, and raise ``ActionError``."""

    acting: Acting
    operators: Operators

    def operator(self, request: web.Request) -> Operator:
        """Who asks. Raises ``UnknownOperator``."""
        if not self.operators:
            raise UnknownOperator("nobody may act over HTTP: the settings have no [[operator]]; add one with a token")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.operators.holding(token.strip() if scheme.lower() == "bearer" else None)

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
        action, body = action_of(vendor, name), await _body(request)
        asking = _asking(vendor, name, operator, body)
        if body.get("dry_run") is True:
            return _json({"state": "DRY_RUN", "requests": self.acting.preview(asking)})
        key = _key(request)
        async with _bounded():
            if key is None:
                return _answered(request, action, await self.acting.perform(asking))
            return await self._once(request, action, asking, action_id_of(operator.name, vendor, name, key))

    async def _once(self, request: web.Request, action: VendorAction, asking: Asking, action_id: str) -> web.Response:
        repeats = Repeats(self.acting.carrier.log)
        with recorded("nothing was done"):
            await repeats.forget_old(datetime.now(UTC))
            before = await repeats.begin(action_id)
        if before is not None:
            return _json({**before, "replayed": True}, int(str(before["status"])))
        try:
            result = await self.acting.perform(asking, action_id)
        except ActionError as error:
            outcome = {"code": error.code, "detail": str(error), "status": int(error.http_status)}
            await repeats.end(action_id, {"action_id": action_id, **outcome})
            raise
        answer = _answered(request, action, result)
        kept = {"state": result.state, "action_id": action_id, "verification_id": result.verification_id}
        with recorded("it was done, but a repeat of it will not be known"):
            await repeats.end(action_id, {**kept, "status": answer.status})
        return answer

    async def list_waiting(self, request: web.Request) -> web.Response:
        operator = self.operator(request)
        found = await self.acting.waiting()
        rows = [ask_row(ask) for ask in found if operator.is_allowed(ask.vendor, ask.action)]
        return _json({"waiting": rows})

    async def confirm(self, request: web.Request) -> web.Response:
        operator = self.operator(request)
        async with _bounded():
            result = await self.acting.confirm(request.match_info["id"], operator)
        return _answered(request, action_of(result.vendor, result.action), result)


@asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    """Raises ``MayHaveBeenDone`` where it takes too long; whoever was doing it tells the log the same."""
    try:
        async with asyncio.timeout(WITHIN):
            yield
    except TimeoutError:
        raise MayHaveBeenDone(f"not ended within {WITHIN:g} s; look there before you ask again") from None


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


async def _body(request: web.Request) -> Mapping[str, object]:
    try:
        body = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError:
        raise InvalidOrder([InvalidArgument("body", "not JSON")]) from None
    if not isinstance(body, dict):
        raise InvalidOrder([InvalidArgument("body", f"not an object with {', '.join(sorted(_MEMBERS))}")])
    unknown = body.keys() - _MEMBERS
    if unknown:
        raise InvalidOrder([InvalidArgument("body", f"has other members than {', '.join(sorted(_MEMBERS))}")])
    return body


def _asking(vendor: str, action: str, operator: Operator, body: Mapping[str, object]) -> Asking:
    arguments, source, reason = body.get("arguments") or {}, body.get("source"), body.get("reason") or ""
    faults = [
        InvalidArgument(name, f"give {what}")
        for name, value, kind, what in (
            ("arguments", arguments, dict, "an object"),
            ("source", source or "", str, "a source's name"),
            ("reason", reason, str, "a text"),
            ("dry_run", body.get("dry_run") or False, bool, "true or false"),
        )
        if not isinstance(value, kind)
    ]
    if faults or not isinstance(arguments, dict):
        raise InvalidOrder(faults)
    return Asking(vendor, action, arguments, operator, str(source) if source else None, str(reason))


def _key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise InvalidOrder([InvalidArgument("Idempotency-Key", f"give 1 to {_LONGEST_KEY} printable characters")])
    return key


def _answered(request: web.Request, action: VendorAction, result: Result) -> web.Response:
    """A file goes as itself to whoever asks for its media type, else as base64 within the JSON."""
    if result.file is not None and action.file is not None:
        if action.file in request.headers.get("Accept", ""):
            headers = {"Content-Disposition": f'attachment; filename="{result.action}"'}
            return web.Response(body=result.file, content_type=action.file, headers=headers)
        return _json({**result_row(result), "file": base64.b64encode(result.file).decode()})
    status = HTTPStatus.ACCEPTED if result.state is ActionState.ASKED else HTTPStatus.OK
    return _json(result_row(result), status)


def _json(row: Mapping[str, object], status: int = HTTPStatus.OK) -> web.Response:
    body = orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    return web.Response(status=status, body=body, content_type="application/json")
