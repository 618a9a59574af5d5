"""The paths of ``ingest.act.web`` as OpenAPI has them, for the console's description: it knows no doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consumers.console.api.shapes import object_of

Item = Mapping[str, Any]

_TEXT, _FLAG, _WHOLE = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_FIELD = object_of(
    name=_TEXT,
    help=_TEXT,
    kind=_TEXT,
    required=_FLAG,
    choices={"type": "array", "items": _TEXT},
    many=_FLAG,
)
_TYPE = object_of(
    vendor=_TEXT,
    name=_TEXT,
    help=_TEXT,
    fields={"type": "array", "items": _FIELD},
    effect={"type": "string", "enum": ["reads", "changes", "creates", "decides"]},
    needs_reason=_FLAG,
    file={**_MAYBE_TEXT, "description": "The media type of the file that it answers with."},
    allowed={**_FLAG, "description": "To whoever asks."},
    two_persons={**_FLAG, "description": "Somebody else must confirm it."},
    sources={"type": "array", "items": _TEXT},
)
_ASK = object_of(
    action_id=_TEXT,
    vendor=_TEXT,
    source=_TEXT,
    action=_TEXT,
    operator=_TEXT,
    reason=_TEXT,
    arguments={"type": "object"},
    asked_at={"type": "string", "format": "date-time"},
)
_DONE = {
    "type": "object",
    "description": "What came of it. A dry run has `state` and `requests` alone; a repeat under the same key has "
    "`replayed`, and not what the first answer showed.",
    "properties": {
        "state": {"type": "string", "enum": ["DONE", "ASKED", "DRY_RUN"]},
        "action_id": _TEXT,
        "vendor": _TEXT,
        "source": _TEXT,
        "action": _TEXT,
        "verification_id": _MAYBE_TEXT,
        "holds": {**_FLAG, "description": "False where the vendor accepted it and then shows something else."},
        "milliseconds": {"type": ["integer", "null"]},
        "answer": {"description": "What the vendor said, as far as whoever asked is shown it."},
        "bytes": {"type": ["integer", "null"]},
        "file": {"type": "string", "contentEncoding": "base64"},
        "replayed": _FLAG,
        "requests": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["state"],
}
_ORDER = {
    "type": "object",
    "properties": {
        "arguments": {"type": "object", "description": "By field's name, as `/api/v1/action-types` lists them."},
        "source": {**_TEXT, "description": "The account, where the vendor has more than one."},
        "reason": {**_TEXT, "description": "Why; some actions want one."},
        "dry_run": {**_FLAG, "description": "Only show the requests that would be made."},
    },
    "additionalProperties": False,
}
_PROBLEM = {
    "description": "It was not done, or nobody knows: see `code` and `detail`.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _in_path(name: str, told: str) -> Item:
    return {"name": name, "in": "path", "required": True, "description": told, "schema": _TEXT}


def _operation(name: str, told: str, answers: Mapping[int, object], problems: tuple[int, ...], **more: object) -> Item:
    contents = {
        str(status): {"description": "As asked for.", "content": {"application/json": {"schema": schema}}}
        for status, schema in answers.items()
    }
    said = {str(status): _PROBLEM for status in (401, 403, *problems, 503)}
    described = {"operationId": name, "summary": told.split(". ", maxsplit=1)[0].rstrip("."), "description": told}
    return {**described, "tags": ["actions"], "responses": {**contents, **said}, **more}


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of 1 to 200 printable characters: the same action under the same key is done once.",
    "schema": _TEXT,
}
_DOING = (400, 404, 408, 409, 413, 422, 504)

ACTION_PATHS: Mapping[str, Mapping[str, Item]] = {
    "/api/v1/action-types": {
        "get": _operation(
            "listActionTypes",
            "What can be done at vendors, with the fields of each. Asks for the role operator.",
            {200: object_of(operator=_TEXT, actions={"type": "array", "items": _TYPE})},
            (),
        )
    },
    "/api/v1/vendors/{vendor}/actions/{action}": {
        "post": _operation(
            "act",
            "Do something at a vendor. It is written down before and after; 202 says that somebody else must confirm "
            "it first. Asks for the role operator, and for the right to the action.",
            {200: _DONE, 202: _DONE},
            _DOING,
            parameters=[_in_path("vendor", "The vendor."), _in_path("action", "The action's name."), _KEY],
            requestBody={"required": False, "content": {"application/json": {"schema": _ORDER}}},
        )
    },
    "/api/v1/actions/waiting": {
        "get": _operation(
            "listWaitingActions",
            "What was asked for and waits for a second person. Asks for the role operator.",
            {200: object_of(waiting={"type": "array", "items": _ASK})},
            (),
        )
    },
    "/api/v1/actions/{id}/confirm": {
        "post": _operation(
            "confirmAction",
            "Confirm what somebody else asked for: it is done now. Asks for the role operator.",
            {200: _DONE},
            _DOING,
            parameters=[_in_path("id", "The action's id.")],
        )
    },
}
