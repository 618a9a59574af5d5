"""What each action asks for, what it does not take, and that the facts list them all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ingest.action import Effect, InvalidArgument
from ingest.api import ANYTHING, Request
from ingest.vendors.credas import DOOR
from runtime.secrets import Secret
from tests.ingest.credas.conftest import BY_NAME, REASON, plan_of
from tests.ingest.credas.portal import DOCUMENT, ENTITY, ENTRY, OTHER_ENTITY, PROCESS, SUPPORTING, sample

FACTS = Path(__file__).parents[3] / "docs" / "vendors" / "credas.md"
IDS: dict[str, Any] = {"process": PROCESS.upper(), "entity": ENTITY.upper(), "entry": ENTRY.upper()}
PATH = f"/entities/{ENTITY}/idv-entries/{ENTRY}"
JOURNEY = "fae35444-2710-43db-98a0-23fbfeef6f8b"
PERSON: dict[str, Any] = {"firstName": "Ada", "surname": "Example", "actorId": 42}
CREATED: dict[str, Any] = {"title": "A check", "journeyId": JOURNEY, "processEntities": [PERSON]}
NO_GUID = "not a GUID, such as 3fa85f64-5717-4562-b3fc-2c963f66afa6"
OURS = r"not one that an operator can set; write one of: verify \(4\), reject \(5\), refer \(6\)"


def put(path: str, body: object = None) -> Request:
    return Request("PUT", path, json=body, form=ANYTHING)


PLANS: list[tuple[str, dict[str, Any], Request]] = [
    ("override-liveness", {**IDS, "result": "verify"}, put(f"{PATH}/verify-liveness", {"reason": REASON})),
    (
        "override-document",
        {**IDS, "document": DOCUMENT.upper(), "result": "reject"},
        put(f"{PATH}/id-document/{DOCUMENT}/reject", {"reason": REASON}),
    ),
    (
        "review-documents",
        {**IDS, "document": [SUPPORTING.upper()], "result": "6"},
        put(f"{PATH}/non-biometic-documents/review", [{"id": SUPPORTING, "result": 6, "comments": REASON}]),
    ),
    (
        "review-documents",
        {**IDS, "reviews": [{"id": SUPPORTING, "result": 5, "comments": " a copy "}, {"id": DOCUMENT, "result": "4"}]},
        put(
            f"{PATH}/non-biometic-documents/review",
            [
                {"id": SUPPORTING, "result": 5, "comments": "a copy"},
                {"id": DOCUMENT, "result": 4, "comments": REASON},
            ],
        ),
    ),
    ("create-process", CREATED, Request("POST", "/processes", json=CREATED)),
    ("reinvite", {"process": PROCESS.upper()}, put(f"/processes/{PROCESS}/reinvite-idv")),
    ("resend-invite", {"process": PROCESS, "entity": ENTITY.upper()}, put(f"/entities/{ENTITY}/resend-invite")),
    ("delete-process", {"process": PROCESS}, Request("DELETE", f"/processes/{PROCESS}", form=ANYTHING)),
    ("process", {"process": PROCESS.upper()}, Request("GET", f"/processes/{PROCESS}")),
    ("entries", {"process": PROCESS}, Request("GET", f"/processes/{PROCESS}")),
    ("summary", {"process": PROCESS}, Request("GET", f"/processes/{PROCESS}")),
    (
        "magic-link",
        {"process": PROCESS, "entity": ENTITY},
        Request("GET", f"/processes/{PROCESS}/entities/{ENTITY}/magic-link"),
    ),
]


@pytest.mark.parametrize(("action", "arguments", "expected"), PLANS)
def test_what_each_action_asks_for(action: str, arguments: dict[str, Any], expected: Request) -> None:
    """Facts, sections 5 and 5.2. Ids are sent in lower case, and the process is what it is about."""
    plan = plan_of(action, **arguments)
    assert (expected,) == plan.requests
    assert (None if action == "create-process" else PROCESS) == plan.verification_id


def test_every_action_is_tried_here() -> None:
    """One that is added is tried too."""
    assert {action.name for action in DOOR.actions} == {name for name, _, _ in PLANS}
    assert len(DOOR.actions) == len(BY_NAME)


def test_the_facts_list_every_action_and_its_request() -> None:
    """The table under "What can be done here", in the same order; what stands for an id is in braces there."""
    section = FACTS.read_text(encoding="utf-8").partition("What can be done here")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| `([A-Z]+) ([^` ]+)` \|$", section, flags=re.MULTILINE)
    assert [action.name for action in DOOR.actions] == [name for name, _, _ in rows]
    requests = {name: request for name, _, request in PLANS}
    for name, method, path in rows:
        written = re.sub(r"\\{[a-zA-Z]+\\}", "[^/]+", re.escape(path))
        assert re.fullmatch(written, requests[name].path), name
        assert method == requests[name].method


def test_what_decides_takes_a_reason() -> None:
    """Section 5.2; whoever throws a process away says why, too."""
    deciding = {"override-liveness", "override-document", "review-documents", "delete-process"}
    assert deciding == {action.name for action in DOOR.actions if action.effect is Effect.DECIDES}
    assert deciding == {action.name for action in DOOR.actions if action.needs_reason}
    creating = [action.name for action in DOOR.actions if action.effect is Effect.CREATES]
    assert ["create-process"] == creating


def test_the_path_is_spelled_as_the_source_says() -> None:
    """Section 5.2: the published spelling, unless an account knows better."""
    options = {"documents_path": "non-biometric-documents"}
    plan = plan_of("review-documents", options=options, **IDS, document=[SUPPORTING], result="verify")
    assert f"{PATH}/non-biometric-documents/review" == plan.requests[0].path


def test_a_process_is_asked_for_in_the_published_form() -> None:
    """Section 5; an older text's webhookStepUrl is gone from the newer one."""
    published = sample("process-create-request")
    asked: dict[str, Any] = {
        **published,
        "journeyId": JOURNEY.upper(),
        "userGroupId": ENTITY.upper(),
        "webhookUrl": "https://hookline.example/callbacks/credas",
    }
    asked.pop("webhookStepUrl")
    [request] = plan_of("create-process", **asked).requests
    assert {**asked, "journeyId": JOURNEY, "userGroupId": ENTITY} == request.json


