"""Whatever a request holds, the IDVerse sandbox creates a transaction or refuses; it never breaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st

from sandbox.idverse import Account, Behaviour
from sandbox.idverse.bodies import created, fetched
from sandbox.idverse.deliver import Notification, packed
from sandbox.idverse.refusal import Refused
from sandbox.idverse.transaction import Transaction, ulid
from sandbox.idverse.validate import OPTIONAL_TEXTS, parsed
from sandbox.idverse.world import World

T = TypeVar("T")

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
URLS = st.sampled_from(["https://", "http://127.0.0.1", "https://a.example", ""]).flatmap(
    lambda start: st.text(max_size=8).map(lambda end: start + end)
)
TOLD = st.fixed_dictionaries(
    {"type": st.just("https"), "url": URLS | PLAIN},
    optional={"auth_header_name": st.text(max_size=5), "auth_header_value": st.text(max_size=5)},
)
NOTIFICATIONS = PLAIN | st.fixed_dictionaries({"complete": st.lists(TOLD | PLAIN, max_size=2)})
REQUESTS = st.fixed_dictionaries(
    {},
    optional={"notifications": NOTIFICATIONS, "doc_only": PLAIN, "flow_type": PLAIN}
    | dict.fromkeys(OPTIONAL_TEXTS, PLAIN),
)


def _tried(call: Callable[[], T]) -> T | int:
    """What the call gives, or the status with which it is refused; any other error is the test's failure."""
    try:
        return call()
    except Refused as refused:
        return refused.status


@given(REQUESTS, st.sampled_from(["form", "query", "json"]))
def test_any_create_is_created_or_refused(request: dict[str, Any], form: Any) -> None:  # noqa: ANN401 - one of three
    """Whatever is created can be told and fetched; a refusal leaves nothing."""
    world = World(Account(), Behaviour(seed=1), None)

    transaction = _tried(lambda: world.create(request, "API"))

    if isinstance(transaction, Transaction):
        for receiver in transaction.receivers:
            members = {"status": "COMPLETED", "transaction_id": transaction.transaction_id}
            packed(Notification(transaction.transaction_id, "complete", members, receiver), form)
        assert "PENDING" == json.loads(json.dumps(fetched(transaction, 0, 1)))["status"]
        assert created(transaction, "t")["transaction_id"] == transaction.transaction_id
    else:
        assert (400, {}) == (transaction, world.transactions)


@given(st.binary(max_size=60) | PLAIN.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_a_bad_request(raw: bytes) -> None:
    body = _tried(lambda: parsed(raw))

    assert body == 400 or (json.loads(raw) if raw else {}) == body


@given(st.lists(st.integers(), min_size=2, max_size=30, unique=True), st.floats(0, 4e9))
def test_ids_are_different_ulids_in_order_of_time(seeds: list[int], moment: float) -> None:
    ids = [ulid(moment, seed) for seed in seeds]

    assert len(seeds) == len(set(ids))
    assert {26} == {len(each) for each in ids}
    assert ulid(moment, 1)[:10] <= ulid(moment + 1, 1)[:10]
