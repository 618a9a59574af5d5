"""What holds of all of Solaris' actions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.action import Effect, InvalidArgument
from ingest.api import ANYTHING, NotThere, Request
from ingest.vendors.solaris import DOOR, beginning
from sandbox.solaris import words
from tests.ingest.solaris.conftest import Solaris
from tests.ingest.solaris.ordering import ACTIONS, IDENTIFICATION, IDS, NAMES, PERSON, planned

DOCUMENT = Path(__file__).parents[3] / "docs" / "vendors" / "solaris.md"

URL = "https://hooks.example.com/callbacks/solaris"
AT = f"/v1/persons/{PERSON}/identifications"
FIRST_PAGE = (("page[number]", "1"), ("page[size]", "500"))
WEBHOOKS = Request("GET", "/v1/webhooks", FIRST_PAGE)
SUBSCRIPTION: dict[str, object] = {"event_type": "IDENTIFICATION", "url": URL}

PLANS: list[tuple[str, dict[str, object], list[Request], str | None]] = [
    ("create-person", NAMES, [Request("POST", "/v1/persons", json=NAMES)], None),
    ("person", {"person_id": PERSON}, [Request("GET", f"/v1/persons/{PERSON}")], PERSON),
    (
        "create-identification",
        {"person_id": PERSON, "method": "idnow", "language": "EN"},
        [Request("POST", AT, json={"method": "idnow", "language": "EN"})],
        None,
    ),
    ("request-identification", IDS, [Request("PATCH", f"{AT}/{IDENTIFICATION}/request")], IDENTIFICATION),
    ("identification", IDS, [Request("GET", f"{AT}/{IDENTIFICATION}")], IDENTIFICATION),
    (
        "identification",
        {"identification_id": IDENTIFICATION},
        [Request("GET", "/v1/identifications", FIRST_PAGE)],
        IDENTIFICATION,
    ),
    ("supported-documents", IDS, [Request("GET", f"{AT}/{IDENTIFICATION}/supported_documents")], IDENTIFICATION),
    ("attempts", IDS, [Request("GET", f"{AT}/{IDENTIFICATION}/idnow_attempts")], IDENTIFICATION),
    ("subscribe", SUBSCRIPTION, [WEBHOOKS, Request("POST", "/v1/webhooks", json=SUBSCRIPTION)], None),
    ("subscriptions", {}, [WEBHOOKS], None),
    ("unsubscribe", {"subscription_id": "4c6f"}, [Request("DELETE", "/v1/webhooks/4c6f", form=ANYTHING)], None),
]

WITH_IDS = [(name, arguments, field) for name, arguments, _, _ in PLANS for field in arguments if field.endswith("_id")]


@pytest.mark.parametrize(("name", "arguments", "requests", "about"), PLANS)
def test_what_each_action_asks_for(
    name: str, arguments: dict[str, object], requests: list[Request], about: str | None
) -> None:
    """Facts, sections 2 and 7."""
    plan = planned(name, **arguments)
    assert (tuple(requests), about) == (plan.requests, plan.verification_id)


def test_every_action_is_tried_here() -> None:
    """One that is added is tried too."""
    assert {action.name for action in DOOR.actions} == {name for name, _, _, _ in PLANS}


@pytest.mark.parametrize(("name", "arguments", "field"), WITH_IDS)
@pytest.mark.parametrize("id_", ["a/b", "..", "a b", "ä", "x" * 201, "a?b", "a%2fb"])
def test_what_can_be_no_id_is_never_sent(name: str, arguments: dict[str, object], field: str, id_: str) -> None:
    """Section 1: opaque, but it must not lead to another path. The message does not repeat it."""
    fault = f"an id of {len(id_)} characters is not written as this vendor writes ids"
    with pytest.raises(InvalidArgument, match=f"^{field}: {fault}$"):
        planned(name, **{**arguments, field: id_})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create-identification", {"person_id": PERSON, "method": "idnow"}),
        ("request-identification", IDS),
        ("supported-documents", IDS),
        ("attempts", IDS),
        ("unsubscribe", {"subscription_id": "4c6f"}),
    ],
)
async def test_what_solaris_does_not_know_is_not_found(
    solaris: Solaris, name: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(NotThere) as caught:
        await solaris.does(name, **arguments)
    assert b"model_not_found" in (caught.value.answer or b"")


def test_what_an_action_may_lead_to_is_declared() -> None:
    effects = {name: action.effect for name, action in ACTIONS.items() if action.effect is not Effect.READS}
    assert {
        "create-person": Effect.CHANGES,
        "create-identification": Effect.CREATES,
        "request-identification": Effect.CHANGES,
        "subscribe": Effect.CHANGES,
        "unsubscribe": Effect.CHANGES,
    } == effects


def test_the_words_are_the_published_ones() -> None:
    """Sections 6.2 and 6.3; the sandbox has them too."""
    assert set(words.METHODS) == set(beginning.METHODS)
    assert words.LANGUAGES == beginning.LANGUAGES
    assert words.PROOFS_OF_ADDRESS == beginning.PROOFS_OF_ADDRESS


def test_the_document_lists_the_actions() -> None:
    """Its table, in its order: the action, and its request."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("What can be done here")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \| `([A-Z]+) (\S+)` \|$", section, re.MULTILINE)
    assert [action.name for action in DOOR.actions] == [name for name, _, _ in rows]
    asked = {name: requests[-1] for name, _, requests, _ in reversed(PLANS)}
    for name, method, path in rows:
        written = (
            path.replace("{person_id}", PERSON).replace("{id}", IDENTIFICATION).replace("{subscription_id}", "4c6f")
        )
        assert (asked[name].method, asked[name].path) == (method, written)
