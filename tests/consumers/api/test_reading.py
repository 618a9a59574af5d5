from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote

import pytest

from consumers.console.auditing import digest
from consumers.projections.projector import stage
from consumers.projections.tables import STATUS
from schemas import callback as callbacks
from schemas import topics
from schemas.action import Action, ActionState, to_body
from schemas.callback import CallbackKind
from schemas.event import DecidedBy, EventKind, Outcome
from tests.consumers.api.api_served import Api
from tests.consumers.making import append, told, work
from tests.consumers.seeding import put, put_alert, put_letter, status_row, verification
from tests.examples import callback


async def test_a_list_is_walked_by_its_links(api: Api) -> None:
    """``next`` and the ``Link`` header say the same, with the same filters; the last page has neither."""
    await put(api.store, STATUS, *(status_row(number) for number in range(5)), status_row(9, provider="solaris"))
    found, path = [], "/verifications?provider=idenfy&limit=2"
    while path:
        page = await api.get(path)
        found.append([row["verification_id"] for row in page.json["items"]])
        link = page.headers.get("link", "")
        path = link.partition(">")[0].removeprefix("</api/v1")
        assert ("" if page.json["next"] is None else f"cursor={page.json['next']}") == path.rpartition("&")[2]
    assert [["scan-4", "scan-3"], ["scan-2", "scan-1"], ["scan-0"]] == found


async def test_a_status_has_the_names_of_the_event(api: Api) -> None:
    await put(api.store, STATUS, status_row(1, waits_for="REVIEWER", waits_since=status_row(3)["received_at"]))
    (row,) = (await api.get("/verifications")).json["items"]
    assert ("scan-1", "2026-03-01T12:01:00.123456Z") == (row["verification_id"], row["received_at"])
    assert ("REVIEWER", "2026-03-01T12:03:00.123456Z") == (row["waits_for"], row["waits_since"])


@pytest.mark.parametrize("verification_id", ["a/b", "a b", "ä", "..", "%", "%2F", "a?b#c", "<script>", "a+b", "a;b=1"])
async def test_an_id_may_have_any_character(api: Api, verification_id: str) -> None:
    """Percent-encoded in the path, a slash too."""
    await put(api.store, STATUS, status_row(1, verification_id=verification_id))
    found = await api.get(f"/verifications/idenfy/{quote(verification_id, safe='')}")
    assert (200, verification_id) == (found.status, found.json["verification_id"])


async def test_a_verification_has_the_statuses_of_all_kinds(api: Api) -> None:
    await put(api.store, STATUS, status_row(1, kind="AML"), status_row(1), status_row(2))
    found = await api.get("/verifications/idenfy/scan-1")
    assert ["VERIFICATION", "AML"] == [row["kind"] for row in found.json["statuses"]]


@pytest.mark.parametrize(
    ("path", "look"),
    [
        ("/verifications/idenfy/nobody", [("verification", "idenfy:nobody")]),
        ("/verifications/idenfy/%00", [("verification", "idenfy:\0")]),
        ("/verifications/idenfy/nobody/timeline", [("timeline", "idenfy:nobody")]),
        ("/subjects/nobody", [("subject", "nobody")]),
        ("/alerts/nothing", []),
        ("/dead-letters/nothing", []),
    ],
)
async def test_what_is_not_there_is_a_problem_that_says_so(api: Api, path: str, look: list[tuple[str, str]]) -> None:
    """That there is nothing about somebody is a look at them too."""
    found = await api.get(path)
    assert (404, "not-there", "application/problem+json") == (
        found.status,
        found.json["code"],
        found.headers["content-type"],
    )
    assert [("vic", *each) for each in look] == await api.looked()


async def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    """Nor written down as a look: nobody was shown anything. What has changed has another tag."""
    await put(api.store, STATUS, status_row(1))
    first = await api.get("/verifications")
    tag = first.headers["etag"]
    assert ("private, no-cache", "Authorization, Cookie") == (first.headers["cache-control"], first.headers["vary"])
    for held in (tag, f'"other", {tag}', f"W/{tag}"):
        again = await api.get("/verifications", **{"If-None-Match": held})
        assert (304, b"", tag) == (again.status, again.body, again.headers["etag"])
    assert 1 == len(await api.looked())
    await put(api.store, STATUS, status_row(2))
    changed = await api.get("/verifications", **{"If-None-Match": tag})
    assert 200 == changed.status
    assert tag != changed.headers["etag"]


async def test_what_one_person_was_shown_is_no_answer_to_another(api: Api) -> None:
    """Who comes to the same browser after them looks for the first time, and that is written down."""
    await put(api.store, STATUS, status_row(1))
    held = {"If-None-Match": (await api.get("/verifications/idenfy/scan-1")).headers["etag"]}
    others = await api.get("/verifications/idenfy/scan-1", "olga", **held)
    assert (200, False) == (others.status, others.headers["etag"] == held["If-None-Match"])
    assert ["vic", "olga"] == [who for who, _, _ in await api.looked()]


