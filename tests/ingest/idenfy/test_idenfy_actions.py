"""What holds of all of iDenfy's actions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.action import Effect, InvalidArgument
from ingest.api import NotThere
from ingest.vendors.idenfy import DOOR
from ingest.vendors.idenfy import words as ours
from sandbox.idenfy import words
from tests.ingest.idenfy.conftest import Idenfy
from tests.ingest.idenfy.ordering import ACTIONS, SCAN_REF, planned

DOCUMENT = Path(__file__).parents[3] / "docs" / "vendors" / "idenfy.md"

OF_ONE_VERIFICATION = ["add-dummy-status", "upload-additional-step", "status", "data", "files", "full-status", "delete"]


def test_the_words_are_the_published_ones() -> None:
    """Those of the sandbox are held against the pages by its own tests."""
    assert (ours.DUMMY_STATUSES, ours.DUMMY_FACES) == (words.DUMMY_STATUSES, words.DUMMY_FACE_VALUES)
    assert ours.DUMMY_DOCUMENTS == words.DUMMY_DOCUMENT_VALUES
    assert words.DOCUMENT_TYPES == frozenset(ours.DOCUMENT_TYPES)
    assert words.TOKEN_TYPES == frozenset(ours.TOKEN_TYPES)
    assert words.LOCALES == frozenset(ours.LOCALES)
    assert words.STEP_TYPES == frozenset(ours.STEP_TYPES)
    assert words.STEP_DOCUMENTS == frozenset(ours.STEP_DOCUMENTS)


def _arguments(name: str, scan_ref: str) -> dict[str, object]:
    """Right ones of an action on that verification."""
    others: dict[str, dict[str, object]] = {
        "add-dummy-status": {"manualFaceMatchResult": "FACE_MATCH", "manualDocumentValidity": "DOC_VALIDATED"},
        "upload-additional-step": {"step": "UTILITY_BILL", "image": b"PDF"},
    }
    return {"scanRef": scan_ref} | others.get(name, {})


@pytest.mark.parametrize("name", OF_ONE_VERIFICATION)
def test_an_action_on_a_verification_says_which(name: str) -> None:
    plan = planned(name, **_arguments(name, SCAN_REF))
    [request] = plan.requests
    assert isinstance(request.json, dict)
    assert ("POST", SCAN_REF, SCAN_REF) == (request.method, plan.verification_id, request.json["scanRef"])


@pytest.mark.parametrize("name", OF_ONE_VERIFICATION)
@pytest.mark.parametrize("scan_ref", ["a b", "x" * 101, "ä", "a\nb"])
def test_an_id_that_is_none_is_refused(name: str, scan_ref: str) -> None:
    """Section 1: opaque, but without blanks and of at most 36 characters so far."""
    with pytest.raises(InvalidArgument, match=rf"^scanRef: not an id of iDenfy's, such as {SCAN_REF}$"):
        planned(name, **_arguments(name, scan_ref))


@pytest.mark.parametrize("name", [each for each in OF_ONE_VERIFICATION if each != "status"])
async def test_a_verification_that_is_not_there_is_not_found(idenfy: Idenfy, name: str) -> None:
    with pytest.raises(NotThere):
        await idenfy.does(name, **_arguments(name, SCAN_REF))


def test_what_an_action_may_lead_to_is_declared() -> None:
    effects = {name: action.effect for name, action in ACTIONS.items() if action.effect is not Effect.READS}
    assert {
        "create-token": Effect.CREATES,
        "add-dummy-status": Effect.DECIDES,
        "upload-additional-step": Effect.CHANGES,
        "delete": Effect.CHANGES,
    } == effects


def test_the_document_lists_the_actions() -> None:
    """Its table, in its order: the action, and the path of its request."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("What can be done here")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| .+ \| `(POST|GET) (\S+)` \|$", section, re.MULTILINE)
    assert [action.name for action in DOOR.actions] == [name for name, _, _ in rows]
    given = {"create-token": {"clientId": "c-1"}, "list": {"clientId": "c-1"}}
    for name, method, path in rows:
        [request] = planned(name, **given.get(name, _arguments(name, SCAN_REF))).requests
        assert (method, path) == (request.method, request.path)
