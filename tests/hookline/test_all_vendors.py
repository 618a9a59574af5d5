"""All vendors at once, webhooks that are lost, and an outage in the middle: in the end we know what they know.

The vendors' truth is asked of the sandboxes; what it means is said here once more, apart from the mappings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth
from uuid_utils import uuid7

from consumers.projections import queries
from consumers.projections.queries import StatusRow
from consumers.projections.store import open_store
from hookline.everything import everything
from hookline.sandboxes import DEV_HEADER, DEV_KEY, DEV_VALUE, DEV_WEBHOOK_SECRET, VENDORS, playing
from hookline.topics import wanted_topics
from runtime.eventlog import EventLog
from runtime.eventlog.kafka.connection import connection
from runtime.eventlog.kafka.topics import admin, applying, finding, planning
from runtime.settings import Settings, parse_settings
from sandbox import credas, idenfy, idverse, solaris
from schemas import topics
from schemas.action import Action, ActionState, to_body
from schemas.callback import Callback, CallbackKind, to_message
from schemas.codec import event_from_record
from schemas.event import EventKind, Outcome, VerificationEvent
from tests.waiting import until

SCALE = 0.01
"""One of the vendors' seconds; their ten minutes of outage last six of ours."""
DROP = 0.2
QUOTA = 150
PARALLEL = 4
SECRETS = {"idenfy": DEV_KEY, "idverse": DEV_HEADER, "solaris": DEV_WEBHOOK_SECRET, "credas": DEV_VALUE}

Truth = Mapping[tuple[str, str], Outcome]


