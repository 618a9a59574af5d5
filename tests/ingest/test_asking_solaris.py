from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from ingest.api import Answer, NotThere, Request, Target, Unfetchable, VendorLimited, VendorUnavailable
from ingest.vendors.solaris import pages
from ingest.vendors.solaris.api import fetch, is_error, target_of, targets
from sandbox.solaris import make_app
from schemas.callback import Callback
from tests.ingest.asking import Asked, Scripted, api_of, asked, opened_long_ago

LIST = "/v1/identifications"


@pytest.fixture
async def solaris() -> AsyncIterator[Asked]:
    keys = {"client_id": "sandbox-client", "secret": "sandbox-client-secret", "token_url": "/oauth2/token"}
    async with asked(make_app(), "solaris", **keys) as it:
        yield it


async def requested(solaris: Asked) -> tuple[str, str]:
    """A person and its identification, which waits for its call."""
    person = (await solaris.does("POST", "/v1/persons", {"first_name": "Jane", "last_name": "Doe"}))["id"]
    path = f"/v1/persons/{person}/identifications"
    identification = (await solaris.does("POST", path, {"method": "idnow"}))["id"]
    await solaris.does("PATCH", f"{path}/{identification}/request", {})
    return person, identification


def callback(event_type: str, verification_id: str, body: bytes = b"{}") -> Callback:
    headers = (("Solaris-Webhook-Event-Type", event_type),)
    return Callback("0196", "solaris", "solaris", verification_id, datetime.now(UTC), body, http_headers=headers)


@pytest.mark.parametrize(
    ("event_type", "body", "expected"),
    [
        ("IDENTIFICATION", b'{"id":"x-1"}', Target("identification", "x-1")),
        ("identification", b'{"person_id":"p-1"}', Target("identification", "x-1", "p-1")),
        ("IDENTIFICATION", b'{"person_id":"p/1"}', Target("identification", "x-1")),
        ("PERSON_CHANGED", b"", Target("person", "x-1")),
        ("BUSINESS_IDENTIFICATION", b'{"business_id":"b-1"}', Target("business_identification", "x-1", "b-1")),
        ("IDENTIFICATION_SESSION", b'{"person_id":"p-1"}', Target("session", "x-1", "p-1")),
        ("IDENTIFICATION_SESSION", b"{}", None),
        ("PERSON_DELETED", b"{}", None),
        ("IDENTIFICATION_ORIGINATION", b"{}", None),
        ("WEBHOOK-SUBSCRIPTION", b"", None),
        ("SOMETHING_NEW", b"{}", None),
        ("", b"{}", None),
    ],
)
def test_a_thin_callback_gives_its_resource_to_read_and_others_nothing(
    event_type: str, body: bytes, expected: Target | None
) -> None:
    """Sections 1 and 5."""
    assert (() if expected is None else (expected,)) == targets(callback(event_type, "x-1", body))


@pytest.mark.parametrize("name", ["0196", "", "..", "a/b", "a?b", "a%2fb", "a b", "a\\b", "ä", "a\n", "a" * 201])
def test_a_thin_callback_that_names_nothing_is_not_lost(name: str) -> None:
    """Its callback bears its own id then, which must not be asked for; nor what cannot stand in a path."""
    with pytest.raises(Unfetchable):
        targets(callback("IDENTIFICATION", name))


@pytest.mark.parametrize("is_known", [True, False], ids=["person known", "person looked up"])
async def test_an_identification_is_read_at_its_person(solaris: Asked, is_known: bool) -> None:  # noqa: FBT001 - a row
    """Whose it is may have to be looked up first; of the list nothing is kept."""
    person, name = await requested(solaris)
    fetched = await fetch(solaris.call, Target("identification", name, person if is_known else None))
    [body] = fetched.bodies
    assert (name, person, "pending") == tuple(json.loads(body)[each] for each in ("id", "person_id", "status"))
    assert (True, ()) == (fetched.settled, fetched.more)
    routes = (await solaris.control("GET", "usage"))["byRoute"]
    assert routes.get(f"GET {LIST}", 0) == (0 if is_known else 1)


