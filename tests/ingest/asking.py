"""Asking a vendor's sandbox over real sockets as the fetching stage does, and a vendor of whom a test says it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import ClientSession, web

from ingest.api import Answer, Call, NotThere, Open, Request, VendorApi
from ingest.calling.account import accounts_of
from ingest.calling.client import opened
from ingest.vendors import DOORS
from runtime.settings import SourceSettings
from tests.sandbox.conftest import serving


@dataclass(frozen=True, slots=True)
class Asked:
    """A sandbox that runs: ``call`` asks it as an account does, ``control`` plays whoever else is there."""

    url: str
    call: Call
    http: ClientSession

    async def control(self, method: str, path: str, **body: object) -> Any:  # noqa: ANN401 - an answer is any JSON
        async with self.http.request(method, f"{self.url}/_sandbox/{path}", json=body or None) as answer:
            assert answer.status == 200, await answer.read()
            return await answer.json()

    async def does(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - as above
        """A call that Hookline's files do not describe, such as creating something."""
        return (await self.call(Request(method, path, json=body))).document


@asynccontextmanager
async def asked(app: web.Application, vendor: str, base: str = "", **api: str) -> AsyncIterator[Asked]:
    """``base`` is the path of the API; ``token_url`` is a path too."""
    async with serving(app) as url, ClientSession() as http:
        settings = {"base_url": url + base, **api}
        if "token_url" in api:
            settings["token_url"] = url + api["token_url"]
        entry = {"name": vendor, "vendor": vendor, "secrets": ["s"], "environment": "test", "api": settings}
        [account] = accounts_of([SourceSettings.model_validate(entry)]).values()
        async with opened(account) as client:
            yield Asked(url, client.call, http)


def api_of(vendor: str) -> VendorApi:
    api = DOORS[vendor].api
    assert api is not None
    return api


def opened_long_ago(name: str, subject_ref: str | None = None, *, is_business: bool = False) -> Open:
    return Open("source", name, subject_ref, 0.0, 0.0, is_business)


@dataclass(slots=True)
class Scripted:
    """Answers with the document of that path, ``NotThere`` for any other."""

    documents: Mapping[str, object]
    requests: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.path not in self.documents:
            raise NotThere("not there")
        document = self.documents[request.path]
        return Answer(orjson.dumps(document), document)
