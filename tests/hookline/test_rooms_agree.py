"""What the doors and the normalizers must both know, though neither may import the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.vendors import DOORS

CASES = sorted(Path(__file__).parents[1].glob("normalizers/*/cases/*"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_callback_is_partitioned_by_the_verification_that_its_event_is_about(case: Path) -> None:
    """Else one verification's callbacks lie in several partitions, and their order is lost."""
    expected = json.loads((case / "expected.json").read_bytes())
    request = json.loads((case / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (case / request["body_file"]).read_bytes() if raw is None else raw.encode()
    headers = CIMultiDictProxy(CIMultiDict(request["headers"]))
    found = DOORS[case.parents[1].name].verification_id(headers, body) or "$callback"
    assert {event["verification_id"] for event in expected["events"]} <= {found}
