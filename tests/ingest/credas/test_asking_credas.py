from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ingest.api import Credentials, NotThere, Target, Unfetchable, VendorUnavailable
from ingest.vendors.credas.api import API, authorization, fetch, is_error, target_of, targets
from runtime.secrets import Secret
from schemas.callback import Callback
from tests.ingest.asking import opened_long_ago
from tests.ingest.credas.portal import (
    ENTITY,
    OTHER_ENTITY,
    OTHER_PROCESS,
    PROCESS,
    Portal,
    process_of,
    result_of,
    sample,
    sample_bytes,
    summary_of,
)

READ = Target("process", PROCESS)
JUST_DONE = Target("completion", PROCESS)
OF_PROCESS = f"/processes/{PROCESS}"
OF_ENTITY = f"/entities/{ENTITY}"


def callback(body: bytes) -> Callback:
    return Callback("0196", "credas", "credas", "0196", datetime.now(UTC), body)


def portal(process: object, summary: object, **more: object) -> Portal:
    return Portal(
        {OF_PROCESS: process, f"{OF_ENTITY}/summary": summary} | {f"/{path}": it for path, it in more.items()}
    )


def said(bodies: tuple[bytes, ...]) -> list[Any]:
    return [orjson.loads(body) for body in bodies]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (sample_bytes("webhook-process-complete"), (JUST_DONE,)),
        (b'{"processId":"' + PROCESS.upper().encode() + b'","status":3}', (JUST_DONE,)),
        (b'{"ProcessId":"' + PROCESS.encode() + b'","Step":4}', (JUST_DONE,)),
        (b'{"UpdateType":9,"Payload":"{\\"ProcessId\\":\\"' + PROCESS.encode() + b'\\"}"}', (READ,)),
        (sample_bytes("webhook-process-actor-delivered"), ()),
        (sample_bytes("webhook-status-update-name-check"), (Target("entity", ENTITY),)),
        (b'{"regCode":"ABC-123"}', ()),
    ],
)
def test_what_each_webhook_gives_to_read(body: bytes, expected: tuple[Target, ...]) -> None:
    """The process, whatever its status; all of an entity's; of an invitation's delivery nothing (section 2)."""
    assert expected == targets(callback(body))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"UpdateType":4,"Payload":"{}"}', b'{"UpdateType":4,"Payload":"x"}', b'{"ProcessId":"1"}']
)
def test_a_webhook_that_names_nothing_is_not_lost(body: bytes) -> None:
    """Members of most payloads are on no page (section 2.3): somebody has to look."""
    with pytest.raises(Unfetchable):
        targets(callback(body))


@pytest.mark.parametrize("status", [0, 1, 3, 6, 7])
async def test_a_process_without_results_is_read_alone(status: int) -> None:
    """Not begun, under way, deleted, expired, archived (section 6.2): one call, as every poll is one."""
    asked = portal(process_of(status, ENTITY), summary_of())
    fetched = await fetch(asked, READ)
    assert ([process_of(status, ENTITY)], True, ()) == (said(fetched.bodies), fetched.settled, fetched.more)
    assert [OF_PROCESS] == asked.asked


@pytest.mark.parametrize("status", [2, 4, 5, 99, None, "2"])
async def test_the_results_of_a_process_are_read_with_it(status: object) -> None:
    """Complete says nothing by itself; the submissions are a target of their own."""
    asked = portal(process_of(status, ENTITY.upper()), summary_of(ENTITY, result_of()))
    fetched = await fetch(asked, READ)
    assert [process_of(status, ENTITY.upper()), summary_of(ENTITY, result_of())] == said(fetched.bodies)
    assert (True, (Target("idv-entries", PROCESS, ENTITY),)) == (fetched.settled, fetched.more)


@pytest.mark.parametrize(
    ("results", "settled"),
    [
        ([], False),
        ([result_of(OTHER_PROCESS)], False),
        ([result_of(overallResult=0)], False),
        ([result_of(overallResult=None)], False),
        ([result_of(overallResult=0), result_of(overallResult=3)], True),
        ([result_of(PROCESS.upper())], True),
        ([{"EntityId": ENTITY.upper(), "OverallResult": 2}], True),
    ],
)
@pytest.mark.parametrize("target", [READ, JUST_DONE])
async def test_a_process_without_its_result_is_read_again(
    target: Target,
    results: list[dict[str, object]],
    settled: bool,  # noqa: FBT001 - a case's expectation
) -> None:
    """Section 5.1: an empty array right after the webhook means that Credas is still analysing."""
    fetched = await fetch(portal(process_of(2, ENTITY), summary_of(ENTITY, *results)), target)
    assert (2, settled) == (len(fetched.bodies), fetched.settled)


