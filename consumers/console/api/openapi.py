"""The API's description in OpenAPI 3.1, made of the same table that its routes are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from consumers.console.api.kinds import Schema
from consumers.console.api.operations import PREFIX, Answer, Body, Operation, Parameter
from consumers.console.api.shapes import components, object_of
from consumers.projections.queries import (
    ActivityRow,
    AlertRow,
    CountRow,
    Found,
    LetterRow,
    SourceRow,
    SubjectRow,
    TimelineRow,
    WorkSummary,
)
from runtime.version import VERSION
from schemas.audit import Look
from schemas.handling import Acknowledgement, Silence

_ROWS = (
    *(ActivityRow, AlertRow, CountRow, Found, LetterRow, SourceRow, SubjectRow, TimelineRow, WorkSummary),
    *(Acknowledgement, Look, Silence),
)
_PROBLEM: Schema = {
    **object_of(
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        code={"type": "string", "description": "What is wrong, in one word for programs."},
        detail={"type": "string", "description": "What is wrong, where, and what to do about it."},
    ),
    "description": "A problem of RFC 9457.",
}
_FIELDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_INVALID: Schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, object_of(fields=_FIELDS)]}
_TAG: Schema = {"type": "string", "pattern": '^"[0-9a-f]+"$'}
_ALWAYS = (400, 401, 403, 503)
_DESCRIPTION = """What Hookline knows of verifications, for programs. Every answer names references only, never who a
person is; who looked at what is written down.

Lists are paged by cursor: `next` (also as a `Link` header) is the `cursor` of the following page. Answers carry a
strong `ETag`; with `If-None-Match` what has not changed is answered with 304. What is no success is a problem of RFC
9457. Members may be added to answers, and words to their enums; none is taken away within a version."""


def document(operations: Iterable[Operation], more_paths: Mapping[str, Mapping[str, Any]] | None = None) -> Schema:
    """The whole description. ``more_paths`` are path items of those whom the console does not know."""
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(PREFIX + each.path, {})[each.method.lower()] = _operation(each)
    for path, item in (more_paths or {}).items():
        paths.setdefault(path, {}).update(item)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hookline", "version": VERSION, "description": _DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**components(_ROWS), "Problem": _PROBLEM},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of an [[operator]] of the settings, or one of the issuer in [oidc].",
                }
            },
        },
    }


def _operation(each: Operation) -> dict[str, Any]:
    statuses = (*(status for status in _ALWAYS if status != 403 or each.role), *each.problems)  # noqa: PLR2004 - HTTP's
    who = f" Asks for the role {each.role}." if each.role else " Open to everybody."
    described: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.help.split(". ")[0].rstrip("."),
        "description": each.help + who,
        "tags": [each.tag],
        "parameters": [*_parameters("path", each.in_path), *_parameters("query", each.query)],
        "responses": {
            str(each.answer.status): _answer(each),
            **({"304": _unchanged()} if _has_tag(each) else {}),
            **{str(status): _problem(status) for status in sorted(statuses) if each.role or status not in {401, 503}},
        },
    }
    if each.body is not None:
        described["requestBody"] = _body(each.body)
    if each.role is None:
        described["security"] = []
    return described


def _parameters(where: str, wanted: Sequence[Parameter]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "in": where,
            "required": where == "path" or each.required,
            "description": each.help,
            "schema": _with_default(each),
        }
        for each in wanted
    ]


def _with_default(each: Parameter) -> Schema:
    return each.kind.schema if each.default is None else {**each.kind.schema, "default": each.default}


def _body(body: Body) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {each.name: {**_with_default(each), "description": each.help} for each in body.members},
        "required": [each.name for each in body.members if each.required],
        "additionalProperties": False,
    }
    if body.one_of:
        schema["anyOf"] = [{"required": [name]} for name in body.one_of]
    return {"required": not body.is_optional, "content": {"application/json": {"schema": schema}}}


def _has_tag(each: Operation) -> bool:
    return each.method == "GET" and not each.answer.media_types


def _answer(each: Operation) -> dict[str, Any]:
    answer = each.answer
    headers = {name: {"description": told, "schema": {"type": "string"}} for name, told in answer.headers.items()}
    if _has_tag(each):
        headers["ETag"] = {"description": "Of exactly this answer.", "schema": _TAG}
    return {"description": answer.help, "content": _content(answer), **({"headers": headers} if headers else {})}


def _content(answer: Answer) -> dict[str, Any]:
    content: dict[str, Any] = {name: {} for name in answer.media_types}
    return content | ({} if answer.schema is None else {"application/json": {"schema": answer.schema}})


def _unchanged() -> dict[str, Any]:
    return {"description": "What the caller holds (`If-None-Match`) still holds."}


def _problem(status: int) -> dict[str, Any]:
    schema = _INVALID if status == HTTPStatus.BAD_REQUEST else {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}}
    return {"description": HTTPStatus(status).phrase, "content": content}
