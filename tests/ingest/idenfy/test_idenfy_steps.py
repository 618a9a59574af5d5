"""Additional steps of a token: the three published forms, and every fault by its path."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.action import InvalidArgument
from ingest.vendors.idenfy import words
from ingest.vendors.idenfy.steps import DATA, STEPS, check_data, check_steps
from tests.ingest.idenfy.ordering import body_of, planned

STEP = {
    "type": "COMPARE",
    "texts": {"de": {"name": "Adressnachweis", "description": "Nicht älter als drei Monate."}},
    "fields": ["address"],
    "settings": {"canUpload": False, "canCapture": True, "canUploadPDF": False},
}

NOTHING = 'holds nothing; for a token without steps write {"ALL": {"ALL": {}}}'


def _in(step: object) -> object:
    return {"ALL": {"ALL": {"UTILITY_BILL": step}}}


@pytest.mark.parametrize(
    "steps",
    [
        {"ALL": {"ALL": {}}},
        {"ALL": {"ALL": ["ADDITIONAL_DOCUMENT"]}},
        _in(STEP),
        _in({}),
        {"LT": {"PASSPORT": ["A"], "ALL": {}}, "lv": {"OTHER": {"A": {"type": "UPLOAD"}, "b-2": STEP}}},
    ],
)
def test_each_published_form_is_sent_as_it_is(steps: object) -> None:
    """Page "Additional steps": an object of steps, a list of their names, or nothing, by country and document."""
    assert steps == body_of("create-token", clientId="c-1", additionalSteps=steps)["additionalSteps"]


BILL = "additionalSteps.ALL.ALL.UTILITY_BILL"

REFUSED: list[tuple[object, str, str]] = [
    ([], "additionalSteps", "give a JSON object"),
    ({}, "additionalSteps", NOTHING),
    ("UTILITY_BILL", "additionalSteps", "give a JSON object"),
    ({"Lithuania": {}}, "additionalSteps.Lithuania", "no such name here; write ALL, or a country's two letters"),
    ({"LT": {}}, "additionalSteps.LT", NOTHING),
    ({"LT": ["UTILITY_BILL"]}, "additionalSteps.LT", "give a JSON object"),
    (
        {"ALL": {"VISA": {}}},
        "additionalSteps.ALL.VISA",
        f"no such name here; write one of: ALL, {', '.join(words.STEP_DOCUMENTS)}",
    ),
    ({"ALL": {"ALL": []}}, "additionalSteps.ALL.ALL", "name a step, or write {} for none"),
    (
        {"ALL": {"ALL": "A"}},
        "additionalSteps.ALL.ALL",
        "give an object of steps, a list of their names, or {} for none",
    ),
    (
        {"ALL": {"ALL": None}},
        "additionalSteps.ALL.ALL",
        "give an object of steps, a list of their names, or {} for none",
    ),
    ({"ALL": {"ALL": ["A", {"type": "UPLOAD"}]}}, "additionalSteps.ALL.ALL[1]", "give a text of 1 to 100 characters"),
    ({"ALL": {"ALL": ["A", "A"]}}, "additionalSteps.ALL.ALL[1]", "stands there twice"),
    ({"ALL": {"ALL": {"": {}}}}, "additionalSteps.ALL.ALL.?", "give a text of 1 to 100 characters"),
    ({"ALL": {"ALL": {"Ann Smith": 5}}}, "additionalSteps.ALL.ALL.?", "give a JSON object"),
    (_in("UPLOAD"), BILL, "give a JSON object"),
    (_in({"colour": "red"}), f"{BILL}.colour", "no such member; there are: type, texts, fields, settings"),
    (_in({"type": "READ"}), f"{BILL}.type", "write one of: UPLOAD, COMPARE, EXTRACT"),
    (_in({"type": None}), f"{BILL}.type", "write one of: UPLOAD, COMPARE, EXTRACT"),
    (_in({"texts": []}), f"{BILL}.texts", "give a JSON object"),
    (
        _in({"texts": {"xx": {}}}),
        f"{BILL}.texts.xx",
        f"no such language; write one of: {', '.join(words.LOCALES)}",
    ),
    (_in({"texts": {"de": "Bitte"}}), f"{BILL}.texts.de", "give a JSON object"),
    (
        _in({"texts": {"de": {"name": "Bitte"}}}),
        f"{BILL}.texts.de.description",
        "missing; a person is shown name and description",
    ),
    (
        _in({"texts": {"de": {"name": "", "description": "Bitte"}}}),
        f"{BILL}.texts.de.name",
        "give a text of 1 to 5000 characters",
    ),
    (
        _in({"texts": {"de": {"title": "Bitte"}}}),
        f"{BILL}.texts.de.title",
        "no such member; there are: name, description",
    ),
    (_in({"fields": "address"}), f"{BILL}.fields", "give a list"),
    (_in({"fields": [5]}), f"{BILL}.fields[0]", "give a text of 1 to 100 characters"),
    (_in({"settings": True}), f"{BILL}.settings", "give a JSON object"),
    (_in({"settings": {"canUpload": "no"}}), f"{BILL}.settings.canUpload", "give true or false"),
    (
        _in({"settings": {"canSing": True}}),
        f"{BILL}.settings.canSing",
        "no such member; there are: canUpload, canCapture, canUploadPDF",
    ),
]


@pytest.mark.parametrize(("steps", "path", "fault"), REFUSED)
def test_a_fault_is_named_by_its_path(steps: object, path: str, fault: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{re.escape(f'{path}: {fault}')}$") as refused:
        planned("create-token", clientId="c-1", additionalSteps=steps)
    assert path == refused.value.name


@pytest.mark.parametrize(
    ("data", "path", "fault"),
    [
        ([], "additionalData", "give a JSON object"),
        ({"UTILITY_BILL": "Street 1"}, "additionalData.UTILITY_BILL", "give a JSON object"),
        (
            {"UTILITY_BILL": {"address": 5}},
            "additionalData.UTILITY_BILL.address",
            "give a text of 0 to 5000 characters",
        ),
        ({"": {}}, "additionalData.?", "give a text of 1 to 100 characters"),
    ],
)
def test_a_fault_of_additional_data_is_named_by_its_path(data: object, path: str, fault: str) -> None:
    """Page "Additional steps": by the step's name, the fields' values."""
    with pytest.raises(InvalidArgument, match=f"^{re.escape(f'{path}: {fault}')}$"):
        planned("create-token", clientId="c-1", additionalData=data)


@pytest.mark.parametrize("steps", [{"ALL": {"ALL": {}}}, {"ALL": {"ALL": ["OTHER_STEP"]}}, {"LT": {"ALL": {"B": {}}}}])
def test_data_belong_to_a_step_of_the_same_request(steps: object) -> None:
    """Page "Additional steps": the step's name must match."""
    with pytest.raises(InvalidArgument, match=r"^additionalData\.A: none of the steps in additionalSteps$"):
        check_data({"A": {"address": "Street 1"}}, steps)


@pytest.mark.parametrize("steps", [None, {"LT": {"ALL": ["A"]}}, {"ALL": {"ALL": {"A": {}}}}])
def test_data_of_a_step_that_may_be_asked_for_pass(steps: object) -> None:
    """Without steps in the request the account's own are taken, and nobody here knows them."""
    check_data({"A": {"address": "Street 1"}}, steps)


_KEYS = st.sampled_from(["ALL", "LT", "PASSPORT", "UTILITY_BILL", "type", "texts", "de", "name", "fields", "settings"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["UPLOAD", "A"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(_JSON, _JSON)
def test_whatever_json_comes_it_passes_or_is_refused_by_its_path(steps: object, data: object) -> None:
    """And never with another error."""
    assert (_fault(steps, data) or STEPS).startswith((STEPS, DATA))


def _fault(steps: object, data: object) -> str | None:
    try:
        check_steps(steps)
        check_data(data, steps)
    except InvalidArgument as refused:
        return refused.name
    return None