async def test_other_checks_are_no_reason_to_stop_reading() -> None:
    """An account's check may be done before the identity is; the status update that follows is not promised."""
    checks = [{"processId": PROCESS, "dataCheckId": 7, "overallResult": 1}]
    fetched = await fetch(portal(process_of(2, ENTITY), summary_of(ENTITY, bankAccountChecks=checks)), READ)
    assert not fetched.settled


def ago(**span: float) -> str:
    """As one of the samples writes times: no zone, two digits of a fraction."""
    return (datetime.now(UTC) - timedelta(**span)).replace(tzinfo=None).isoformat(timespec="milliseconds")[:-1]


@pytest.mark.parametrize(
    ("times", "settled"),
    [
        (lambda: [ago(days=1)], False),
        (lambda: [ago(days=1), ago(minutes=1)], True),
        (lambda: [ago(minutes=10)], True),
        (lambda: [(datetime.now(UTC) - timedelta(hours=1)).isoformat()], False),
        (lambda: [ago(hours=-1)], True),
        (lambda: ["yesterday"], True),
        (lambda: [None], True),
    ],
)
async def test_the_result_of_an_earlier_invitation_is_not_taken_for_the_one_to_come(
    times: Callable[[], list[str | None]],
    settled: bool,  # noqa: FBT001 - a case's expectation
) -> None:
    """Section 4: the same webhook comes again after a new invitation, when the old result is there and the new one is
    still being found out. What was asked for in another way has no such newer one.
    """
    summary = summary_of(ENTITY, *(result_of(dateCompleted=time) for time in times()))
    asked = portal(process_of(2, ENTITY), summary)
    fetched = await fetch(asked, JUST_DONE)
    assert (2, settled) == (len(fetched.bodies), fetched.settled)
    assert (await fetch(asked, READ)).settled


async def test_a_new_result_that_is_not_done_yet_is_none() -> None:
    """It is listed beside the old one."""
    old, new = result_of(dateCompleted=ago(days=1)), result_of(dateCompleted=ago(minutes=1), overallResult=0)
    assert not (await fetch(portal(process_of(2, ENTITY), summary_of(ENTITY, old, new)), JUST_DONE)).settled


async def test_a_process_that_is_told_of_and_not_there_is_left_to_its_own_target() -> None:
    """Its lasting absence is an answer (section 7), and the entity's is none about the process."""
    assert "process" in API.gone
    assert "completion" not in API.gone
    fetched = await fetch(Portal({"/journeys": []}), JUST_DONE)
    assert ((), (READ,), True) == (fetched.bodies, fetched.more, fetched.settled)
    lacking = Portal({OF_PROCESS: process_of(2, ENTITY)})
    for target in (READ, JUST_DONE):
        fetched = await fetch(lacking, target)
        assert (1, False) == (len(fetched.bodies), fetched.settled)
    with pytest.raises(VendorUnavailable, match="details"):
        await fetch(Portal({OF_PROCESS: process_of()}), READ)


def test_it_is_read_again_until_the_first_poll() -> None:
    """Section 5: seconds to minutes."""
    assert (0.0, 900.0) == (API.again[0], API.again[-1])


async def test_each_entity_of_a_process_is_read() -> None:
    """A journey may have several actors (section 1); then no single one can be told to the further targets."""
    asked = portal(process_of(2, ENTITY, OTHER_ENTITY), summary_of(ENTITY, result_of()))
    asked.documents[f"/entities/{OTHER_ENTITY}/summary"] = summary_of(OTHER_ENTITY)
    fetched = await fetch(asked, READ)
    assert (3, False) == (len(fetched.bodies), fetched.settled)
    assert (Target("idv-entries", PROCESS),) == fetched.more
    asked.documents[f"{OF_ENTITY}/idv-entries"] = []
    asked.documents[f"/entities/{OTHER_ENTITY}/idv-entries"] = []
    assert 2 == len((await fetch(asked, fetched.more[0])).bodies)


