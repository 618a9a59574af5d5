"""Overrides against a Credas that is really there: what they change, and that nothing is left half done."""

from __future__ import annotations

import orjson
import pytest

from ingest.api import NotThere, Target, Unconfirmed, VendorUnavailable
from ingest.calling import opened
from ingest.vendors.credas.api import fetch
from tests.ingest.credas.conftest import REASON, Credas, plan_of
from tests.ingest.credas.portal import ENTITY, ENTRY, OTHER_PROCESS, PROCESS
from tests.ingest.credas.talking import account_at

VERDICTS = pytest.mark.parametrize(
    ("result", "number", "name"),
    [("verify", 4, "ManualPass"), ("reject", 5, "ManualFail"), ("refer", 6, "ManualRefer")],
)
LOST = ["hang-after", "500-after"]
"""The call had its effect, and nobody is told so."""


@VERDICTS
async def test_a_liveness_is_set_for_a_reason(credas: Credas, result: str, number: int, name: str) -> None:
    """Facts, section 5.2. It is read back, and the process is what is to be read then."""
    made = await credas.completed(liveness=2)
    done = await credas.act("override-liveness", **made.ids, result=result)
    entry = await credas.entry_of(made.process)
    assert (number, REASON) == (entry["liveness"], entry["reason"])
    asked, now = {"result": result, "reason": REASON}, [{"id": made.entry, "result": f"{number} {name}"}]
    expected = {"asked": asked, "now": now, "holds": True}
    assert {**made.ids, **expected} == done.shown
    targets = (Target("process", made.process, made.entity), Target("idv-entries", made.process, made.entity))
    assert (True, made.entity, targets) == (done.holds, done.subject_ref, done.read)


async def test_what_is_read_afterwards_says_that_it_passed(credas: Credas) -> None:
    """The failed liveness was all that was wrong."""
    made = await credas.completed(liveness=2)
    before = await fetch(credas.call, Target("process", made.process, made.entity))
    done = await credas.act("override-liveness", **made.ids, result="verify")
    after = await fetch(credas.call, done.read[0])
    results = [orjson.loads(each.bodies[1])["identityVerifications"][0]["overallResult"] for each in (before, after)]
    assert [3, 1] == results


@VERDICTS
async def test_an_id_document_is_set_for_a_reason(credas: Credas, result: str, number: int, name: str) -> None:
    """Facts, section 5.2."""
    made = await credas.completed(document=3)
    done = await credas.act("override-document", **made.ids, document=made.document.upper(), result=result)
    [document] = (await credas.entry_of(made.process))["documents"]
    assert (number, REASON) == (document["result"], document["reason"])
    assert (True, [{"id": made.document, "result": f"{number} {name}"}]) == (done.holds, done.shown["now"])  # type: ignore[index]


async def test_supporting_documents_are_reviewed_together(credas: Credas) -> None:
    """One result for several of them, for one reason."""
    made = await credas.completed(supporting=[3, 3, 3])
    done = await credas.act("review-documents", **made.ids, document=list(made.supporting[:2]), result="verify")
    found = (await credas.entry_of(made.process))["supporting_documents"]
    assert [(4, REASON), (4, REASON), (3, None)] == [(each["result"], each["comments"]) for each in found]
    assert done.holds


async def test_supporting_documents_are_reviewed_one_by_one(credas: Credas) -> None:
    """Each with a result and comments of its own, or with the reason."""
    made = await credas.completed(supporting=[3, 3, 3])
    first, second, third = made.supporting
    reviews: list[object] = [
        {"id": first, "result": 5, "comments": "a copy"},
        {"id": second, "result": "refer"},
        {"id": third, "result": "4"},
    ]
    done = await credas.act("review-documents", **made.ids, reviews=reviews)
    found = (await credas.entry_of(made.process))["supporting_documents"]
    assert [(5, "a copy"), (6, REASON), (4, REASON)] == [(each["result"], each["comments"]) for each in found]
    assert done.holds


async def test_the_other_spelling_of_the_path_is_not_tried(credas: Credas) -> None:
    """Section 5.2: it is reported, and the settings say which one there is."""
    made = await credas.completed(supporting=[3])
    options = {"documents_path": "non-biometric-documents"}
    plan = plan_of("review-documents", options=options, **made.ids, document=[made.supporting[0]], result="verify")
    with pytest.raises(NotThere):
        await plan.carry_out(credas.call)
    assert 3 == (await credas.entry_of(made.process))["supporting_documents"][0]["result"]


async def test_the_same_override_twice_is_safe(credas: Credas) -> None:
    """Both are sent, both hold, and it stands there once."""
    made = await credas.completed(liveness=2)
    shown = [(await credas.act("override-liveness", **made.ids, result="verify")).shown for _ in range(2)]
    assert shown[0] == shown[1]
    assert (2, 4) == (await credas.calls("liveness"), (await credas.entry_of(made.process))["liveness"])


