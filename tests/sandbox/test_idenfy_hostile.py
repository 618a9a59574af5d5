"""Whatever a token request holds, the iDenfy sandbox creates a verification or refuses; it never breaks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dice import dice
from sandbox.idenfy import Account, Behaviour, bodies, words
from sandbox.idenfy.api import parsed
from sandbox.idenfy.people import scan_ref
from sandbox.idenfy.refusal import Refused
from sandbox.idenfy.validate import TOKEN_FIELDS
from sandbox.idenfy.verification import Verification
from sandbox.idenfy.world import World

T = TypeVar("T")

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(["ALL", "LT", "ID_CARD", "UTILITY_BILL", "type", "texts", "fields", "settings", "en", "name"])
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from([*TOKEN_FIELDS, "additionalSteps", "additionalData"])


def _tried(call: Callable[[], T]) -> T | str | None:
    """What the call gives, or the identifier with which it is refused; any other error is the test's failure."""
    try:
        return call()
    except Refused as refused:
        return refused.identifier


@given(st.dictionaries(FIELDS, JSON, max_size=4))
def test_any_token_request_is_created_or_refused(fields: dict[str, Any]) -> None:
    """Whatever is created can be told in a webhook, and a refusal spends no credit."""
    world = World(Account(credits=1), Behaviour(seed=1), None)

    created = _tried(lambda: world.create({"clientId": "c"} | fields, dummy=False))

    if isinstance(created, Verification):
        body = json.loads(world.encode(bodies.result(created, words.AUTO_FINISHED)))
        assert (created.scan_ref, 0) == (body["scanRef"], world.credits)
    else:
        assert created in {"BAD_VALUE", "MISSING_VALUE", "PARTNER_CONTRACT_ERROR"}
        assert 1 == world.credits


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_refused(raw: bytes) -> None:
    body = _tried(lambda: parsed(raw))

    assert body in ("JSON_ERROR", "ENCODING_ERROR") or body == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "identifier"),
    [
        (b'{"clientId": NaN}', "JSON_ERROR"),
        (b'{"clientId": ' + b"9" * 5000 + b"}", "JSON_ERROR"),
        (b"[" * 100_000, "JSON_ERROR"),
        (rb'{"clientId": "\ud800"}', "ENCODING_ERROR"),
    ],
)
def test_what_json_should_not_hold_is_refused(raw: bytes, identifier: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(raw)

    assert identifier == refused.value.identifier


@given(st.lists(st.integers(0, 5_000), min_size=2, max_size=50, unique=True), st.integers(0, 4_000_000_000))
def test_scan_refs_are_different_uuids_of_version_1(serials: list[int], moment: int) -> None:
    """Facts 1: a scanRef is usually a UUIDv1-like text of 36 characters."""
    refs = [scan_ref(dice("seed", serial), moment, serial) for serial in serials]

    assert len(serials) == len(set(refs))
    assert {(1, uuid.RFC_4122, 36)} == {(uuid.UUID(ref).version, uuid.UUID(ref).variant, len(ref)) for ref in refs}