@dataclass(frozen=True, slots=True)
class Vendors:
    """The sandboxes, as their users, reviewers and partners drive them."""

    client: ClientSession
    urls: Mapping[str, str]

    async def ask(self, method: str, vendor: str, path: str, body: Any = None, **request: Any) -> Any:  # noqa: ANN401
        url = self.urls[vendor] + path
        async with self.client.request(method, url, json=body, **request) as answer:
            assert answer.ok, (answer.status, await answer.text())
            return await answer.json()

    async def play(self, vendor: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        return await self.ask("POST", vendor, f"/_sandbox/{path}", body or {})


def apps() -> dict[str, Any]:
    lossy: dict[str, Any] = {"seed": "three", "time_scale": SCALE, "drop": DROP}
    return {
        "idenfy": idenfy.make_app(idenfy.Account(signing_key=DEV_KEY, credits=1000), idenfy.Behaviour(**lossy)),
        "idverse": idverse.make_app(idverse.Account(daily_quota=QUOTA), idverse.Behaviour(**lossy)),
        "solaris": solaris.make_app(
            solaris.Account(webhook_secret=DEV_WEBHOOK_SECRET, plain_http=("127.0.0.1",), parallel=PARALLEL),
            solaris.Behaviour(**lossy),
        ),
        "credas": credas.make_app(None, credas.Behaviour(**lossy)),
    }


def settings_at(urls: Mapping[str, str], log: str, folder: Path, more: Mapping[str, Any]) -> Settings:
    """Each vendor is asked by its own rules; what it publishes in hours is a second here, as of the sandboxes."""
    every: dict[str, dict[str, Any]] = {
        "idenfy": {"per_hour": 60},
        "idverse": {"per_day": QUOTA, "reconcile_share": 0.9, "again": [0, 0.2, 0.5]},
        "solaris": {"parallel": PARALLEL},
        "credas": {"per_second": 100.0, "again": [0, 0.1, 0.3, 1]},
    }
    paced = {"reconcile_after": [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 25, 30]}
    sources = [
        {
            "name": vendor,
            "vendor": vendor,
            "secrets": [SECRETS[vendor]],
            "environment": "test",
            "api": {**VENDORS[vendor].api(url), **paced, **every[vendor]},
        }
        for vendor, url in urls.items()
    ]
    content = {
        "log": {"url": log},
        "receiver": {"listen": "127.0.0.1:0"},
        "source": sources,
        "fetch": {"first_pause": 0.1, "longest_pause": 1.0},
        "reconcile": {"every": 0.2},
        "projections": {"url": f"sqlite:///{folder}/views.db"},
        **more,
    }
    return parse_settings(content, "test", environ={})


@pytest.fixture(params=["sqlite", "kafka"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Mapping[str, Any]]:
    """Where the log is, and what its settings need beside."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/log.db", {}
    kafka = request.getfixturevalue("kafka")
    return f"{kafka.url}/all-vendors-{tmp_path.name}", {"kafka": {"partitions": 3, "replication": 1, "min_insync": 1}}


@asynccontextmanager
async def whole(
    place: tuple[str, Mapping[str, Any]], folder: Path
) -> AsyncIterator[tuple[Vendors, Settings, EventLog]]:
    log, more = place
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(playing(apps(), 0))
        settings = settings_at(urls, log, folder, more)
        if log.startswith("kafka"):
            await make_topics(settings)
        running = await stack.enter_async_context(everything(settings, urls))
        client = await stack.enter_async_context(ClientSession())
        yield Vendors(client, urls), settings, running.process.log


async def make_topics(settings: Settings) -> None:
    wanted = wanted_topics(settings)
    async with admin.opened_admin(connection(settings.log.url, settings.kafka), 30.0) as asked:
        found = await finding.find(asked, wanted)
        await applying.apply(asked, found, planning.plan(wanted, found))
        await applying.settled(asked, wanted)


async def known_here(log: EventLog, settings: Settings, vendor: str, name: str, subject: str | None = None) -> None:
    """As ``hookline vendor <vendor> register`` does: whoever creates a verification says so."""
    source = next(each for each in settings.source if each.vendor == vendor)
    registered = Action(str(uuid7()), "register", ActionState.DONE, "test", name, creates=True, subject_ref=subject)
    record = Callback(
        id=str(uuid7()),
        vendor=vendor,
        source=source.name,
        verification_id=name,
        received_at=datetime.now(UTC),
        body=to_body(registered),
        kind=CallbackKind.ACTION,
        test=True,
    )
    await log.append(topics.callbacks(vendor), to_message(record))


async def begin_all(vendors: Vendors, settings: Settings, log: EventLog) -> dict[str, list[str]]:
    """A verification for every play of each vendor, known here from its creation."""
    made: dict[str, list[str]] = {"idenfy": [], "idverse": [], "solaris": [], "credas": []}
    account = idenfy.Account()
    headers = {"Authorization": encode_basic_auth(account.api_key, account.api_secret)}
    for number in range(len(IDENFY)):
        token = await vendors.ask(
            "POST", "idenfy", "/api/v2/token", {"clientId": f"customer-{number}"}, headers=headers
        )
        made["idenfy"].append(token["scanRef"])
    for number in range(len(IDVERSE)):
        created = await vendors.play("idverse", "transactions", {"reference": f"customer-{number}"})
        made["idverse"].append(created["transaction_id"])
    for name in SOLARIS:
        begun = await vendors.play("solaris", "identifications", {"first_name": name})
        made["solaris"].append(begun["id"])
        await known_here(log, settings, "solaris", begun["id"], begun["personId"])
    made["credas"] = [(await vendors.play("credas", "processes"))["id"] for _ in CREDAS]
    for vendor in ("idenfy", "idverse", "credas"):
        for name in made[vendor]:
            await known_here(log, settings, vendor, name)
    return made


IDENFY: list[list[tuple[str, dict[str, Any]]]] = [
    [("finish", {"review": False})],
    [("finish", {"review": False, "outcome": "DENIED", "face": "FAKE_FACE"})],
    [("finish", {"review": False, "outcome": "SUSPECTED", "fraudTags": ["DUPLICATE_FACE"]})],
    [("finish", {"review": True}), ("review", {"outcome": "APPROVED"})],
    [("finish", {"review": True}), ("review", {"outcome": "DENIED", "document": "DOC_FAKE"})],
    [("expire", {})],
    [("cancel", {})],
    [],
]
IDVERSE: list[list[tuple[str, dict[str, Any]]]] = [
    [("complete", {"overall": "PASSED"})],
    [("complete", {"overall": "FLAGGED"})],
    [("complete", {"overall": "PASSED", "liveness": "FLAGGED"})],
    [("open", {}), ("complete", {"overall": "PASSED"})],
    [("submit", {}), ("complete", {"overall": "FLAGGED", "facematch": "FLAGGED"})],
    [("expire", {})],
    [("open", {}), ("cancel", {})],
    [("open", {})],
    [],
]
CREDAS: list[list[tuple[str, dict[str, Any]]]] = [
    [("complete", {"outcome": "pass"})],
    [("complete", {"liveness": 2})],
    [("complete", {"outcome": "refer"})],
    [("complete", {"liveness": 2}), ("review", {"liveness": 4})],
    [("complete", {"outcome": "pass"}), ("review", {"document": 5})],
    [("complete", {"outcome": "fail"}), ("reinvite", {}), ("complete", {"outcome": "pass"})],
    [("submit", {})],
    [("expire", {})],
    [],
]
SOLARIS = [
    f"X-AUTOTEST-{scenario}"
    for scenario in (
        *("HAPPYPATH", "CHANGEALL", "CHANGEALLREVIEW", "ABORTIDENT"),
        *("FRAUDOK", "FRAUDIDENT", "CANCELED", "LONGREVIEW"),
    )
] + ["Expired", "Rejected", "Waiting"]
"""The robots play the first by themselves; what becomes of the last is set."""


_DRIVEN = (
    ("idenfy", IDENFY, "verifications"),
    ("idverse", IDVERSE, "transactions"),
    ("credas", CREDAS, "processes"),
)


async def drive(vendors: Vendors, made: Mapping[str, list[str]], first: int, last: int) -> None:
    """The plays from ``first`` to before ``last`` of each vendor."""
    for vendor, plays, path in _DRIVEN:
        for name, steps in list(zip(made[vendor], plays, strict=True))[first:last]:
            for step, body in steps:
                await vendors.play(vendor, f"{path}/{name}/{step}", body)


async def end_solaris(vendors: Vendors, made: Mapping[str, list[str]]) -> None:
    """Two states are set that no video identification reaches; after the outage a day passes for the long review."""
    by_name = dict(zip(SOLARIS, made["solaris"], strict=True))
    await vendors.play("solaris", f"identifications/{by_name['Expired']}/status", {"status": "expired"})
    await vendors.play("solaris", f"identifications/{by_name['Rejected']}/status", {"status": "rejected"})
    await until(lambda: is_up(vendors))
    await vendors.play("solaris", "clock", {"advance": 90_000})
    await until(lambda: is_over(vendors, by_name["Waiting"]))


async def is_up(vendors: Vendors) -> bool:
    async with vendors.client.post(f"{vendors.urls['solaris']}/oauth2/token") as answer:
        return answer.status < 500


async def is_over(vendors: Vendors, but: str) -> bool:
    """Whether every robot has played to its end."""
    told = (await vendors.ask("GET", "solaris", "/_sandbox/truth"))["identifications"]
    return not any(each["status"].startswith(("created", "pending")) for each in told if each["id"] != but)


async def truth(vendors: Vendors) -> Truth:
    """What the vendors themselves hold to be so, as outcomes."""
    at_idenfy = await vendors.ask("GET", "idenfy", "/_sandbox/verifications")
    at_idverse = await vendors.ask("GET", "idverse", "/_sandbox/truth")
    at_solaris = await vendors.ask("GET", "solaris", "/_sandbox/truth")
    at_credas = await vendors.ask("GET", "credas", "/_sandbox/truth")
    return {
        **{("idenfy", each["scanRef"]): _of_idenfy(each) for each in at_idenfy["verifications"]},
        **{("idverse", each["transaction_id"]): _of_idverse(each) for each in at_idverse["transactions"]},
        **{("solaris", each["id"]): _OF_SOLARIS[each["status"]] for each in at_solaris["identifications"]},
        **{("credas", each["id"]): _of_credas(each) for each in at_credas["processes"]},
    }


_OF_IDENFY = {
    "APPROVED": Outcome.VERIFIED,
    "DENIED": Outcome.REJECTED,
    "SUSPECTED": Outcome.NEEDS_REVIEW,
    "EXPIRED": Outcome.EXPIRED,
}
_OF_SOLARIS = {
    "pending": Outcome.PENDING,
    "successful": Outcome.VERIFIED,
    "failed": Outcome.REJECTED,
    "aborted": Outcome.CANCELLED,
    "canceled": Outcome.CANCELLED,
    "expired": Outcome.EXPIRED,
    "rejected": Outcome.REJECTED,
}


def _of_idenfy(told: Mapping[str, Any]) -> Outcome:
    return _OF_IDENFY.get(told["overall"], Outcome.PENDING)


def _of_idverse(told: Mapping[str, Any]) -> Outcome:
    if told["status"] != "COMPLETE":
        return Outcome(told["status"]) if told["status"] in {"EXPIRED", "CANCELLED"} else Outcome.PENDING
    return Outcome.VERIFIED if set(told["results"].values()) == {"PASSED"} else Outcome.NEEDS_REVIEW


def _of_credas(told: Mapping[str, Any]) -> Outcome:
    """Complete does not mean passed: then the newest submission decides."""
    if told["status"] != 2:
        return Outcome.EXPIRED if told["status"] == 6 else Outcome.PENDING
    newest = told["actors"][0]["entries"][-1]
    return {1: Outcome.VERIFIED, 2: Outcome.NEEDS_REVIEW, 3: Outcome.REJECTED}[newest["overall"]]


async def projected(settings: Settings, wanted: Truth) -> Truth:
    async with open_store(settings.projections_url) as store:
        found = {key: await queries.status(store, *key) for key in wanted}
    return {key: _told(row) for key, rows in found.items() for row in rows if row.kind is EventKind.VERIFICATION}


def _told(row: StatusRow) -> Outcome:
    """The API of iDenfy tells no cancellation from an expiry: that only the webhook does, which may be lost."""
    return Outcome.EXPIRED if (row.provider, row.outcome) == ("idenfy", Outcome.CANCELLED) else row.outcome


async def events(log: EventLog) -> list[VerificationEvent]:
    return [event_from_record(record) async for record in log.scan(topics.VERIFICATION_EVENTS)]


@pytest.mark.timeout(180)
async def test_after_lost_webhooks_and_an_outage_the_projections_are_the_vendors_truth(
    place: tuple[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    """A fifth of the webhooks is never sent, and three vendors are down for ten of their minutes in the middle. Nothing
    is told twice, no quota is exceeded by the vendors' own count, nothing is given up.
    """
    async with whole(place, tmp_path) as (vendors, settings, log):
        made = await begin_all(vendors, settings, log)
        await drive(vendors, made, 0, 4)
        for vendor in ("idverse", "solaris", "credas"):
            await vendors.play(vendor, "down", {"minutes": 10})
        await drive(vendors, made, 4, 99)
        await end_solaris(vendors, made)
        expected: dict[str, Truth] = {}

        async def level() -> bool:
            expected["truth"] = await truth(vendors)
            return expected["truth"] == await projected(settings, expected["truth"])

        with suppress(AssertionError):  # what differs says more than that something does
            await until(level, deadline=60.0)
        seen = await projected(settings, expected["truth"])
        assert expected["truth"] == seen
        assert {"idenfy", "idverse", "solaris", "credas"} == {vendor for vendor, _ in seen}
        told = await events(log)
        assert [] == [record async for record in log.scan(topics.DEAD_LETTERS)]
        await _assert_budgets_were_kept(vendors)
        await _assert_webhooks_were_lost(vendors)
    assert {} == {name: number for name, number in Counter(event.event_id for event in told).items() if number > 1}
    assert [] == _told_twice(told)
    assert {"CALLBACK", "FETCHED", "RECONCILED", "OPERATOR"} == {event.provenance for event in told}


async def _assert_budgets_were_kept(vendors: Vendors) -> None:
    counts = await vendors.ask("GET", "idverse", "/_sandbox/counts")
    assert [0] * len(counts["days"]) == [day["limited"] for day in counts["days"].values()]
    assert max(day["counted"] for day in counts["days"].values()) <= QUOTA
    usage = await vendors.ask("GET", "solaris", "/_sandbox/usage")
    assert (0, True) == (usage["refused"], usage["highest"] <= PARALLEL)


async def _assert_webhooks_were_lost(vendors: Vendors) -> None:
    """Else this proved nothing; the vendors' books say which."""
    for vendor in vendors.urls:
        books = await vendors.ask("GET", vendor, "/_sandbox/deliveries")
        lost = [attempt for attempt in books["attempts"] if attempt["error"] == "dropped on purpose"]
        assert (vendor, 0, [], True) == (vendor, books["pending"], books["crashes"], bool(lost))


def _told_twice(told: list[VerificationEvent]) -> list[tuple[str, str]]:
    """Verifications of which two events in a row say the same."""
    last: dict[tuple[str, EventKind], tuple[Any, ...]] = {}
    twice = []
    for event in told:
        says = event.outcome, event.final, event.vendor_status, event.reasons, event.checks
        if last.get((event.key, event.kind)) == says:
            twice.append((event.key, event.vendor_event))
        last[event.key, event.kind] = says
    return twice