@pytest.mark.parametrize("fault", LOST)
async def test_one_whose_answer_was_lost_is_found_and_not_sent_again(credas: Credas, fault: str) -> None:
    """Section 7: read first."""
    made = await credas.completed(liveness=2, supporting=[3])
    await credas.fault(fault, "liveness")
    done = await credas.act("override-liveness", **made.ids, result="verify")
    assert (True, b"", 1) == (done.holds, done.answer, await credas.calls("liveness"))
    await credas.fault(fault, "id-document")
    assert (await credas.act("override-document", **made.ids, document=made.document, result="reject")).holds
    await credas.fault(fault, "supporting-documents")
    assert (await credas.act("review-documents", **made.ids, document=[*made.supporting], result="5")).holds
    assert (1, 1) == (await credas.calls("id-document"), await credas.calls("supporting-documents"))


@pytest.mark.parametrize("fault", ["hang", "500", "html", "html-200", "error-body"])
async def test_one_that_did_not_arrive_is_sent_again(credas: Credas, fault: str) -> None:
    """Once: it was looked for, and did not hold. A page or an error that passes for a success is none."""
    made = await credas.completed(liveness=2)
    await credas.fault(fault, "liveness")
    done = await credas.act("override-liveness", **made.ids, result="verify")
    assert (True, 2) == (done.holds, await credas.calls("liveness"))


async def test_one_that_never_arrives_is_unconfirmed(credas: Credas) -> None:
    """It is sent twice and no more."""
    made = await credas.completed(liveness=2)
    await credas.fault("hang", "liveness", times=0)
    with pytest.raises(Unconfirmed):
        await credas.act("override-liveness", **made.ids, result="verify")
    assert (2, 2) == (await credas.calls("liveness"), (await credas.entry_of(made.process))["liveness"])


async def test_one_that_cannot_be_read_back_is_unconfirmed(credas: Credas) -> None:
    """It was carried out, and nobody could see that."""
    made = await credas.completed(liveness=2)
    await credas.fault("500", "idv-entry")
    with pytest.raises(Unconfirmed, match="it was accepted"):
        await credas.act("override-liveness", **made.ids, result="verify")
    assert 4 == (await credas.entry_of(made.process))["liveness"]


async def test_one_that_is_accepted_and_does_not_show_does_not_hold(credas: Credas) -> None:
    """What is read back is what counts."""
    made = await credas.completed(liveness=2)
    await credas.act("override-liveness", **made.ids, result="refer")
    await credas.fault("stale", "idv-entry")
    done = await credas.act("override-liveness", **made.ids, result="verify")
    assert (False, "6 ManualRefer") == (done.holds, done.shown["now"][0]["result"])  # type: ignore[index]


async def test_a_wrong_key_does_nothing(credas: Credas) -> None:
    """403 (section 7): whoever asked may ask again as soon as the key is right."""
    made = await credas.completed(liveness=2)
    plan = plan_of("override-liveness", **made.ids, result="verify")
    async with opened(account_at(credas.url, "another")) as client:
        with pytest.raises(VendorUnavailable, match="answers 403 to our credentials") as caught:
            await plan.carry_out(client.call)
    assert (False, 0) == (caught.value.was_sent, await credas.calls("liveness"))


async def test_what_is_unknown_is_not_there(credas: Credas) -> None:
    """A person, a submission, documents: each is said to be so, and nothing is changed."""
    made = await credas.completed(liveness=2, supporting=[3])
    first, other = made.supporting[0], ENTRY
    for action, arguments in (
        ("override-liveness", {**made.ids, "entity": ENTITY, "result": "verify"}),
        ("override-liveness", {**made.ids, "entry": ENTRY, "result": "verify"}),
        ("override-document", {**made.ids, "document": other, "result": "verify"}),
        ("review-documents", {**made.ids, "document": [first, other], "result": "verify"}),
    ):
        with pytest.raises(NotThere):
            await credas.act(action, **arguments)
    entry = await credas.entry_of(made.process)
    assert (2, 3) == (entry["liveness"], entry["supporting_documents"][0]["result"])


async def test_an_entry_of_another_process_is_not_touched(credas: Credas) -> None:
    """Else the log would have another verification decided than the one that was. Where no result names the entry,
    nobody can tell.
    """
    made = await credas.completed(liveness=2)
    with pytest.raises(NotThere, match=r"^process: the entry belongs to another one"):
        await credas.act("override-liveness", **{**made.ids, "process": OTHER_PROCESS}, result="verify")
    assert 0 == await credas.calls("liveness")
    await credas.fault("empty", "summary")
    assert (await credas.act("override-liveness", **{**made.ids, "process": PROCESS}, result="verify")).holds


async def test_what_fails_before_it_was_sent_did_nothing(credas: Credas) -> None:
    """Whoever asked may simply ask again."""
    made = await credas.completed(liveness=2)
    await credas.fault("500", "summary")
    with pytest.raises(VendorUnavailable) as caught:
        await credas.act("override-liveness", **made.ids, result="verify")
    assert (False, 0) == (caught.value.was_sent, await credas.calls("liveness"))
