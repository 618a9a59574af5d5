"""What cannot be written as JSON is a fault of the field that it stands in, and uses up no key."""

from __future__ import annotations

import pytest

from consumers.console.desk import ActionFault, ActionOrder
from consumers.console.pages.forms import NUMBER_FORM, NUMBER_SIZE
from hookline.desk import Desk as PagesDesk
from ingest.act.arguments import LEAST, MOST
from runtime.access.identity import Identity, Role
from tests.consumers.pages.conftest import Site, read_model, site
from tests.ingest.act.conftest import Desk
from tests.ingest.act.counter import VENDOR

__all__ = ["read_model", "site"]

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


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("9" * 30, NUMBER_SIZE), ("-" + "9" * 5000, NUMBER_SIZE), (str(MOST + 1), NUMBER_SIZE), ("1_0", NUMBER_FORM),
     ("\u0661", NUMBER_FORM), ("1.0", NUMBER_FORM), (" 10 ", None), (str(MOST), None), (str(LEAST), None)],
)  # fmt: skip
async def test_a_forms_number_is_of_digits_and_fits(site: Site, typed: str, fault: str | None) -> None:
    """What was typed is shown again beside what is wrong with it, and done once it is mended."""
    fields = {"argument.customer": "customer-1", "key": "one"}
    seen = await site.post("/actions/counter/create", fields | {"argument.count": typed}, "ann")
    assert (200 if fault is None else 400, fault is None) == (seen.status, "POST /things" in site.vendor.calls)
    assert fault is None or fault in seen.text
    if fault is not None:
        mended = await site.post("/actions/counter/create", fields | {"argument.count": "10"}, "ann")
        assert (200, ["POST /things"]) == (mended.status, site.vendor.calls)