async def test_details_tell_the_entity_where_the_process_does_not_and_are_not_kept() -> None:
    """Only the answer to its creation is known to name it (section 2.1); details hold more than is needed."""
    asked = portal(process_of(), summary_of(ENTITY, result_of()))
    asked.documents[f"{OF_PROCESS}/details"] = {"actors": [{"entity": {"EntityId": ENTITY, "firstName": "Ada"}}]}
    fetched = await fetch(asked, READ)
    assert 2 == len(fetched.bodies)
    assert not any(b"Ada" in body for body in fetched.bodies)


async def test_an_entity_that_is_known_spares_the_details() -> None:
    """From a status update."""
    asked = portal(process_of(), summary_of(ENTITY, result_of()))
    assert 2 == len((await fetch(asked, Target("process", PROCESS, ENTITY))).bodies)
    assert f"{OF_PROCESS}/details" not in asked.asked


async def test_a_process_whose_entity_nothing_names_is_not_lost() -> None:
    """Somebody has to look."""
    asked = portal(process_of(), summary_of())
    asked.documents[f"{OF_PROCESS}/details"] = {"title": "a"}
    with pytest.raises(Unfetchable):
        await fetch(asked, READ)


async def test_a_status_update_leads_to_every_process_of_its_entity() -> None:
    """Each is read as if it had called; the update itself is never an outcome (section 2.3)."""
    summary = summary_of(ENTITY, result_of(OTHER_PROCESS), result_of(), result_of())
    fetched = await fetch(portal(process_of(), summary), Target("entity", ENTITY))
    expected = (Target("process", OTHER_PROCESS, ENTITY), Target("process", PROCESS, ENTITY))
    assert ((), True, expected) == (fetched.bodies, fetched.settled, fetched.more)


async def test_an_entity_without_results_may_name_its_processes_itself() -> None:
    """Its details have a list of them (section 5); without any it is too early, or somebody has to look."""
    asked = portal(process_of(), summary_of())
    asked.documents[OF_ENTITY] = {**sample("entity-details"), "id": ENTITY, "processActors": [{"processId": PROCESS}]}
    assert (Target("process", PROCESS, ENTITY),) == (await fetch(asked, Target("entity", ENTITY))).more
    asked.documents[OF_ENTITY]["processActors"] = []
    with pytest.raises(NotThere):
        await fetch(asked, Target("entity", ENTITY))


async def test_submissions_are_kept_verbatim() -> None:
    """Section 5.1; whose they are is asked of the process where it is not known."""
    entries = [{**each, "entityId": ENTITY} for each in sample("idv-entries")]
    asked = Portal({OF_PROCESS: process_of(2, ENTITY), f"{OF_ENTITY}/idv-entries": entries})
    for owner in (ENTITY, None):
        assert (orjson.dumps(entries),) == (await fetch(asked, Target("idv-entries", PROCESS, owner))).bodies


@pytest.mark.parametrize(
    ("array", "number", "kind", "path"),
    [
        ("bankAccountChecks", "dataCheckId", "bank-account", "4919/bank-account"),
        ("proofOfOwnershipChecks", "dataCheckId", "land-registry", "4919/land-registry"),
        ("rightToRentChecks", "rtxCheckId", "right-to-rent", "rtr/4919"),
        ("rightToWorkChecks", "rtxCheckId", "right-to-work", "rtw/4919"),
        ("safeHarbourChecks", "dataCheckId", "safe-harbour", "safe-harbour/4919"),
        ("internationalScreeningChecks", "dataCheckId", "sanctions-and-peps", "4919/sanctions-and-peps"),
    ],
)
async def test_data_checks_are_read_by_their_numbers(array: str, number: str, kind: str, path: str) -> None:
    """Section 5; each kind is a target of its own, and another process' check none of it."""
    checks = [{"processId": PROCESS, number: 4919, "overallResult": 1}, {"processId": OTHER_PROCESS, number: 1}]
    asked = portal(process_of(2, ENTITY), summary_of(ENTITY, **{array: checks}))
    check = sample("international-screening-no-match")
    asked.documents[f"{OF_ENTITY}/data-checks/{path}"] = check
    fetched = await fetch(asked, READ)
    assert (Target(kind, PROCESS, ENTITY),) == fetched.more
    assert [check] == said((await fetch(asked, fetched.more[0])).bodies)


