"""Who looked at what, the newest first."""

from __future__ import annotations

from aiohttp import web

from consumers.console.api.answering import answer_page
from consumers.console.api.operations import PAGED, Answer, Asked, Operation
from consumers.console.api.shapes import reference, rows_of
from consumers.console.looking_back import looks_before
from runtime.access.identity import Role
from schemas.audit import Look


async def _list(asked: Asked) -> web.Response:
    page = await looks_before(asked.console.log, asked["cursor"], asked["limit"])
    return await answer_page(asked, page, look="audit")


OPERATIONS = (
    Operation(
        "listLooks",
        "GET",
        "/audit",
        "Who looked at what, the newest first. What was searched for is a digest.",
        "audit",
        _list,
        Answer("A page of looks.", rows_of(reference(Look))),
        role=Role.ADMIN,
        query=PAGED,
    ),
)
