"""The JSON API under ``/api/v1``: one table of operations, which answers requests and describes itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from consumers.alerts.handling import InvalidHandling
from consumers.console.api import alerting, documents, figures, letters, looks, lookups
from consumers.console.api.answering import NothingThere, answer
from consumers.console.api.asking import InvalidRequest, values_of
from consumers.console.api.openapi import document
from consumers.console.api.operations import PREFIX, Answer, Asked, Operation
from consumers.projections.queries import InvalidCursor
from consumers.redriving import NotRedrivable
from runtime.access.http import identified
from runtime.problems import problem
from schemas.message import Undecodable

__all__ = ["MORE_PATHS", "OPERATIONS", "document", "routes"]

MORE_PATHS: web.AppKey[Mapping[str, Mapping[str, Any]]] = web.AppKey("more-paths", Mapping)
"""OpenAPI path items of routes that others bring into the same application."""


async def _described(asked: Asked) -> web.Response:
    described = document(OPERATIONS, asked.request.config_dict.get(MORE_PATHS))
    return await answer(asked, described, look=None)


_DESCRIPTION = Operation(
    "describe",
    "GET",
    "/openapi.json",
    "This description, in OpenAPI 3.1.",
    "description",
    _described,
    Answer("The description.", {"type": "object"}),
    role=None,
)

OPERATIONS: tuple[Operation, ...] = (
    *lookups.OPERATIONS,
    *alerting.OPERATIONS,
    *letters.OPERATIONS,
    *figures.OPERATIONS,
    *documents.OPERATIONS,
    *looks.OPERATIONS,
    _DESCRIPTION,
)


def routes() -> list[web.RouteDef]:
    """For an application that has a ``Console``; ``GET`` answers ``HEAD`` too."""
    return [web.route(each.method, PREFIX + each.path, partial(_perform, each)) for each in OPERATIONS] + [
        web.head(PREFIX + each.path, partial(_perform, each)) for each in OPERATIONS if each.method == "GET"
    ]


async def _perform(operation: Operation, request: web.Request) -> web.Response:
    who = await identified(request, operation.role, or_may=operation.or_may) if operation.role else None
    try:
        return await operation.handler(Asked(request, who, await values_of(request, operation)))
    except InvalidRequest as error:
        return problem(400, "invalid-request", str(error), fields=error.fields)
    except InvalidCursor as error:
        return problem(400, "invalid-cursor", str(error), fields={"cursor": "is none of this question's"})
    except InvalidHandling as error:
        return problem(400, "invalid-request", str(error), fields={})
    except NothingThere as error:
        return problem(404, "not-there", str(error))
    except (NotRedrivable, Undecodable) as error:
        return problem(409, "not-redrivable", str(error))