def test_the_token_is_not_in_the_plan() -> None:
    """Section 3: it is made when the request is sent."""
    url, key = "https://hookline.example/callbacks/credas", Secret("env:KEY", b"token-key:" + b"k" * 32)
    [request] = plan_of("create-process", secrets=(key,), webhookUrl=url, **CREATED).requests
    assert {**CREATED, "webhookUrl": url} == request.json


CROWDS: list[Any] = [{}, [], [PERSON] * 51, "Ada"]
REVIEWED: dict[str, Any] = {"id": SUPPORTING, "result": 4, "comments": "seen"}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    *(
        (action, {**more, "process": PROCESS, "entity": ENTITY, "entry": ENTRY, name: "1"}, f"{name}: {NO_GUID}")
        for action, more in (
            ("override-liveness", {"result": "verify"}),
            ("override-document", {"result": "verify", "document": DOCUMENT}),
            ("review-documents", {"result": "verify", "document": [DOCUMENT]}),
        )
        for name in IDS
    ),
    ("override-document", {**IDS, "document": "../x", "result": "verify"}, f"document: {NO_GUID}"),
    ("review-documents", {**IDS}, "document: missing"),
    ("review-documents", {**IDS, "document": [], "result": "verify"}, "document: missing"),
    ("review-documents", {**IDS, "document": [SUPPORTING]}, "result: missing; write one of: verify, reject, refer"),
    ("review-documents", {**IDS, "document": [SUPPORTING, "x"], "result": "4"}, rf"document\[1\]: {NO_GUID}"),
    (
        "review-documents",
        {**IDS, "document": [SUPPORTING, SUPPORTING.upper()], "result": "4"},
        "reviews: one document is named twice",
    ),
    *(
        ("review-documents", {**IDS, "document": [SUPPORTING], "result": result}, f"result: {OURS}")
        for result in ("0", "1", "2", "3", "7", "8", "-4", "pass", "")
    ),
    *(
        ("review-documents", {**IDS, "reviews": [{**REVIEWED, "result": result}]}, rf"reviews\[0\]\.result: {OURS}")
        for result in (0, 1, 3, 7, 8, 4.0, True, None, [4])
    ),
    ("review-documents", {**IDS, "reviews": {}}, "reviews: give a list of objects"),
    ("review-documents", {**IDS, "reviews": []}, "reviews: 0 of them; give 1 to 50"),
    ("review-documents", {**IDS, "reviews": [1]}, r"reviews\[0\]: give an object"),
    (
        "review-documents",
        {**IDS, "reviews": [{**REVIEWED, "Result": 4}]},
        r"reviews\[0\]: has members that it does not",
    ),
    ("review-documents", {**IDS, "reviews": [REVIEWED, {"result": 4}]}, rf"reviews\[1\]\.id: {NO_GUID}"),
    ("review-documents", {**IDS, "reviews": [{**REVIEWED, "comments": 1}]}, r"reviews\[0\]\.comments: give a text"),
    ("review-documents", {**IDS, "reviews": [{**REVIEWED, "comments": " "}]}, r"reviews\[0\]\.comments: missing"),
    ("review-documents", {**IDS, "reviews": [REVIEWED], "result": "4"}, "reviews: says it all"),
    ("create-process", {**CREATED, "title": " "}, "title: give a text that is not empty"),
    ("create-process", {**CREATED, "journeyId": "1"}, f"journeyId: {NO_GUID}"),
    ("create-process", {**CREATED, "userGroupId": "1"}, f"userGroupId: {NO_GUID}"),
    *(
        ("create-process", {**CREATED, "webhookUrl": url}, "webhookUrl: write https://…/callbacks/<source>")
        for url in (
            "hookline.example",
            "ftp://a.example/",
            "https:///x",
            "https://a.example/?t=1",
            "https://a.example/#x",
            "https://u@a.example/",
            "https://a.example/ x",
            "https://[a",
        )
    ),
    *(
        ("create-process", {**CREATED, "processEntities": people}, "processEntities: give a list of 1 to 50 people")
        for people in CROWDS
    ),
    *(
        ("create-process", {**CREATED, "processEntities": [PERSON, person]}, rf"processEntities\[1\]{fault}")
        for person, fault in (
            (1, ": give an object with firstName"),
            ({**PERSON, "age": 7}, ": has members that Credas does not have"),
            ({**PERSON, "surname": ""}, r"\.surname: give a text that is not empty"),
            ({**PERSON, "emailAddress": ""}, r"\.emailAddress: give a text that is not empty"),
            ({**PERSON, "reference": 7}, r"\.reference: give a text"),
            ({**PERSON, "actorId": "42"}, r"\.actorId: give the actor's number"),
            ({**PERSON, "actorId": True}, r"\.actorId: give the actor's number"),
            ({**PERSON, "actorId": 0}, r"\.actorId: give the actor's number"),
            ({**PERSON, "inPerson": "no"}, r"\.inPerson: give true or false"),
            ({"firstName": "Ada", "surname": "Example"}, r"\.actorId: missing"),
            ({**PERSON, "firstName": None}, r"\.firstName: missing"),
            ({**PERSON, "contactViaEmail": True}, r"\.emailAddress: missing"),
            ({**PERSON, "contactViaSms": True, "phoneNumber": None}, r"\.phoneNumber: missing"),
        )
    ),
    *((action, {"process": "1"}, f"process: {NO_GUID}") for action in ("reinvite", "delete-process", "process")),
    *((action, {"process": PROCESS + "/x"}, f"process: {NO_GUID}") for action in ("entries", "summary")),
    *(
        (action, {"process": PROCESS, "entity": OTHER_ENTITY[1:]}, f"entity: {NO_GUID}")
        for action in ("resend-invite", "magic-link")
    ),
]


