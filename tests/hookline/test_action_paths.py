from __future__ import annotations

from pathlib import Path

import orjson
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import definitions

from consumers.console.api import OPERATIONS, document
from hookline.action_paths import ACTION_PATHS
from ingest.act.acting import acting
from ingest.act.web import action_routes
from runtime.eventlog import EventLog, open_log
from runtime.settings import ActSettings, SourceSettings
from schemas.topics import is_compacted


async def test_every_route_of_actions_is_described(tmp_path: Path) -> None:
    """And nothing that is no route."""
    log: EventLog = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    async with acting([SourceSettings(name="idenfy", vendor="idenfy", unsigned=True)], ActSettings(), log) as ready:
        routes = {(route.method.lower(), route.path) for route in action_routes(ready)}
    await log.close()
    assert routes == {(method, path) for path, item in ACTION_PATHS.items() for method in item}


def test_the_description_of_both_is_openapi_3_1() -> None:
    """Each operation under a name of its own."""
    described = orjson.loads(orjson.dumps(document(OPERATIONS, ACTION_PATHS)))
    assert [] == [error.message for error in Draft202012Validator(definitions.OPENAPI_31).iter_errors(described)]
    names = [operation["operationId"] for item in described["paths"].values() for operation in item.values()]
    assert len(names) == len(set(names))
