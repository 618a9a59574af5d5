"""The API's description: it is OpenAPI 3.1, and it is true."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from schemathesis.specs.openapi import definitions

from consumers.acts import act_as_json
from consumers.console.api import OPERATIONS
from consumers.console.api.openapi import document
from consumers.console.api.operations import PREFIX, Operation
from schemas import callback as callbacks
from schemas import topics
from schemas.action import Action, ActionState
from tests.consumers.api.api_served import TOKENS, Api
from tests.consumers.seeding import letter_row, put_alert, put_letter, verification
from tests.examples import callback

CHECKS = Path(__file__).parent / "schemathesis.toml"


def test_it_is_openapi_3_1() -> None:
    """As its own schema has it; and every schema in it is one of JSON Schema 2020-12."""
    described = orjson.loads(orjson.dumps(document(OPERATIONS)))
    assert [] == [error.message for error in Draft202012Validator(definitions.OPENAPI_31).iter_errors(described)]
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_route_is_described_and_nothing_else() -> None:
    described = document(OPERATIONS)["paths"]
    assert {(each.method.lower(), PREFIX + each.path) for each in OPERATIONS} == {
        (method, path) for path, item in described.items() for method in item
    }


def test_others_in_the_same_application_are_described_too() -> None:
    other = {"/api/v1/action-types": {"get": {"responses": {"200": {"description": "All of them."}}}}}
    described = document(OPERATIONS, {**other, f"{PREFIX}/alerts": {"put": {}}})["paths"]
    assert other["/api/v1/action-types"] == described["/api/v1/action-types"]
    assert {"get", "put"} == described["/api/v1/alerts"].keys()


async def test_answers_have_all_members_that_are_described_and_no_others(api: Api) -> None:
    """Of every kind of row, so that the description keeps no secret and promises nothing."""
    await seeded(api)
    described = orjson.loads(orjson.dumps(document(OPERATIONS)))
    for each in OPERATIONS:
        if each.method != "GET" or each.answer.schema is None:
            continue
        found = await api.get(_path_of(each), "ada")
        assert 200 == found.status, each.name
        schema = described["paths"][PREFIX + each.path]["get"]["responses"]["200"]["content"]["application/json"]
        assert [] == errors(closed(schema["schema"]), found.json, closed(described["components"])), each.name


def test_acts_are_told_as_described() -> None:
    schema = orjson.loads(orjson.dumps(document(OPERATIONS)))
    timeline = schema["paths"][f"{PREFIX}/verifications/{{provider}}/{{verification_id}}/timeline"]["get"]
    told = timeline["responses"]["200"]["content"]["application/json"]["schema"]
    act = told["properties"]["items"]["items"]["properties"]["action"]["anyOf"][0]
    assert list(act["properties"]) == list(act_as_json(Action("1", "status", ActionState.DONE, "ann")))


async def test_requests_of_every_form_are_answered_as_described(api: Api, tmp_path: Path) -> None:
    """What schemathesis makes of the description: valid and invalid requests, their methods, media types and tokens,
    and sequences of them. Nothing is a fault of ours, and nothing is answered in a way that is not described.
    """
    await seeded(api)
    described = without_cursors((await api.get("/openapi.json", None)).json)
    (tmp_path / "openapi.json").write_bytes(orjson.dumps(described))
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CHECKS)),
        *(
            "run",
            "openapi.json",
            "--checks",
            "all",
            "--url",
            api.url,
            "--header",
            f"Authorization: Bearer {TOKENS['ada']}",
        ),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(110):
        told, _ = await process.communicate()
    assert 0 == process.returncode, told.decode()


_THERE = {
    "provider": "idenfy",
    "verification_id": "scan-1",
    "subject_ref": "customer-1",
    "alert_id": "alert-1",
    "letter_key": quote(letter_row(1)["letter_key"], safe=""),
}


def _path_of(operation: Operation) -> str:
    """Of something that is there."""
    return operation.path.format(**_THERE) + ("?q=scan-1" if operation.name == "search" else "")


async def seeded(api: Api) -> None:
    for number in range(3):
        await verification(api.store, number)
        await put_alert(api.store, number)
        await put_letter(api.store, number)
    await verification(api.store, 3, kind="ACTION", vendor_event="override-liveness", outcome="PENDING")
    await api.log.append(topics.callbacks("idenfy"), callbacks.to_message(callback()))


def without_cursors(described: dict[str, Any]) -> dict[str, Any]:
    """Nobody but the server can make one, so none can be made up that is valid; see ``test_paging``."""
    for item in described["paths"].values():
        for operation in item.values():
            operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "cursor"]
    return described


def closed(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    """No object has members that are not described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(each) for name, each in schema.items()}
    is_object = schema.get("type") == "object" and "properties" in schema
    return inner | ({"additionalProperties": False} if is_object and "additionalProperties" not in schema else {})


def errors(schema: dict[str, Any], answer: object, components: dict[str, Any]) -> list[str]:
    whole = {"components": components, **schema}
    registry = Registry[Any]().with_resource("", DRAFT202012.create_resource(whole))
    found = Draft202012Validator(whole, registry=registry).iter_errors(answer)
    return [f"{error.json_path}: {error.message}" for error in found]
