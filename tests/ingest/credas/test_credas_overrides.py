from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
import pytest

from ingest.action import InvalidArgument
from ingest.api import (
    ANYTHING,
    BudgetSpent,
    NotThere,
    Request,
    Unconfirmed,
    VendorError,
    VendorLimited,
    VendorRefused,
    VendorUnavailable,
)
from ingest.vendors.credas.overrides import (
    Entry,
    Review,
    Verdict,
    id_document,
    liveness,
    supporting_documents,
    verdict_of,
)
from ingest.vendors.credas.overriding import (
    Overridden,
    override_id_document,
    override_liveness,
    review_supporting_documents,
)
from tests.ingest.credas.portal import (
    DOCUMENT,
    ENTITY,
    ENTRY,
    OTHER_ENTITY,
    SUPPORTING,
    Portal,
    result_of,
    sample,
    summary_of,
)

IT = Entry(ENTITY, ENTRY)
REASON = sample("override-reason-request")["reason"]
PATH = f"/entities/{ENTITY}/idv-entries/{ENTRY}"
SUMMARY = f"/entities/{ENTITY}/summary"


def entry_of(liveness: int | None = 2, document: int | None = 2, owner: str = ENTITY) -> dict[str, object]:
    """As published, with these results."""
    [entry] = sample("idv-entries")
    [of_document] = entry["idDocuments"]
    documents = [{**of_document}, {**of_document, "id": DOCUMENT.upper(), "verificationResult": document}]
    return {**entry, "entityId": owner, "livenessVerificationResult": liveness, "idDocuments": documents}


def summary_with(result: object) -> dict[str, object]:
    document = {"supportingDocumentId": SUPPORTING, "overallResult": result}
    return summary_of(ENTITY, result_of(supportingDocuments=None), result_of(supportingDocuments=[document]))


@pytest.mark.parametrize(
    ("verdict", "word"), [(Verdict.VERIFY, "verify"), (Verdict.REJECT, "reject"), (Verdict.REFER, "refer")]
)
def test_the_six_requests_with_a_reason_are_the_published_ones(verdict: Verdict, word: str) -> None:
    """Section 5.2; ids in any case are sent in lower case."""
    body = sample("override-reason-request")
    upper = Entry(ENTITY.upper(), ENTRY.upper())
    assert Request("PUT", f"{PATH}/{word}-liveness", json=body, form=ANYTHING) == liveness(
        upper, verdict, f" {REASON}\n"
    )
    expected = Request("PUT", f"{PATH}/id-document/{DOCUMENT}/{word}", json=body, form=ANYTHING)
    assert expected == id_document(upper, DOCUMENT.upper(), verdict, REASON)


def test_a_review_is_the_published_one() -> None:
    """Section 5.2: members in lower case, the results 4, 5, 6, the path as it is spelled there."""
    documents = (SUPPORTING, DOCUMENT, ENTRY)
    reviews = [Review(each, verdict, "seen") for each, verdict in zip(documents, Verdict, strict=True)]
    made = supporting_documents(IT, reviews)
    expected = [{"id": each, "result": n, "comments": "seen"} for each, n in zip(documents, (4, 5, 6), strict=True)]
    assert ("PUT", f"{PATH}/non-biometic-documents/review", expected) == (made.method, made.path, made.json)
    assert set(sample("override-non-biometric-documents-review-request")[0]) == set(expected[0])
    assert f"{PATH}/non-biometric-documents/review" == supporting_documents(IT, reviews, "non-biometric-documents").path


@pytest.mark.parametrize("reason", ["", " \n", "a" * 1001, "a\x00b", "a\x1bb"])
def test_a_reason_is_required_and_bounded(reason: str) -> None:
    """The message names what is wrong and never what was written: there may be names in it."""
    with pytest.raises(InvalidArgument, match=r"^reason: "):
        liveness(IT, Verdict.VERIFY, reason)
    with pytest.raises(InvalidArgument, match=r"^reason: "):
        id_document(IT, DOCUMENT, Verdict.VERIFY, reason)
    with pytest.raises(InvalidArgument, match=r"^reviews\[0\].comments: ") as caught:
        supporting_documents(IT, [Review(DOCUMENT, Verdict.VERIFY, reason)])
    assert not reason.strip() or reason not in str(caught.value)
    assert "a" * 1000 == liveness(IT, Verdict.VERIFY, "a" * 1000).json["reason"]  # type: ignore[index]