async def test_a_check_without_a_usable_number_is_left_to_the_summary() -> None:
    """Its members are on no page; what the summary says of it is kept."""
    checks = [{"dataCheckId": value} for value in (None, "4919", 0, -1, True)]
    fetched = await fetch(portal(process_of(2, ENTITY), summary_of(ENTITY, bankAccountChecks=checks)), READ)
    assert () == fetched.more


@pytest.mark.parametrize(
    ("process", "summary"),
    [
        (process_of(2, ENTITY, name=OTHER_PROCESS), summary_of()),
        ([], summary_of()),
        (process_of(2, ENTITY), summary_of(OTHER_ENTITY)),
        (process_of(2, ENTITY), summary_of(ENTITY, result_of(entity=OTHER_ENTITY))),
        (process_of(2, ENTITY), []),
    ],
)
async def test_anothers_answer_is_not_kept(process: object, summary: object) -> None:
    """A cache in between may mix them up; each result names its entity."""
    with pytest.raises(VendorUnavailable):
        await fetch(portal(process, summary), READ)


async def test_anothers_submissions_and_checks_are_not_kept() -> None:
    """The same for what is read after the summary."""
    summary = summary_of(ENTITY, bankAccountChecks=[{"dataCheckId": 1}])
    asked = portal(process_of(2, ENTITY), summary)
    asked.documents[f"{OF_ENTITY}/idv-entries"] = [{"id": PROCESS, "entityId": OTHER_ENTITY}]
    for answer in ({"entityId": OTHER_ENTITY}, {"dataCheckId": 2}):
        asked.documents[f"{OF_ENTITY}/data-checks/1/bank-account"] = answer
        for kind in ("bank-account", "idv-entries"):
            with pytest.raises(VendorUnavailable):
                await fetch(asked, Target(kind, PROCESS, ENTITY))


async def test_what_is_unknown_is_not_there() -> None:
    """It may only be too early, or the process was deleted (section 5)."""
    with pytest.raises(NotThere):
        await fetch(Portal({"/journeys": []}), READ)


@pytest.mark.parametrize("target", [READ, JUST_DONE])
async def test_a_wrong_base_url_does_not_cancel_what_is_open(target: Target) -> None:
    """Nothing is there then, the account's journeys neither: it is waited out, as a wrong key is."""
    with pytest.raises(VendorUnavailable, match="base_url"):
        await fetch(Portal({}), target)


@pytest.mark.parametrize("target", [Target("process", "../1"), Target("entity", "x"), Target("wish", PROCESS)])
async def test_what_cannot_be_asked_for_is_said_to_be_so(target: Target) -> None:
    """An id that is no GUID does not get into a path."""
    with pytest.raises(Unfetchable):
        await fetch(Portal({}), target)


def test_an_open_process_is_asked_about_every_quarter_of_an_hour_at_first() -> None:
    """Section 4: then hourly. Its customer's own reference is no entity; only lower case is the id of its results."""
    ticks = API.ticks_since_first
    assert (timedelta(minutes=15), timedelta(minutes=30)) == ticks[:2]
    assert (timedelta(days=1), timedelta(hours=25), timedelta(days=90)) == (ticks[95], ticks[96], ticks[-1])
    assert sorted(set(ticks)) == list(ticks)
    assert READ == target_of(opened_long_ago(PROCESS, "our customer 1"))
    for name in (PROCESS.upper(), "1"):
        with pytest.raises(Unfetchable):
            target_of(opened_long_ago(name))


def test_the_key_is_sent_as_it_was_given() -> None:
    """Section 5: in a header of its own, no scheme before it; 403 says that it is wrong (section 7)."""
    assert ("X-API-KEY", frozenset({401, 403}), True) == (
        API.authorization_header,
        API.unauthorized,
        API.bare_errors,
    )
    assert "a key" == authorization(Credentials("https://portal.example.com", Secret("s", b"a key")))


def test_an_error_is_told_by_its_members() -> None:
    """Section 7: no form is published, so nothing that has an id is one."""
    for error in ({"error": "Forbidden"}, {"errors": {"reason": ["missing"]}}, {"Error": "x", "title": "y"}):
        assert is_error(error)
    documents: list[object] = [
        process_of(),
        sample("entity-summary"),
        [],
        {"message": "ok"},
        {"id": 1, "errors": ["x"]},
    ]
    assert not any(is_error(document) for document in documents)
