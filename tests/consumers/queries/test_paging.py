from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.projections import queries
from consumers.projections.queries import InvalidCursor, Page, StatusRow, VerificationFilter, WorkFilter
from consumers.projections.store import Store
from consumers.projections.tables import STATUS
from tests.consumers.seeding import Values, minute, put, status_row, verification


async def pages(ask: Callable[[str | None], Awaitable[Page[StatusRow]]]) -> list[list[str]]:
    """The ids on each page, from the first to the last."""
    found, cursor = [], None
    while True:
        page = await ask(cursor)
        found.append([row.verification_id for row in page.items])
        if page.next is None:
            return found
        cursor = page.next


async def test_pages_hold_every_row_once_the_newest_first(store: Store) -> None:
    """Also those that arrived in the same moment; and the last page says that it is the last."""
    rows = [status_row(number, received_at=minute(number // 3)) for number in range(7)]
    await put(store, STATUS, *rows)
    found = await pages(lambda cursor: queries.verifications(store, VerificationFilter(), cursor=cursor, limit=3))
    assert [["scan-6", "scan-5", "scan-4"], ["scan-3", "scan-2", "scan-1"], ["scan-0"]] == found
    exactly = await queries.verifications(store, VerificationFilter(), limit=7)
    assert (7, None) == (len(exactly.items), exactly.next)


async def test_what_comes_meanwhile_moves_no_row_from_one_page_to_the_next(store: Store) -> None:
    await put(store, STATUS, *(status_row(number) for number in range(4)))
    first = await queries.verifications(store, VerificationFilter(), limit=2)
    await put(store, STATUS, status_row(9))
    second = await queries.verifications(store, VerificationFilter(), cursor=first.next, limit=2)
    assert ["scan-1", "scan-0"] == [row.verification_id for row in second.items]


async def test_open_work_is_paged_the_longest_wait_first(store: Store) -> None:
    waiting = {"waits_for": "REVIEWER", "final": False, "outcome": "NEEDS_REVIEW"}
    await put(store, STATUS, *(status_row(number, waits_since=minute(9 - number), **waiting) for number in range(4)))
    await put(store, STATUS, status_row(5))
    found = await pages(lambda cursor: queries.open_work(store, WorkFilter(), cursor=cursor, limit=3))
    assert [["scan-3", "scan-2", "scan-1"], ["scan-0"]] == found


async def test_a_cursor_of_another_question_is_refused(store: Store) -> None:
    """Another filter, or another list: its place means nothing there."""
    await put(store, STATUS, *(status_row(number) for number in range(3)))
    first = await queries.verifications(store, VerificationFilter(provider="idenfy"), limit=1)
    assert first.next is not None
    with pytest.raises(InvalidCursor):
        await queries.verifications(store, VerificationFilter(), cursor=first.next)
    with pytest.raises(InvalidCursor):
        await queries.open_work(store, WorkFilter(), cursor=first.next)


def _forged(*values: object) -> str:
    return urlsafe_b64encode(orjson.dumps(values)).decode()


@pytest.mark.parametrize("own_read_model", ["sqlite"], indirect=True)  # no database is asked
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(),
        st.binary().map(lambda content: urlsafe_b64encode(content).decode()),
        st.lists(st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(), st.none(), st.booleans())).map(
            lambda values: _forged(*values)
        ),
    )
)
async def test_any_other_text_is_no_cursor(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        await queries.verifications(store, VerificationFilter(), cursor=cursor)


@pytest.mark.parametrize("own_read_model", ["sqlite"], indirect=True)  # no database is asked
@pytest.mark.parametrize(
    "values", [(2**62, "a", "b", "c"), ("x", "a", "b", "c"), (True, "a", "b", "c"), (1, "a\0", "b", "c"), (1, 2, 3, 4)]
)
async def test_a_cursor_whose_places_no_row_can_have_is_refused(store: Store, values: tuple[object, ...]) -> None:
    question = queries.paging.question_of("verifications", VerificationFilter())
    with pytest.raises(InvalidCursor):
        await queries.verifications(store, VerificationFilter(), cursor=_forged(question, *values))


async def test_each_filter_leaves_what_it_names(store: Store) -> None:
    changes: list[Values] = [
        {},
        {"provider": "solaris"},
        {"source": "elsewhere"},
        {"kind": "AML"},
        {"outcome": "REJECTED"},
        {},
        {"final": False},
        {"test": True},
    ]
    for number, change in enumerate(changes):
        await verification(store, number, **change)
    expected = {
        VerificationFilter(provider="solaris"): ["scan-1"],
        VerificationFilter(source="elsewhere"): ["scan-2"],
        VerificationFilter(kind="AML"): ["scan-3"],
        VerificationFilter(outcome="REJECTED"): ["scan-4"],
        VerificationFilter(subject_ref="customer-5"): ["scan-5"],
        VerificationFilter(final=False): ["scan-6"],
        VerificationFilter(test=True): ["scan-7"],
        VerificationFilter(since=minute(7)): ["scan-7"],
        VerificationFilter(until=minute(1)): ["scan-0"],
        VerificationFilter(provider="\0"): [],
    }
    found = {wanted: (await queries.verifications(store, wanted)).items for wanted in expected}
    assert expected == {wanted: [row.verification_id for row in rows] for wanted, rows in found.items()}
