"""A Credas of whom a test says it all, asked without a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ingest.api import Answer, NotThere, Request, VendorError

PROCESS = "1e144e85-f45b-4ae3-8915-ae2826ea1e55"
OTHER_PROCESS = "9afe8b16-0b4d-4da3-a7d3-353c7ebece0d"
ENTITY = "9811e0dc-7bbb-4fdf-be96-b8c7c105080f"
OTHER_ENTITY = "3bd81445-a87d-4aa1-9f1d-72afc60fa414"
ENTRY = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
DOCUMENT = "96d50a9e-6696-4ca6-b9db-ee37b1a5de28"
SUPPORTING = "75e7fa46-7c93-4d2e-86ee-727737c6f482"

_SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
    return json.loads(sample_bytes(name))


def sample_bytes(name: str) -> bytes:
    return (_SAMPLES / f"{name}.json").read_bytes()


def process_of(status: object = 2, *entities: str, name: str = PROCESS) -> dict[str, object]:
    actors = [{"actorId": 42, "entityId": entity} for entity in entities]
    return {"id": name, "status": status, "processActors": actors}


def summary_of(entity: str = ENTITY, *results: Mapping[str, object], **arrays: object) -> dict[str, object]:
    """As published, with these identity verifications and further arrays in place of its placeholders."""
    return {**sample("entity-summary"), "id": entity, "identityVerifications": list(results), **arrays}


def result_of(process: str = PROCESS, entity: str = ENTITY, **members: object) -> dict[str, object]:
    return {"entityId": entity, "processId": process, "entryId": ENTRY, "overallResult": 1, **members}


@dataclass(slots=True)
class Portal:
    """Answers a GET with the document of that path, a PUT with ``answer`` after carrying out what is ``put``.

    ``troubles`` are raised, one a call, by what has the method of that name; ``loses`` says that a PUT in trouble is
    carried out nevertheless.
    """

    documents: dict[str, Any]
    put: dict[str, Any] = field(default_factory=dict)
    troubles: dict[str, list[VendorError]] = field(default_factory=dict)
    loses: bool = False
    answer: bytes = b""
    requests: list[Request] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.requests]

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        trouble = self._trouble(request.method)
        if trouble is not None:
            raise trouble
        if request.method == "PUT":
            self.documents |= self.put
            return Answer(self.answer)
        if request.path not in self.documents:
            raise NotThere("not there")
        document = self.documents[request.path]
        return Answer(orjson.dumps(document), document)

    def _trouble(self, method: str) -> VendorError | None:
        troubles = self.troubles.get(method, [])
        if not troubles:
            return None
        if method == "PUT" and self.loses:
            self.documents |= self.put
        return troubles.pop(0)