@pytest.mark.parametrize(("result", "reason"), [("ABORTED", "TECH_LIGHTING"), ("CANCELED", "USER_NO_ID")])
async def test_a_broken_off_call_gives_its_attempts_to_read_too(solaris: Asked, result: str, reason: str) -> None:
    """The reason stands there alone (section 6.4)."""
    person, name = await requested(solaris)
    await solaris.control("POST", f"identifications/{name}/result", result=result, reason=reason)
    fetched = await fetch(solaris.call, Target("identification", name))
    assert (Target("attempts", name, person),) == fetched.more
    [attempts] = (await fetch(solaris.call, fetched.more[0])).bodies
    assert [reason] == [attempt["reason"] for attempt in json.loads(attempts)]


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [("aborted", "postident", 0), ("aborted", "idnow_autoident", 1), ("canceled", None, 1), ([], "idnow", 0)],
)
async def test_no_attempts_are_asked_for_where_idnow_made_none(
    status: object, method: str | None, expected: int
) -> None:
    """Another method has no attempts of IDnow's, and no reason of theirs."""
    document = {"id": "i-1", "status": status, "method": method}
    said = Scripted({"/v1/persons/p-1/identifications/i-1": document})
    assert expected == len((await fetch(said, Target("identification", "i-1", "p-1"))).more)


async def test_a_person_is_read(solaris: Asked) -> None:
    """What compliance says of them stands there (section 5, PERSON_CHANGED)."""
    person, _ = await requested(solaris)
    [body] = (await fetch(solaris.call, Target("person", person))).bodies
    assert (person, "NOT_SCREENED") == (json.loads(body)["id"], json.loads(body)["screening_progress"])


async def test_a_session_is_read_at_its_person(solaris: Asked) -> None:
    """Section 7."""
    person, _ = await requested(solaris)
    path = f"/v1/persons/{person}/identification_sessions"
    session = (await solaris.does("POST", path, {"identification_methods": ["bank_id"]}))["id"]
    [body] = (await fetch(solaris.call, Target("session", session, person))).bodies
    assert session == json.loads(body)["id"]


@pytest.mark.parametrize("target", [Target("identification", "i-1"), Target("person", "p-1")])
async def test_what_is_unknown_is_not_there(solaris: Asked, target: Target) -> None:
    """It may only be too early (section 8)."""
    with pytest.raises(NotThere):
        await fetch(solaris.call, target)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", VendorUnavailable),
        ("429", VendorLimited),
        ("html", VendorUnavailable),
        ("content_type", VendorUnavailable),
        ("truncated", VendorUnavailable),
        ("error_body", VendorUnavailable),
    ],
)
async def test_what_only_passes_for_a_resource_is_not_kept(solaris: Asked, fault: str, error: type) -> None:
    """Each of the ways in which a vendor lies; the next answer is taken again."""
    person, _ = await requested(solaris)
    await solaris.control("PUT", "faults", next=[fault])
    with pytest.raises(error):
        await fetch(solaris.call, Target("person", person))
    assert len((await fetch(solaris.call, Target("person", person))).bodies) == 1


@pytest.mark.parametrize(
    "target",
    [
        Target("identification", "x-1", "p-1"),
        Target("session", "x-1", "p-1"),
        Target("person", "x-1"),
        Target("attempts", "x-1", "p-1"),
    ],
)
async def test_anothers_answer_is_not_kept(target: Target) -> None:
    """A cache in between may mix them up."""

    class MixedUp(dict[str, object]):
        def __contains__(self, path: object) -> bool:
            return True

        def __missing__(self, path: str) -> object:
            return {"id": "another", "status": "successful"}

    with pytest.raises(VendorUnavailable):
        await fetch(Scripted(MixedUp()), target)


