"""Identifications from their creation to IDnow's attempts, against the sandbox."""

from __future__ import annotations

import re

import orjson
import pytest

from ingest.act.errors import InvalidOrder
from ingest.action import InvalidArgument
from ingest.api import Target, Unconfirmed, VendorUnavailable
from ingest.vendors.solaris.api import fetch
from tests.ingest.asking import Scripted
from tests.ingest.solaris.conftest import Solaris
from tests.ingest.solaris.ordering import IDENTIFICATION, IDS, PERSON, planned, sample

GIVEN: dict[str, object] = {"person_id": PERSON, "method": "idnow"}
PROOF: dict[str, object] = {"proof_of_address_type": "GAS_BILL", "proof_of_address_issued_at": "2022-03-03"}
AT = f"/v1/persons/{PERSON}/identifications"

_AN_IBAN = "iban: give an IBAN in capitals, without blanks"

REFUSED: list[tuple[dict[str, object], str]] = [
    ({"method": "video"}, "method: write one of: idnow, "),
    ({"language": "de"}, "language: write one of: DE, EN"),
    ({"proof_of_address_type": "RENT"}, "proof_of_address_type: write one of: BANK_ACCOUNT_STATEMENT, "),
    (PROOF | {"proof_of_address_issued_at": "03.03.2022"}, "proof_of_address_issued_at: give a date as YYYY-MM-DD"),
    (
        {"proof_of_address_type": "GAS_BILL"},
        "proof_of_address_issued_at: missing; it goes with proof_of_address_type",
    ),
    (
        {"proof_of_address_issued_at": "2022-03-03"},
        "proof_of_address_type: missing; it goes with proof_of_address_issued_at",
    ),
    ({"iban": "DE02 1001"}, _AN_IBAN),
    ({"iban": "de02100100109307118603"}, _AN_IBAN),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_a_wrong_identification_is_refused_by_its_field(arguments: dict[str, object], message: str) -> None:
    """Sections 6.2 and 6.3, and the guide, "POST Create identification"."""
    with pytest.raises((InvalidArgument, InvalidOrder), match=f"^{re.escape(message)}"):
        planned("create-identification", **(GIVEN | arguments))


def test_an_identification_of_the_guide_is_sent_as_the_guide_sends_it() -> None:
    wanted = sample("identification-create-request")
    [request] = planned("create-identification", person_id=PERSON, **wanted).requests
    assert wanted == request.json


def test_what_only_some_methods_take_is_passed_on() -> None:
    """Section 7: form and meaning of the device data are not public, so they go as they are."""
    more = {"iban": "DE02100100109307118603", "device_data": {"a": [1]}}
    [request] = planned("create-identification", person_id=PERSON, method="bank_plus", **more).requests
    assert more | {"method": "bank_plus"} == request.json


async def test_an_identification_is_created_and_not_begun(solaris: Solaris) -> None:
    """Section 7; it is the person's, and has no way in yet."""
    person = await solaris.person()
    done = await solaris.does("create-identification", person_id=person, method="idnow", **PROOF)
    assert isinstance(done.shown, dict)
    assert (done.shown["id"], person, "created", None) == (
        *(done.verification_id, done.subject_ref, done.shown["status"], done.shown["url"]),
    )
    assert PROOF == {name: done.shown[name] for name in PROOF}
    [told] = (await solaris.asked.control("GET", "truth"))["identifications"]
    assert (done.verification_id, person, ["created"]) == (told["id"], told["personId"], told["history"])


async def test_a_creation_is_sent_once(solaris: Solaris) -> None:
    """Section 7, conventions: there is no idempotency key. What was answered badly was created all the same."""
    person = await solaris.person()
    await solaris.asked.control("PUT", "faults", next=["html"])
    with pytest.raises(VendorUnavailable) as caught:
        await solaris.does("create-identification", person_id=person, method="idnow")
    calls = await solaris.calls("POST /v1/persons/{person_id}/identifications")
    assert (1, True) == (calls, caught.value.was_sent)
    assert 1 == len((await solaris.asked.control("GET", "truth"))["identifications"])


@pytest.mark.parametrize("answer", [[], {}, {"id": 7}, {"id": "a/b"}, {"id": IDENTIFICATION, "person_id": "another"}])
async def test_a_success_that_names_no_identification_of_the_person_is_unconfirmed(answer: object) -> None:
    with pytest.raises(Unconfirmed):
        await planned("create-identification", **GIVEN).carry_out(Scripted({AT: answer}))


async def test_a_requested_identification_waits_and_shows_the_persons_way_in(solaris: Solaris) -> None:
    """The guide, step 2: whoever has url or reference can take the person's place, so neither is kept."""
    ids = await solaris.created()
    done = await solaris.does("request-identification", **ids)
    assert isinstance(done.shown, dict)
    assert sample("identification-requested-pending-response").keys() == done.shown.keys()
    assert ("pending", True) == (done.shown["status"], done.shown["url"].startswith("https://"))
    kept = orjson.loads(done.kept or b"")
    assert done.shown.keys() - {"url", "reference"} == kept.keys()
    assert done.shown["reference"].encode() not in (done.kept or b"")


async def test_what_was_requested_is_read_once_more(solaris: Solaris) -> None:
    """So that it is known to wait, though its callback were lost."""
    ids = await solaris.created()
    done = await solaris.does("request-identification", **ids)
    person, name = ids["person_id"], ids["identification_id"]
    assert ((Target("identification", str(name), str(person)),), person) == (done.read, done.subject_ref)
    [body] = (await fetch(solaris.asked.call, done.read[0])).bodies
    assert "pending" == orjson.loads(body)["status"]


async def test_a_request_that_is_repeated_changes_nothing(solaris: Solaris) -> None:
    """Whoever got no answer may ask again: the way in stays the same one."""
    ids = await solaris.created()
    first, second = [await solaris.does("request-identification", **ids) for _ in range(2)]
    assert first.shown == second.shown


@pytest.mark.parametrize("answer", [[], {}, {"id": "another", "url": "https://way.in"}])
async def test_a_success_about_another_identification_is_unconfirmed(answer: object) -> None:
    """Some cache has mixed up its answers; a way in is not kept even then."""
    plan = planned("request-identification", **IDS)
    with pytest.raises(Unconfirmed) as caught:
        await plan.carry_out(Scripted({f"{AT}/{IDENTIFICATION}/request": answer}))
    assert b"way.in" not in (caught.value.answer or b"")


@pytest.mark.parametrize("is_known", [True, False], ids=["person known", "person looked up"])
async def test_an_identification_is_read_as_fetching_reads_it(solaris: Solaris, is_known: bool) -> None:  # noqa: FBT001 - a row
    """The action itself calls nothing: what the target says is shown, and becomes an event."""
    ids = await solaris.requested()
    arguments = ids if is_known else {"identification_id": ids["identification_id"]}
    plan = planned("identification", **arguments)
    done = await plan.carry_out(Scripted({}))
    target = Target("identification", str(ids["identification_id"]), str(ids["person_id"]) if is_known else None)
    assert ((target,), b"", None) == (done.read, done.answer, done.shown)
    [body] = (await fetch(solaris.asked.call, target)).bodies
    assert (ids["identification_id"], "pending") == (orjson.loads(body)["id"], orjson.loads(body)["status"])
    [request] = plan.requests
    assert (await solaris.asked.call(request)).document is not None


async def test_the_supported_documents_are_listed(solaris: Solaris) -> None:
    """Section 7: for people, before a call."""
    done = await solaris.does("supported-documents", **await solaris.created())
    assert isinstance(done.shown, list)
    assert [{"document_type", "issuing_countries"}] * 2 == [each.keys() for each in done.shown]
    assert done.kept is None, "the answer is kept whole"


@pytest.mark.parametrize("action", ["supported_documents", "idnow_attempts"])
@pytest.mark.parametrize("answer", [{}, {"id": "another"}, "text"])
async def test_an_answer_that_is_no_list_is_none(action: str, answer: object) -> None:
    name = {"supported_documents": "supported-documents", "idnow_attempts": "attempts"}[action]
    with pytest.raises(VendorUnavailable):
        await planned(name, **IDS).carry_out(Scripted({f"{AT}/{IDENTIFICATION}/{action}": answer}))


async def test_the_attempts_are_shown_whole_and_kept_without_what_idnow_said_of_the_person(solaris: Solaris) -> None:
    """Section 7: id, result, reason and IDnow's own message. Of a list that holds something else nothing is told."""
    ids = await solaris.requested()
    name = ids["identification_id"]
    await solaris.asked.control("POST", f"identifications/{name}/result", result="ABORTED", reason="TECH_LIGHTING")
    done = await solaris.does("attempts", **ids)
    assert isinstance(done.shown, list)
    [shown], [kept] = done.shown, orjson.loads(done.kept or b"")
    assert (name, "TECH_LIGHTING") == (shown["payload"]["identificationprocess"]["transactionnumber"], shown["reason"])
    assert {"id": shown["id"], "result": "ABORTED", "reason": "TECH_LIGHTING"} == kept
    with pytest.raises(VendorUnavailable):
        await planned("attempts", **IDS).carry_out(Scripted({f"{AT}/{IDENTIFICATION}/idnow_attempts": ["odd"]}))
