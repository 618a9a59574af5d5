"""What cannot be written as JSON is a fault of the field that it stands in, and uses up no key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from consumers.console.desk import ActionFault, ActionOrder
from consumers.console.pages.forms import NUMBER_FORM, NUMBER_SIZE
from hookline.desk import Desk as PagesDesk
from ingest.act.arguments import LEAST, MOST
from runtime.access.identity import Identity, Role
from runtime.eventlog import EventLog
from tests.consumers.pages.conftest import Site, serving
from tests.consumers.read_models import read_model_in
from tests.ingest.act.conftest import Desk
from tests.ingest.act.counter import VENDOR, Counter

ANN = Identity("ann", Role.OPERATOR, ("counter.*",))


def nested(depth: int) -> object:
    found: object = 1
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [("count", 10**30), ("count", -(10**30)), ("count", MOST + 1), ("count", LEAST - 1), ("more", {"a": 10**30}),
     ("more", nested(300)), ("more", nested(2000))],
)  # fmt: skip
async def test_what_is_too_large_is_a_fault_of_its_field(desk: Desk, name: str, value: object) -> None:
    """That is on the log, and mended it is done under the same key."""
    pages = PagesDesk(desk.acting)
    with pytest.raises(ActionFault) as raised:
        await pages.perform(ANN, ActionOrder(VENDOR, "create", {"customer": "c", name: value}, key="form-1"))
    assert ("invalid-argument", 400, [name]) == (raised.value.code, raised.value.status, list(raised.value.fields))
    assert [raised.value.action_id] == [step.id for step in await desk.steps()]
    done = await pages.perform(ANN, ActionOrder(VENDOR, "create", {"customer": "c", "count": MOST}, key="form-1"))
    assert ("DONE", False) == (done.state, done.replayed)


TYPED: Mapping[str, str | None] = {
    "9" * 30: NUMBER_SIZE, "-" + "9" * 5000: NUMBER_SIZE, str(MOST + 1): NUMBER_SIZE, "1_0": NUMBER_FORM,
    "\u0661": NUMBER_FORM, "1.0": NUMBER_FORM, " 10 ": None, str(MOST): None, str(LEAST): None,
}  # fmt: skip
"""What is wrong with each."""


@pytest.fixture
async def site(log: EventLog, vendor: Counter, tmp_path: Path) -> AsyncIterator[Site]:
    async with read_model_in(tmp_path) as store, serving(log, store, vendor) as it:
        yield it


async def test_a_forms_number_is_of_digits_and_fits(site: Site) -> None:
    """What was typed is shown again beside what is wrong with it, and done once it is mended."""
    for number, (typed, fault) in enumerate(TYPED.items()):
        fields = {"argument.customer": "customer-1", "key": f"form-{number}"}
        seen = await site.post("/actions/counter/create", fields | {"argument.count": typed}, "ann")
        status = 200 if fault is None else 400
        assert (status, True) == (seen.status, fault is None or fault in seen.text), typed
        if fault is not None:
            assert number == len(site.vendor.calls)
            mended = await site.post("/actions/counter/create", fields | {"argument.count": "10"}, "ann")
            assert 200 == mended.status
        assert ["POST /things"] * (number + 1) == site.vendor.calls