async def test_an_entry_without_its_person_is_all_that_can_be_read() -> None:
    """Section 7: published lists name none. Of the list no other entry is kept."""
    entry = {"id": "i-1", "status": "successful"}
    fetched = await fetch(Scripted({LIST: [{"id": "i-0", "status": "failed"}, entry]}), Target("identification", "i-1"))
    assert ((orjson.dumps(entry),), ()) == (fetched.bodies, fetched.more)


@pytest.mark.parametrize(
    ("business", "path"),
    [("b-1", "/v1/businesses/b-1/identifications"), (None, "/v1/businesses/identifications")],
)
async def test_of_a_businesses_list_one_entry_is_kept(business: str | None, path: str) -> None:
    """Only lists have them (section 7), and they hold other people's data."""
    entry = {"id": "i-1", "business_id": "b-1", "status": "pending"}
    said = Scripted({path: [{"id": "i-0", "business_id": "b-1"}, entry, "odd"]})
    assert (orjson.dumps(entry),) == (await fetch(said, Target("business_identification", "i-1", business))).bodies
    with pytest.raises(NotThere):
        await fetch(said, Target("business_identification", "i-9", business))


@dataclass(slots=True)
class LongList:
    """A vendor whose list has so many entries; keeps how many it gave each time."""

    total: int
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, request: Request) -> Answer:
        query = dict(request.query)
        number, size = int(query["page[number]"]), int(query["page[size]"])
        names = range((number - 1) * size, min(number * size, self.total))
        self.sizes.append(len(names))
        return Answer(b"[]", [{"id": f"i-{name}", "status": "pending"} for name in names])


async def test_a_long_list_is_read_page_by_page() -> None:
    """Until it has what is looked for, or ends."""
    vendor = LongList(1200)
    assert len((await fetch(vendor, Target("identification", "i-600"))).bodies) == 1
    assert [500, 500] == vendor.sizes
    with pytest.raises(NotThere):
        await fetch(vendor, Target("identification", "i-1200"))
    assert [500, 500, 500, 500, 200] == vendor.sizes


async def test_a_list_that_does_not_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever page is asked for, it may be the same one each time."""
    monkeypatch.setattr(pages, "_MOST_PAGES", 3)
    vendor = LongList(10**9)
    with pytest.raises(VendorUnavailable):
        await fetch(vendor, Target("identification", "none"))
    assert [500, 500, 500] == vendor.sizes


@pytest.mark.parametrize("target", [Target("session", "s-1"), Target("attempts", "i-1"), Target("wish", "w-1")])
async def test_what_cannot_be_asked_for_is_said_to_be_so(target: Target) -> None:
    """Without its person, or of a kind that nobody knows."""
    with pytest.raises(Unfetchable):
        await fetch(Scripted({}), target)


def test_an_open_identification_is_asked_about_while_solaris_itself_would_try() -> None:
    """Section 4: its retries run for 5 to 7 days."""
    ticks = api_of("solaris").ticks_since_last
    assert (timedelta(minutes=15), timedelta(days=8)) == (ticks[0], ticks[-1])
    assert sorted(set(ticks)) == list(ticks)
    assert Target("identification", "i-1", "p-1") == target_of(opened_long_ago("i-1", "p-1"))
    business = target_of(opened_long_ago("i-1", "b-1", is_business=True))
    assert Target("business_identification", "i-1", "b-1") == business
    assert Target("identification", "i-1") == target_of(opened_long_ago("i-1", "our customer 1"))
    for name in ("0123bio", "a/b"):
        with pytest.raises(Unfetchable):
            target_of(opened_long_ago(name))


def test_an_error_is_told_by_its_envelope() -> None:
    """Section 8."""
    assert is_error({"errors": []})
    assert not is_error({"id": "i-1", "errors": None})
    assert not is_error([{"errors": []}])
