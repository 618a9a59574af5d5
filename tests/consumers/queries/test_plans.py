from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from consumers.projections import queries
from consumers.projections.queries import ActionFilter, AlertFilter, LetterFilter, VerificationFilter, WorkFilter
from consumers.projections.store import Store, open_store
from tests.consumers.migrated import migrated_file
from tests.consumers.seeding import verification

_ASKS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "find": lambda store: queries.find(store, "customer"),
    "status": lambda store: queries.status(store, "idenfy", "scan-1"),
    "timeline": lambda store: queries.timeline(store, "idenfy", "scan-1"),
    "subject": lambda store: queries.subject(store, "customer-1"),
    "verifications": lambda store: queries.verifications(store, VerificationFilter(provider="idenfy", final=True)),
    "of a subject": lambda store: queries.verifications(store, VerificationFilter(subject_ref="customer-1")),
    "open work": lambda store: queries.open_work(store, WorkFilter(provider="idenfy", source="idenfy-eu")),
    "alerts": lambda store: queries.alerts(store, AlertFilter(acknowledged=False)),
    "alerts of a vendor": lambda store: queries.alerts(store, AlertFilter(provider="idenfy", test=False)),
    "alerts of a verification": lambda store: queries.alerts(
        store, AlertFilter(provider="idenfy", verification_id="scan-1")
    ),
    "dead letters": lambda store: queries.dead_letters(store, LetterFilter(reason="NOT_JSON")),
    "actions": lambda store: queries.actions(store, ActionFilter(provider="idenfy")),
}


@pytest.mark.parametrize("name", _ASKS)
async def test_sqlite_walks_an_index_and_sorts_nothing_large(tmp_path: Path, name: str) -> None:
    """It has no figures of its tables, so a statement must leave it no other choice: no table is read whole, and only
    what belongs to one reference is sorted.
    """
    async with open_store(migrated_file(tmp_path / "views.db")) as store:
        for number in range(3):
            await verification(store, number, provider=("idenfy", "solaris", "idverse")[number])
        for plan in await _plans(store, _ASKS[name]):
            whole = [step for step in plan if step.startswith("SCAN ") and not _is_small(step)]
            assert [] == whole, plan
            searched = " ".join(step for step in plan if step.startswith("SEARCH "))
            of_one = "subject_ref=?" in searched or "verification_id=?" in searched
            assert of_one or not any("FOR ORDER BY" in step for step in plan), plan


def _is_small(step: str) -> bool:
    """In the order of an index until the page is full; or what a part of the statement has already found."""
    return " USING INDEX " in step or " USING COVERING INDEX " in step or step.startswith(("SCAN anon", "SCAN CONST"))


async def _plans(store: Store, ask: Callable[[Store], Awaitable[object]]) -> list[list[str]]:
    said: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
        said.append((statement, values))

    engine = store._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await ask(store)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    plans = []
    async with store.reading() as connection:
        for statement, values in said:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.append([str(row.detail) for row in rows])
    assert plans
    return plans
