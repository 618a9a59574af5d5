"""What an operator sees of a process: ids and results, and nobody's name."""

from __future__ import annotations

import orjson
import pytest

from ingest.action import Done
from ingest.api import NotThere, Target, VendorUnavailable
from ingest.calling import opened
from tests.ingest.credas.conftest import Credas, plan_of
from tests.ingest.credas.portal import ENTITY, OTHER_PROCESS, PROCESS, Portal, process_of, result_of, summary_of
from tests.ingest.credas.talking import account_at

ACTIONS = ["process", "entries", "summary"]


def said(done: Done, name: str) -> list[dict[str, object]]:
    """What was told is what the log keeps."""
    assert isinstance(done.shown, dict)
    assert done.shown == orjson.loads(done.kept or b"")
    found: list[dict[str, object]] = done.shown[name]
    return found


async def test_how_far_a_process_has_come_is_told_and_read(credas: Credas) -> None:
    """So that an operator can have it read anew."""
    made = await credas.completed()
    done = await credas.act("process", "", process=made.process.upper())
    assert {"process": made.process, "status": "2 Complete"} == done.shown
    assert (Target("process", made.process),) == done.read


async def test_the_entries_tell_what_overrides_take(credas: Credas) -> None:
    """Their ids, those of their documents, and the results of all of them."""
    made = await credas.completed(liveness=2, document=3, supporting=[3, 7])
    [entry] = said(await credas.act("entries", "", process=made.process), "entries")
    created = entry.pop("created")
    assert isinstance(created, str)
    assert {
        "entity": made.entity,
        "entry": made.entry,
        "result": "2 AutoFail",
        "liveness": "2 AutoFail",
        "documents": [{"id": made.document, "result": "3 PendingManualCheck"}],
        "supporting_documents": [
            {"id": made.supporting[0], "result": "3 PendingManualCheck"},
            {"id": made.supporting[1], "result": "7 Requested"},
        ],
    } == entry


async def test_entries_of_another_process_are_left_out() -> None:
    """A person may have several (facts, section 1); one of which nothing is known yet may be of this one."""
    own, others, new = ({"id": name, "entityId": ENTITY} for name in (PROCESS, OTHER_PROCESS, ENTITY))
    summary = summary_of(ENTITY, result_of(entryId=PROCESS), result_of(OTHER_PROCESS, entryId=OTHER_PROCESS))
    portal = Portal(
        {
            f"/processes/{PROCESS}": process_of(2, ENTITY),
            f"/entities/{ENTITY}/summary": summary,
            f"/entities/{ENTITY}/idv-entries": [own, others, new],
        }
    )
    done = await plan_of("entries", "", process=PROCESS).carry_out(portal)
    assert [PROCESS, ENTITY] == [each["entry"] for each in said(done, "entries")]


async def test_the_summary_tells_each_result_of_the_process(credas: Credas) -> None:
    """In the words of the list that the account's numbers are in; other arrays' numbers stand alone."""
    made = await credas.completed(liveness=2)
    await credas.control("POST", f"processes/{made.process}/data_check", kind="bank-account", result=1)
    results = said(await credas.act("summary", "", process=made.process), "results")
    by_array = {each["of"]: each for each in results}
    identity, bank = by_array["identityverifications"], by_array["bankaccountchecks"]
    assert ("3 Fail", "3 Fail", "1 Pass") == tuple(
        identity[name] for name in ("overallResult", "livenessResult", "documentResult")
    )
    assert ("1", made.entry, None) == (bank["overallResult"], identity["entry"], bank["entry"])
    plan = plan_of("summary", "", options={"identity_verifications": "verification"}, process=made.process)
    results = said(await plan.carry_out(credas.call), "results")
    assert "3 PendingManualCheck" in [each["overallResult"] for each in results]


@pytest.mark.parametrize("action", ["entries", "summary"])
async def test_no_name_is_told_or_kept(credas: Credas, action: str) -> None:
    """The log holds enough of them as it is."""
    process, _ = await credas.invited(firstName="Zoe", surname="Unheard")
    await credas.control("POST", f"processes/{process}/complete")
    done = await credas.act(action, "", process=process)
    assert b"Unheard" not in orjson.dumps(done.shown) + (done.kept or b"") + done.answer


async def test_the_magic_link_is_shown_and_not_kept(credas: Credas) -> None:
    """Facts, section 5: whoever has it goes on as that person."""
    process, entity = await credas.invited()
    done = await credas.act("magic-link", "", process=process, entity=entity)
    assert isinstance(done.shown, dict)
    assert done.shown["link"].startswith("https://")
    assert {"process": process, "entity": entity} == orjson.loads(done.kept or b"")
    assert b"" == done.answer


@pytest.mark.parametrize("action", ACTIONS)
async def test_what_cannot_be_read_is_said_to_be_so(credas: Credas, action: str) -> None:
    """Unknown, a wrong key, and a process that names nobody."""
    with pytest.raises(NotThere):
        await credas.act(action, "", process=PROCESS)
    async with opened(account_at(credas.url, "another")) as client:
        with pytest.raises(VendorUnavailable, match="403"):
            await plan_of(action, "", process=PROCESS).carry_out(client.call)
    of_nobody = Portal({f"/processes/{PROCESS}": process_of(), f"/processes/{PROCESS}/details": {}})
    if action != "process":
        with pytest.raises(NotThere, match="name an entity"):
            await plan_of(action, "", process=PROCESS).carry_out(of_nobody)


async def test_a_link_that_is_none_is_not_shown(credas: Credas) -> None:
    """An answer of another form is none of Credas'."""
    process, entity = await credas.invited()
    path = f"/processes/{process}/entities/{entity}/magic-link"
    for document in (None, "", {"link": "x"}):
        with pytest.raises(VendorUnavailable):
            await plan_of("magic-link", "", process=process, entity=entity).carry_out(Portal({path: document}))
