from __future__ import annotations

import pytest

from consumers.console.api import OPERATIONS
from consumers.console.api.operations import PREFIX, Operation
from runtime.access.identity import Role
from tests.consumers.api.api_served import Api


@pytest.mark.parametrize(
    ("query", "name", "must"),
    [
        ("colour=red", "colour", "is none of this operation's parameters"),
        ("provider=", "provider", "must be a name"),
        ("subject_ref=", "subject_ref", "must have 1 to 400 characters"),
        ("provider=a&provider=b", "provider", "is there more than once"),
        ("outcome=approved", "outcome", "must be one of UNKNOWN, PENDING"),
        ("kind=verification", "kind", "must be one of"),
        ("final=1", "final", "must be true or false"),
        ("limit=0", "limit", "must be a whole number from 1 to 200"),
        ("limit=201", "limit", "must be a whole number from 1 to 200"),
        ("limit=ten", "limit", "must be a whole number"),
        ("since=yesterday", "since", "must be a moment"),
        ("since=2026-03-01T12:00:00", "since", "must be a moment"),
        ("since=2026-03-01T12:00:00+01:00", "since", "+ is written %2B"),
        ("since=2026-02-30T12:00:00Z", "since", "must be a moment"),
        ("cursor=nonsense", "cursor", "is none of this question's"),
        ("cursor=not+one", "cursor", "must be a cursor as it was given"),
    ],
)
async def test_a_wrong_parameter_is_named_with_what_it_must_be(api: Api, query: str, name: str, must: str) -> None:
    found = await api.get(f"/verifications?{query}")
    assert (400, "application/problem+json") == (found.status, found.headers["content-type"])
    assert [name] == list(found.json["fields"])
    assert must in found.json["fields"][name]


async def test_every_fault_of_a_request_is_told_at_once(api: Api) -> None:
    found = await api.get("/verifications?limit=0&final=no&colour=red")
    assert {"limit", "final", "colour"} == set(found.json["fields"])


async def test_a_search_without_a_text_is_refused(api: Api) -> None:
    assert {"q": "is missing"} == (await api.get("/search")).json["fields"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_nobody_is_answered_who_may_not_ask(api: Api, operation: Operation) -> None:
    """Before anything else about the request is looked at."""
    method, role = operation.method, operation.role
    path = operation.path.replace("{partition}", "0").replace("{offset}", "0").replace("{", "").replace("}", "")
    if role is None:
        assert 200 == (await api.ask(method, path, None)).status
        return
    assert 401 == (await api.ask(method, f"{path}?colour=red", None)).status
    assert 401 == (await api.ask(method, path, None, headers={"Authorization": "Bearer nobody's"})).status
    too_low = {Role.OPERATOR: "vic", Role.ADMIN: "olga"}.get(role)
    if too_low is not None:
        assert 403 == (await api.ask(method, f"{path}?colour=red", too_low)).status


async def test_other_methods_are_told_which_there_are(api: Api) -> None:
    """HEAD is GET without the body; OPTIONS has nothing more to say."""
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        found = await api.ask(method, "/verifications", "ada")
        assert (405, "GET, HEAD") == (found.status, found.headers["allow"]), method
    head, get = await api.ask("HEAD", "/verifications", "vic"), await api.get("/verifications")
    assert (200, b"") == (head.status, head.body)
    assert get.headers["etag"] == head.headers["etag"]
    assert get.headers["content-length"] == head.headers["content-length"]


async def test_a_path_that_is_not_there_is_a_problem(api: Api) -> None:
    found = await api.get("/nothing")
    assert (404, "no-such-path") == (found.status, found.json["code"])


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len(OPERATIONS) == len({each.name for each in OPERATIONS})
    assert len(OPERATIONS) == len({(each.method, PREFIX + each.path) for each in OPERATIONS})
