from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.eventlog import Record
from schemas import fetching
from schemas.fetching import FetchRequest
from schemas.message import Undecodable

TEXT = st.text(min_size=1, max_size=40)
REQUESTS = st.builds(
    FetchRequest,
    source=TEXT,
    kind=TEXT,
    verification_id=TEXT,
    subject_ref=st.none() | TEXT,
    cause=st.none() | TEXT,
    asked_at=st.datetimes(timezones=st.just(UTC)),
    tick=st.none() | st.integers(0, 2**40),
)


def record(key: str, value: bytes | None) -> Record:
    return Record("fetch-requests.acme", 0, 0, key, (), value, 0)


@given(REQUESTS)
def test_a_request_comes_back_as_it_was_written(request: FetchRequest) -> None:
    """Partitioned by its account, so that one process at a time asks for it."""
    message = fetching.to_message(request)
    assert request == fetching.from_record(record(message.key, message.value))
    assert (request.key, request.source) == (message.key, message.partition_key)


@given(st.binary(max_size=100) | st.just(b'{"asked_at": "now"}') | st.just(b"[]"))
def test_whatever_is_no_request_is_undecodable(value: bytes) -> None:
    """It raises that and nothing else, and repeats nothing of it."""
    with pytest.raises(Undecodable, match="not a fetch request"):
        fetching.from_record(record("k", value))


def test_asked_twice_for_the_same_reason_it_is_the_same_request() -> None:
    """For one callback, or on one occasion."""
    first = FetchRequest("acme", "thing", "v1", None, "cause", datetime.now(UTC))
    again = FetchRequest("acme", "thing", "v1", "person", "cause", datetime.now(UTC))
    occasion = FetchRequest("acme", "thing", "v1", None, None, datetime.now(UTC), 7)
    assert (first.key, False) == (again.key, first.key == occasion.key)