async def test_nobody_can_work_out_the_tag_of_what_they_were_not_shown(api: Api) -> None:
    """Else whoever sends that of an empty answer would be told by a 304, and by no look, that there is nobody."""
    nobody = b'{"items":[],"next":null}'
    guesses = [sha256(before + nobody).hexdigest()[:32] for before in (b"", b"vic", b"vic\0")]
    held = ", ".join(f'"{guess}"' for guess in guesses)
    found = await api.get("/search?q=Jane%20Doe", **{"If-None-Match": held})
    assert (200, nobody) == (found.status, found.body)
    assert [("vic", "search", digest("Jane Doe"))] == await api.looked()


@pytest.mark.parametrize("held", ["*", '"*"'])
async def test_nobody_is_told_without_a_look_whether_there_is_somebody(api: Api, held: str) -> None:
    await put(api.store, STATUS, status_row(1))
    assert 200 == (await api.get("/verifications/idenfy/scan-1", **{"If-None-Match": held})).status
    assert [("vic", "verification", "idenfy:scan-1")] == await api.looked()


async def test_looks_are_written_down_before_anything_is_shown(api: Api) -> None:
    """Whom they were about where that is a key, else a digest: people type names into searches."""
    await verification(api.store, 1)
    await put_alert(api.store, 1)
    row = await put_letter(api.store, 1)
    key = quote(row["letter_key"], safe="")
    paths = [
        "/verifications",
        "/verifications?provider=idenfy&limit=3",
        "/verifications/idenfy/scan-1",
        "/verifications/idenfy/scan-1/timeline",
        "/search?q=Jane%20Doe",
        "/subjects/customer-1",
        "/open-work",
        "/alerts",
        "/alerts/alert-1",
        "/dead-letters",
        f"/dead-letters/{key}",
        "/actions",
    ]
    for path in paths:
        assert 200 == (await api.get(path)).status, path
    expected = [
        ("verifications", ""),
        ("verifications", digest("provider=idenfy")),
        ("verification", "idenfy:scan-1"),
        ("timeline", "idenfy:scan-1"),
        ("search", digest("Jane Doe")),
        ("subject", "customer-1"),
        ("open-work", ""),
        ("alerts", ""),
        ("alert", "alert-1"),
        ("dead-letters", ""),
        ("dead-letter", row["letter_key"]),
        ("actions", ""),
    ]
    assert [("vic", *each) for each in expected] == await api.looked()


async def test_nothing_is_shown_that_could_not_be_written_down(api: Api) -> None:
    await put(api.store, STATUS, status_row(1))
    await api.log.close()
    for path in ("/verifications", "/verifications/idenfy/scan-1", "/search?q=scan-1"):
        found = await api.get(path)
        assert (503, "log-unavailable") == (found.status, found.json["code"])
        assert b"scan-1" not in found.body


async def test_figures_name_no_verification_and_are_no_looks(api: Api) -> None:
    for path in ("/counts", "/sources", "/activity", "/open-work/summary", "/openapi.json"):
        assert 200 == (await api.get(path)).status, path
    assert [] == await api.looked()


async def test_a_search_tells_by_what_it_found(api: Api) -> None:
    await verification(api.store, 1)
    found = await api.get("/search?q=customer-1")
    assert [("scan-1", "subject")] == [(row["status"]["verification_id"], row["by"]) for row in found.json["items"]]


async def test_operators_are_told_who_acted_and_why(api: Api) -> None:
    """Viewers are told that this is withheld from them."""
    begun = Action("act-1", "override-liveness", ActionState.BEGUN, "ann", "scan-1", reason="seen in the branch")
    place = await api.log.append(
        topics.callbacks("idenfy"), callbacks.to_message(callback(kind=CallbackKind.ACTION, body=to_body(begun)))
    )
    event = told(1, Outcome.PENDING, kind=EventKind.ACTION, decided_by=DecidedBy.OPERATOR)
    raw = replace(event.raw, topic=place.topic, partition=place.partition, offset=place.offset)
    await append(api.log, replace(event, raw=raw), told(2, Outcome.VERIFIED))
    await work(api.log, stage(api.store, api.log))
    path = "/verifications/idenfy/scan-1/timeline"
    viewed, operated = (await api.get(path)).json, (await api.get(path, "olga")).json
    assert ("withheld", [None, None]) == (viewed["acts"], [row["action"] for row in viewed["items"]])
    assert ("shown", 2) == (operated["acts"], len(operated["items"]))
    act = operated["items"][0]["action"]
    assert ("ann", "seen in the branch", "BEGUN") == (act["operator"], act["reason"], act["state"])
    assert operated["items"][1]["action"] is None


async def test_the_audit_is_read_from_its_end(api: Api) -> None:
    """By pages, each look once, the newest first; reading it is a look too."""
    for number in range(5):
        await api.get(f"/search?q={number}")
    first = (await api.get("/audit?limit=2", "ada")).json
    second = (await api.get(f"/audit?limit=2&cursor={first['next']}", "ada")).json
    third = (await api.get(f"/audit?limit=2&cursor={second['next']}", "ada")).json
    expected = [digest(str(number)) for number in (4, 3, 2, 1, 0)]
    assert expected == [row["about"] for page in (first, second, third) for row in page["items"]]
    assert third["next"] is None
    assert [("ada", "audit")] * 3 == [
        (row["who"], row["what"]) for row in (await api.get("/audit?limit=3", "ada")).json["items"]
    ]
