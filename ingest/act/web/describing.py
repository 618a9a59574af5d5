"""The routes of actions in OpenAPI 3.1, for the description of the API that they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.act.errors import KINDS
from ingest.action import Effect, FieldKind
from schemas.action import ActionState

Item = Mapping[str, Any]

_TAG = "actions"
_TEXT: Item = {"type": "string"}
_FLAG: Item = {"type": "boolean"}
_MAYBE: Item = {"type": ["string", "null"]}
_ANY: Item = {}


def _object(**members: Item) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members)}


def _list(of: Item) -> Item:
    return {"type": "array", "items": of}


_FIELD = _object(
    name=_TEXT,
    help=_TEXT,
    kind={"enum": [str(kind) for kind in FieldKind]},
    required=_FLAG,
    choices=_list(_TEXT),
    many=_FLAG,
)
_TYPE = _object(
    vendor=_TEXT,
    name=_TEXT,
    help=_TEXT,
    fields=_list(_FIELD),
    effect={"enum": [str(effect) for effect in Effect]},
    needs_reason=_FLAG,
    file={**_MAYBE, "description": "The media type of the file that it answers with."},
    about={**_MAYBE, "description": "The field that names the verification that it is about."},
    allowed={**_FLAG, "description": "Whether whoever asks may do it."},
    two_persons={**_FLAG, "description": "Somebody else must confirm it."},
    sources={**_list(_TEXT), "description": "The accounts where it can be done."},
)
_STATE: Item = {"enum": [str(ActionState.DONE), str(ActionState.ASKED), "DRY_RUN"]}
_RESULT: Item = {
    "type": "object",
    "properties": {
        "state": _STATE,
        "action_id": _TEXT,
        "vendor": _TEXT,
        "source": _TEXT,
        "action": _TEXT,
        "verification_id": _MAYBE,
        "holds": {**_FLAG, "description": "False where the vendor accepted it, and then shows something else."},
        "milliseconds": {"type": ["integer", "null"]},
        "answer": {**_ANY, "description": "What the vendor said."},
        "bytes": {"type": ["integer", "null"]},
        "file": {**_TEXT, "contentEncoding": "base64"},
        "replayed": {**_FLAG, "description": "The key was used before; this is what came of it then."},
        "requests": {**_list({"type": "object"}), "description": "Of a dry run: what would be sent, secrets hidden."},
    },
    "required": ["state"],
}
_WAITING = _object(
    action_id=_TEXT,
    vendor=_TEXT,
    source=_TEXT,
    action=_TEXT,
    operator=_TEXT,
    reason=_TEXT,
    arguments={"type": "object"},
    asked_at={"type": "string", "format": "date-time"},
)
_ORDER: Item = {
    "type": "object",
    "properties": {
        "arguments": {"type": "object", "description": "By field; files as base64."},
        "source": {**_MAYBE, "description": "The account, where the vendor has several."},
        "reason": {**_MAYBE, "description": "Why, for whoever asks later."},
        "dry_run": {"type": ["boolean", "null"], "description": "Show what would be sent, and do nothing."},
    },
    "additionalProperties": False,
}
_KEY: Item = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "With the same key the same request is done once within 24 hours. With another source, reason or"
    " argument under it nothing is done: 422, `key-reused`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_OF_HTTP = (401, 403, 408, 413, 500, 503)
"""Statuses that every request may end with."""
_OF_ACTING = tuple(sorted({int(kind.http_status) for kind in KINDS} | set(_OF_HTTP)))


def _problems(statuses: tuple[int, ...]) -> dict[str, Item]:
    schema = {"$ref": "#/components/schemas/Problem"}
    told = {"application/problem+json": {"schema": schema}}
    return {str(status): {"description": "See `code` and `detail`.", "content": told} for status in statuses}


def _operation(
    name: str, summary: str, answers: Mapping[str, Item], statuses: tuple[int, ...], **more: object
) -> dict[str, Any]:
    responses = {
        status: {"description": "As asked for.", "content": {"application/json": {"schema": schema}}}
        for status, schema in answers.items()
    }
    about = f"{summary} Asks for the role operator."
    described = {"operationId": name, "summary": summary.rstrip("."), "description": about, "tags": [_TAG]}
    return {**described, "parameters": [], "responses": {**responses, **_problems(statuses)}, **more}


def _in_path(*names: str) -> list[Item]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in names
    ]


ACTION_PATHS: Mapping[str, Item] = {
    "/api/v1/action-types": {
        "get": _operation(
            "listActionTypes",
            "What can be done at the vendors, and whether whoever asks may.",
            {"200": _object(operator=_TEXT, actions=_list(_TYPE))},
            _OF_HTTP,
        )
    },
    "/api/v1/vendors/{vendor}/actions/{action}": {
        "post": _operation(
            "act",
            "Does an action, or asks for it where somebody else must confirm it.",
            {"200": _RESULT, "202": _RESULT},
            _OF_ACTING,
            parameters=[*_in_path("vendor", "action"), _KEY],
            requestBody={"required": False, "content": {"application/json": {"schema": _ORDER}}},
        )
    },
    "/api/v1/actions/waiting": {
        "get": _operation(
            "listWaiting",
            "What waits for a second person, of what whoever asks may confirm. The look is written down.",
            {"200": _object(waiting=_list(_WAITING))},
            _OF_HTTP,
        )
    },
    "/api/v1/actions/{id}/confirm": {
        "post": _operation(
            "confirm",
            "Confirms what somebody else asked for: it is done then, once.",
            {"200": _RESULT},
            _OF_ACTING,
            parameters=_in_path("id"),
        )
    },
}
"""Path items, as the API's description takes them."""