@pytest.mark.parametrize("name", ["", "1", "..", ENTRY[:-1], ENTRY + "/x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_guid_does_not_get_into_a_path(name: str) -> None:
    """The message says which of them it was."""
    with pytest.raises(InvalidArgument, match=r"^entity: not a GUID"):
        liveness(Entry(name, ENTRY), Verdict.VERIFY, REASON)
    with pytest.raises(InvalidArgument, match=r"^entry: not a GUID"):
        liveness(Entry(ENTITY, name), Verdict.VERIFY, REASON)
    with pytest.raises(InvalidArgument, match=r"^document: not a GUID"):
        id_document(IT, name, Verdict.VERIFY, REASON)
    with pytest.raises(InvalidArgument, match=r"^reviews\[0\].id: not a GUID"):
        supporting_documents(IT, [Review(name, Verdict.VERIFY, REASON)])


def test_a_review_names_each_document_once_and_some() -> None:
    """Nobody could say which of two results was meant."""
    one = Review(SUPPORTING, Verdict.VERIFY, "seen")
    for reviews in ([], [one, Review(SUPPORTING.upper(), Verdict.REJECT, "seen")], [one] * 51):
        with pytest.raises(InvalidArgument, match=r"^reviews"):
            supporting_documents(IT, reviews)
    with pytest.raises(InvalidArgument, match=r"^documents_path"):
        supporting_documents(IT, [one], "../x")


@pytest.mark.parametrize("text", ["0", "1", "2", "3", "7", "", "pass", "-4", "4.0"])
def test_only_three_results_are_ours_to_set(text: str) -> None:
    """Section 5.2: manual pass, fail and refer."""
    with pytest.raises(InvalidArgument, match=r"^result: .* verify \(4\), reject \(5\), refer \(6\)"):
        verdict_of("result", text)


def test_a_verdict_is_given_by_its_word_or_its_number() -> None:
    """As people write them."""
    assert list(Verdict) == [verdict_of("result", text) for text in ("Verify", " 5", 6)]


Override = Callable[[Portal], Awaitable[Overridden]]


def reviewing(portal: Portal) -> Awaitable[Overridden]:
    return review_supporting_documents(portal, IT, [Review(SUPPORTING, Verdict.VERIFY, "seen")])


WAYS: list[tuple[Override, str, dict[str, object], dict[str, object]]] = [
    (lambda it: override_liveness(it, IT, Verdict.VERIFY, REASON), ENTRY, {PATH: entry_of()}, {PATH: entry_of(4)}),
    (
        lambda it: override_id_document(it, IT, DOCUMENT, Verdict.VERIFY, REASON),
        DOCUMENT,
        {PATH: entry_of()},
        {PATH: entry_of(2, 4)},
    ),
    (reviewing, SUPPORTING, {SUMMARY: summary_with(3)}, {SUMMARY: summary_with(4)}),
]
each_way = pytest.mark.parametrize(("override", "about", "before", "after"), WAYS)


@each_way
async def test_an_override_is_sent_once_and_read_back(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """What counts is what is read, and that is kept beside the answer."""
    portal = Portal(dict(before), after, answer=b'{"ok":true}')
    done = await override(portal)
    [document] = after.values()
    assert (True, {about: 4}, b'{"ok":true}') == (done.holds, dict(done.seen), done.answer)
    assert (orjson.dumps(document), portal.requests[0]) == (done.document, done.request)
    assert ["PUT", "GET"] == portal.methods


@each_way
async def test_one_that_changed_nothing_does_not_hold(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """Accepted is not carried out: the result that stands there is told. Asked for again it may be."""
    portal = Portal(dict(before))
    done = await override(portal)
    assert (False, b"", {ENTRY: 2, DOCUMENT: 2, SUPPORTING: 3}[about]) == (done.holds, done.answer, done.seen[about])
    portal.put = after
    assert (await override(portal)).holds


@each_way
async def test_one_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """Section 7: read first."""
    portal = Portal(dict(before), after, {"PUT": [VendorUnavailable("no answer within 10 s")]}, loses=True)
    done = await override(portal)
    assert (True, None, 4) == (done.holds, done.answer, done.seen[about])
    assert ["PUT", "GET"] == portal.methods


@each_way
async def test_one_that_did_not_arrive_is_sent_again(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """Section 5.2: a repeated PUT is safe. The same request both times."""
    portal = Portal(dict(before), after, {"PUT": [VendorUnavailable("ConnectionReset")]})
    done = await override(portal)
    assert (True, b"", 4) == (done.holds, done.answer, done.seen[about])
    assert ["PUT", "GET", "PUT", "GET"] == portal.methods
    assert portal.requests[0] == portal.requests[2]


@each_way
async def test_one_that_never_arrives_is_unconfirmed(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """Two sendings and no more: it may yet be carried out."""
    portal = Portal(dict(before), after, {"PUT": [VendorUnavailable("no answer within 10 s")] * 2})
    with pytest.raises(Unconfirmed, match="no answer within 10 s"):
        await override(portal)
    assert ["PUT", "GET", "PUT", "GET"] == portal.methods
    assert (await override(portal)).seen[about] == 4


@each_way
async def test_one_that_cannot_be_read_back_is_unconfirmed(
    override: Override, about: str, before: dict[str, object], after: dict[str, object]
) -> None:
    """Whoever asked must not take it for undone; the vendor's answer is kept."""
    portal = Portal(dict(before), after, {"GET": [VendorUnavailable("500")]}, answer=b'{"ok":true}')
    with pytest.raises(Unconfirmed, match="it was accepted") as caught:
        await override(portal)
    assert b'{"ok":true}' == caught.value.answer
    assert (await override(portal)).seen[about] == 4


TURNED_AWAY = [
    VendorRefused("400"),
    NotThere("404"),
    VendorLimited("429"),
    BudgetSpent("", 1.0),
    VendorUnavailable("answers 403 to our credentials", was_sent=False),
]


@pytest.mark.parametrize("error", TURNED_AWAY)
async def test_one_that_was_turned_away_is_sent_once(error: VendorError) -> None:
    """Nothing was done; no other spelling of a path is tried (section 5.2)."""
    portal = Portal({SUMMARY: summary_with(3)}, {}, {"PUT": [error]})
    with pytest.raises(type(error)):
        await reviewing(portal)
    assert ["PUT"] == portal.methods


@pytest.mark.parametrize("error", TURNED_AWAY)
async def test_one_that_may_have_arrived_before_it_was_turned_away_is_unconfirmed(error: VendorError) -> None:
    """The first sending may be carried out yet, whatever came of the second."""
    lost = VendorUnavailable("no answer within 10 s")
    portal = Portal({SUMMARY: summary_with(3)}, {}, {"PUT": [lost, error]})
    with pytest.raises(Unconfirmed, match="no answer within 10 s; sent again"):
        await reviewing(portal)
    assert ["PUT", "GET", "PUT", "GET"] == portal.methods


@pytest.mark.parametrize(
    ("listed", "verdict", "there"),
    [
        ("verification", Verdict.REJECT, 5),
        ("check", Verdict.VERIFY, 1),
        ("check", Verdict.REJECT, 3),
        ("bank", Verdict.REFER, 2),
    ],
)
async def test_what_holds_is_compared_in_the_list_of_the_account(listed: str, verdict: Verdict, there: int) -> None:
    """Section 6.3: which list the summary's numbers are in is the account's to say; the review is always of 6.1."""
    portal = Portal({SUMMARY: summary_with(0)}, {SUMMARY: summary_with(there)})
    done = await review_supporting_documents(portal, IT, [Review(SUPPORTING, verdict, "seen")], listed=listed)
    assert (True, int(verdict)) == (done.holds, portal.requests[0].json[0]["result"])  # type: ignore[index]


async def test_nothing_is_sent_of_what_is_wrong() -> None:
    """Neither the request nor a reading."""
    portal = Portal({PATH: entry_of()})
    with pytest.raises(InvalidArgument):
        await override_liveness(portal, IT, Verdict.VERIFY, " ")
    assert [] == portal.requests


async def test_what_is_read_back_is_of_the_same_person() -> None:
    """Another's entry proves nothing."""
    with pytest.raises(Unconfirmed):
        await override_liveness(Portal({PATH: entry_of(4, owner=OTHER_ENTITY)}), IT, Verdict.VERIFY, REASON)


async def test_a_document_that_is_not_listed_has_no_result() -> None:
    """The entry has other documents; those of another entry do not count either."""
    other = result_of(entryId=DOCUMENT, supportingDocuments=[{"supportingDocumentId": SUPPORTING, "overallResult": 4}])
    for portal, override in (
        (Portal({SUMMARY: summary_of(ENTITY, other)}), reviewing),
        (Portal({PATH: entry_of()}), lambda it: override_id_document(it, IT, SUPPORTING, Verdict.VERIFY, REASON)),
    ):
        done = await override(portal)
        assert (False, {SUPPORTING: None}) == (done.holds, dict(done.seen))
