"""What is told of an error: a problem to programs, a page to people."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from aiohttp import hdrs, web

from consumers.console.pages.rendering import show
from consumers.console.problems import API, MoreProblems, problem_of
from consumers.console.rights import route_of
from consumers.console.signing_in import to_login
from runtime.access.errors import NotAuthenticated
from runtime.access.http import who_asks


async def answer_to(request: web.Request, error: Exception, more: MoreProblems | None) -> web.StreamResponse:
    """The answer to the error, in the form that whoever asked can read."""
    if isinstance(error, web.HTTPException) and error.status < HTTPStatus.BAD_REQUEST:
        return web.Response(status=error.status, headers=error.headers)  # a handler sends its caller elsewhere
    answer = problem_of(error, more, request.path)
    if not _is_for_people(request):
        return answer
    if isinstance(error, NotAuthenticated) and route_of(request) is not None:
        return to_login(request)
    await who_asks(request)  # whose page it is; a path that is none of ours asked nobody
    told = orjson.loads(answer.body or b"{}")  # type: ignore[arg-type]  # bytes, as ``problem`` made it
    context = {"status": answer.status, "title": told["title"], "detail": told["detail"]}
    page = show(request, "error.html", answer.status, **context)
    for name in (hdrs.RETRY_AFTER, hdrs.ALLOW):
        if name in answer.headers:
            page.headers[name] = answer.headers[name]
    return page


def _is_for_people(request: web.Request) -> bool:
    return not request.path.startswith(API) and "text/html" in request.headers.get(hdrs.ACCEPT, "text/html")