@pytest.mark.parametrize(("action", "arguments", "fault"), WRONG)
def test_what_is_wrong_is_said_by_its_name(action: str, arguments: dict[str, Any], fault: str) -> None:
    """Before anything is sent; the value is not repeated."""
    with pytest.raises(InvalidArgument, match=f"^{fault}"):
        plan_of(action, **arguments)


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("override-liveness", {"result": "verify"}),
        ("override-document", {"result": "verify", "document": DOCUMENT}),
    ],
)
@pytest.mark.parametrize("reason", ["", " \n", "a" * 1001])
def test_an_override_without_a_reason_is_none(action: str, more: dict[str, Any], reason: str) -> None:
    """Section 5.2: Credas is told it."""
    with pytest.raises(InvalidArgument, match=r"^reason: "):
        plan_of(action, reason, **IDS, **more)


def test_a_token_key_that_opens_nothing_is_said_to_be_short() -> None:
    """Else the process' webhook would never come in. Without a webhook there is no token."""
    short = Secret("env:KEY", b"token-key:short")
    with pytest.raises(InvalidArgument, match=r"^webhookUrl: env:KEY: a key of tokens has at least 32 bytes"):
        plan_of("create-process", secrets=(short,), webhookUrl="https://hookline.example/x", **CREATED)
    assert CREATED == plan_of("create-process", secrets=(short,), **CREATED).requests[0].json


def test_addresses_that_are_not_known_may_be_null() -> None:
    """Section 5: null, where nobody is to be reached that way."""
    person = {**PERSON, "emailAddress": None, "phoneNumber": None, "contactViaEmail": False, "contactViaSms": False}
    plan = plan_of("create-process", **{**CREATED, "processEntities": [person]})
    assert {**CREATED, "processEntities": [person]} == plan.requests[0].json
