"""Every page as it leaves the server: empty, full, hostile, and for each kind of person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from consumers.alerts import handling
from consumers.console.auditing import digest
from consumers.errors import ProjectionUnavailable
from consumers.projections import queries
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from schemas import deadletter, observation
from schemas.alert import Alert, AlertScope, Severity
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.event import (
    Check,
    CheckKind,
    CheckResult,
    EventKind,
    Outcome,
    Provenance,
    Reason,
    ReasonClass,
    VerificationEvent,
)
from schemas.message import Message
from schemas.observation import BUDGET, DOORS, Observation, ObservationKind
from schemas.topics import OBSERVATIONS
from tests.consumers.making import told
from tests.consumers.pages.conftest import Site
from tests.ingest.act.counter import VENDOR

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = "/", "/search?q=thing-1", "/verifications", "/work", "/vendors", "/alerts", "/dead-letters", "/actions"
EVERYBODY = "vic", "dora", "ann", "bob", "ada"
EVIL = (
    "</title><script>alert(1)</script>\"><img src=x onerror='alert(1)'>' onfocus='alert(1)' autofocus='",
    "\u202egnp.exe\u2066\u2069\u200b{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "../../%2e%2e/?a=b#c",
    "x" * 10_000,
)


def alert(number: int = 1, **changes: object) -> Alert:
    example = Alert(
        alert_id=f"alert-{number}",
        rule="rejected-for-fraud",
        severity=Severity.CRITICAL,
        provider=VENDOR,
        source="counter",
        verification_id="thing-1",
        event_ids=("event-1",),
        message="Rejected for fraud.",
        outcome=Outcome.REJECTED,
        test=False,
        raised_at=datetime.now(UTC),
    )
    return replace(example, **changes)  # type: ignore[arg-type]  # any field


def letter(number: int = 1, topic: str = f"callbacks.{VENDOR}", **changes: object) -> Message:
    example = DeadLetter(
        stage="normalize",
        reason=DeadLetterReason.NOT_JSON,
        detail="the body is not JSON",
        topic=topic,
        partition=0,
        offset=number,
        version="0",
        key=f"thing-{number}/callback-{number}",
        partition_key=f"thing-{number}",
        headers=(("id", f"callback-{number}".encode()), ("vendor", VENDOR.encode()), ("source", b"counter")),
        value=b"no json",
    )
    return deadletter.to_message(replace(example, **changes))  # type: ignore[arg-type]  # any field


def thing(number: int = 1, outcome: Outcome = Outcome.REJECTED, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    about: dict[str, Any] = {
        "provider": VENDOR,
        "source": "counter",
        "verification_id": f"thing-{number}",
        "subject_ref": "customer-1",
    }
    now = datetime.now(UTC)
    return told(number, outcome, **{**about, "received_at": now, "occurred_at": now - timedelta(seconds=3), **changes})


async def full(site: Site) -> None:
    """Something of everything is there."""
    reasons = tuple(Reason(each, f"CODE_{each}") for each in ReasonClass)
    checks = tuple(Check(kind, kind.lower(), result, "word") for kind in CheckKind for result in CheckResult)
    events = [
        thing(number, outcome, reasons=reasons, checks=checks, test=number % 2 == 0)
        for number, outcome in enumerate(Outcome, start=1)
    ]
    beside = [
        thing(100 + number, Outcome.PENDING, verification_id="thing-1", kind=kind, provenance=provenance, final=False)
        for number, (kind, provenance) in enumerate(
            zip(EventKind, [*Provenance] * 3, strict=False),
        )
        if kind is not EventKind.ERASED
    ]
    alerts = [
        alert(number, severity=severity, scope=scope, count=number, test=number == 2)
        for number, (severity, scope) in enumerate(zip(Severity, AlertScope, strict=True), start=1)
    ]
    letters = [letter(number, reason=reason) for number, reason in enumerate(DeadLetterReason, start=1)]
    await site.told(*events, *beside, *alerts, *letters)


async def test_every_page_is_whole_while_there_is_nothing(site: Site) -> None:
    """For everybody. Each says what would stand there; what nobody knows is 404 in words."""
    for who, path in product(EVERYBODY, EVERYTHING):
        seen = await site.get(path, who)
        assert (200, []) == (seen.status, seen.page.faults), (who, path)
    for who, path in product(EVERYBODY, ("/verifications/counter/nobody", "/subjects/nobody", "/nothing/here")):
        seen = await site.get(path, who)
        assert (404, []) == (seen.status, seen.page.faults), (who, path)


async def test_every_page_is_whole_with_something_of_everything(site: Site) -> None:
    await full(site)
    more = "/verifications/counter/thing-1", "/subjects/customer-1", "/alerts?severity=CRITICAL"
    for who, path in product(EVERYBODY, (*EVERYTHING, *more)):
        seen = await site.get(path, who)
        assert (200, []) == (seen.status, seen.page.faults), (who, path)


async def test_what_vendors_write_is_text_in_every_field(site: Site) -> None:
    """Markup, quotes, templates, marks that turn text around, words of 10,000 letters: all of it is shown as itself."""
    clean = await _elements(site, thing(1), alert(1), letter(1), "thing-1", "customer-1")
    for number, evil in enumerate(EVIL, start=10):
        name = f"{evil[:200]}{number}"
        hostile = thing(
            number,
            verification_id=name,
            subject_ref=name,
            source=evil[:200],
            vendor_event=evil,
            vendor_status=evil,
            reasons=(Reason(ReasonClass.FRAUD, evil),),
            checks=(Check(CheckKind.FACE, evil, CheckResult.FAIL, evil),),
            unmapped=(evil,),
        )
        raised = alert(number, alert_id=name, verification_id=name, source=evil[:200], rule=evil, message=evil)
        dead = letter(number, key=f"{name}/x", detail=evil, stage=evil[:500])
        assert clean == await _elements(site, hostile, raised, dead, name, name), evil[:40]


async def _elements(
    site: Site, event: VerificationEvent, raised: Alert, dead: Message, verification: str, subject: str
) -> list[tuple[int, int, int]]:
    """Of each page about these: its status, how many faults it has, and how many scripts and pictures."""
    soon, note = datetime.now(UTC) + timedelta(hours=1), event.vendor_event[:1000]
    await handling.acknowledge(site.log, raised.alert_id, note, note)
    silence = handling.new_silence(note, until=soon, note=note, rule=raised.rule, source=raised.source)
    await handling.begin_silence(site.log, silence)
    await site.told(event, raised, dead)
    found = []
    name, ref = quote(verification, safe=""), quote(subject, safe="")
    for path in (*EVERYTHING, f"/search?q={name}", f"/verifications/counter/{name}", f"/subjects/{ref}",
                 f"/actions/counter/set-state?verification={name}", f"/alerts?verification_id={name}"):  # fmt: skip
        seen = await site.get(path)
        found.append((seen.status, len(seen.page.faults), seen.html.count("<script") + seen.html.count("<img")))
        assert not {"\u202e", "\u2066", "\u200b"} & set(seen.text), path
    return found


async def test_a_whole_id_leads_to_its_verification_and_a_reference_to_all_of_it(site: Site) -> None:
    await site.told(thing(1), thing(2))
    assert "/verifications/counter/thing-1" == (await site.get("/search?q=thing-1")).url.path
    assert "/verifications/counter/thing-1" == (await site.get("/search?q=counter:thing-1")).url.path
    by_reference = await site.get("/search?q=customer-1")
    assert "2 verifications for “ customer-1 ”" in by_reference.text
    assert "Nothing for “ nobody ”" in (await site.get("/search?q=nobody")).text


async def test_an_id_may_have_any_character(site: Site) -> None:
    """The links of one page lead to the next one."""
    name = "a/b?c=d&e#f %2F ü+\"'<"
    await site.told(thing(1, verification_id=name, subject_ref=name))
    listed = await site.get("/verifications")
    [path] = {link for link in listed.page.links if link.startswith("/verifications/counter/")}
    one = await site.get(path)
    assert (200, True) == (one.status, name in one.text)
    [path] = {link for link in one.page.links if link.startswith("/subjects/")}
    assert name in (await site.get(path)).text


async def test_a_verification_says_what_it_came_to_and_why(site: Site) -> None:
    """In words, beside the vendor's own."""
    reason = Reason(ReasonClass.FRAUD, "FAKE_FACE")
    check = Check(CheckKind.LIVENESS, "liveness", CheckResult.FAIL, "2 AutoFail")
    await site.told(thing(1, reasons=(reason,), checks=(check,)), thing(2), alert(1))
    text = (await site.get("/verifications/counter/thing-1", "vic")).text
    for words in ("Rejected final", "By a person at the vendor", "Signs of fraud", "FAKE_FACE", "Liveness",
                  "2 AutoFail", "Failed", "Rejected for fraud.", "thing-2", "the vendor called back"):  # fmt: skip
        assert words in text, words
    assert "What you can do" not in text
    assert "set-state" in (await site.get("/verifications/counter/thing-1", "ann")).text


async def test_a_test_is_called_one_wherever_it_stands(site: Site) -> None:
    await site.told(thing(1, test=True))
    for path in (
        "/",
        "/verifications",
        "/search?q=customer-1",
        "/subjects/customer-1",
        "/verifications/counter/thing-1",
    ):
        assert "TEST" in (await site.get(path)).text, path
    await site.told(thing(1, Outcome.VERIFIED, event_id="another", test=False))
    assert "TEST:" not in (await site.get("/verifications/counter/thing-1")).text


async def test_open_work_says_what_waits_for_whom(site: Site) -> None:
    await site.told(thing(1, Outcome.NEEDS_REVIEW), thing(2, Outcome.PENDING), thing(3, Outcome.VERIFIED))
    everything = await site.get("/work")
    assert ("thing-1" in everything.text, "thing-2" in everything.text, "thing-3" in everything.text) == (
        True,
        True,
        False,
    )
    reviews = await site.get("/work?waits_for=REVIEWER")
    assert ("thing-1" in reviews.text, "thing-2" in reviews.text) == (True, False)
    assert 400 == (await site.get("/work?waits_for=NOBODY")).status


async def test_what_came_last_is_shown_however_much_came_beside_it(site: Site) -> None:
    """Screenings of lists come by the hundred; verifications of persons and businesses alike stand there."""
    business = thing(2, kind=EventKind.COMPANY, received_at=datetime.now(UTC) + timedelta(seconds=1))
    await site.told(thing(1), business, *(thing(number, kind=EventKind.AML) for number in range(3, 70)))
    links = [link for link in (await site.get("/")).page.links if link.startswith("/verifications/counter/")]
    assert ["/verifications/counter/thing-2", "/verifications/counter/thing-1"] == links


async def test_what_is_not_there_says_what_and_names_the_api_to_programs_alone(site: Site) -> None:
    page, person = await site.get("/nothing"), await site.person("vic")
    async with person.http.get(f"{site.url}/api/v1/nothing") as program:
        told = await program.json(content_type=None)
    assert (404, False) == (page.status, "/api/v1" in page.text)
    assert ("no-such-path", True) == (told["code"], "/api/v1/openapi.json" in told["detail"])


async def test_long_lists_go_on_and_an_old_page_begins_again(site: Site) -> None:
    """Each verification stands on one page, whatever comes meanwhile."""
    await site.told(*(thing(number) for number in range(1, 121)))
    seen, path = list[str](), "/verifications?outcome=REJECTED"
    while path:
        page = (await site.get(path)).page
        seen += [link.rsplit("/", 1)[1] for link in page.links if link.startswith("/verifications/counter/")]
        path = page.following
    assert {f"thing-{number}" for number in range(1, 121)} == set(seen)
    assert 120 == len(seen)
    again = await site.get("/verifications?outcome=REJECTED&cursor=of-long-ago")
    assert (200, "outcome=REJECTED") == (again.status, again.url.query_string)


async def test_who_looks_at_what_is_written_down_before_it_is_shown(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once while a page shows it again by itself; a search by its digest. Without the log nothing is shown."""
    await site.told(thing(1))
    for _ in range(3):
        await site.get("/verifications/counter/thing-1", "vic")
    await site.get("/search?q=customer-1", "vic")
    await site.get("/subjects/customer-1", "vic")
    looked = [each for each in await site.looked() if each[1] != "overview"]
    assert [("vic", "verification", "counter:thing-1"), ("vic", "subject", "customer-1")] == [looked[0], looked[2]]
    assert ("search", True, False) == (looked[1][1], looked[1][2].startswith("sha256:"), "customer-1" in looked[1][2])

    async def away(*_: object) -> None:
        raise LogUnavailable("the log is away")

    monkeypatch.setattr(log, "append", away)
    seen = await site.get("/verifications/counter/thing-1", "bob")
    assert (503, False) == (seen.status, "thing-1" in seen.text)


@pytest.mark.parametrize(
    ("path", "what"),
    [("/verifications", "verifications"), ("/work", "open-work"), ("/alerts", "alerts"),
     ("/dead-letters", "dead-letters")],
)  # fmt: skip
async def test_which_list_was_looked_at_is_written_down(site: Site, path: str, what: str) -> None:
    """By a digest of its filter and page, whatever their order; each one once while it is shown again by itself."""
    for query in ("", "?source=", "?provider=counter&test=no", "?test=no&provider=counter&said=gone", "?test=yes"):
        assert 200 == (await site.get(path + query, "vic")).status
    expected = ["", digest("provider=counter&test=no"), digest("test=yes")]
    assert expected == [about for _, each, about in await site.looked() if each == what]


async def test_a_filter_that_is_none_is_refused_in_words(site: Site) -> None:
    for query in ("outcome=GOOD", "final=perhaps", "since=yesterday", "test=1", f"source={'x' * 600}",
                  "until=9999-12-31", "since=0001-01-01", "since=1899-12-31", "until=2100-01-01"):  # fmt: skip
        seen = await site.get(f"/verifications?{query}")
        assert (400, []) == (seen.status, seen.page.faults), query
    assert "until: a day from 1900 to 2099" in (await site.get("/verifications?until=9999-12-31")).text
    for day in ("1900-01-01", "2099-12-31"):
        assert 200 == (await site.get(f"/verifications?since={day}&until={day}")).status


async def test_light_or_dark_is_kept_for_whoever_has_no_script(site: Site) -> None:
    """And nobody is sent elsewhere by the form that chooses it."""
    chosen = await site.post("/theme", {"theme": "dark", "back": "/work?test=no"})
    assert ("/work", "test=no", True) == (chosen.url.path, chosen.url.query_string, 'data-theme="dark"' in chosen.html)
    for back in ("//evil.example/", "/\\evil.example", "https://evil.example/"):
        assert f"{site.url}/" == str((await site.post("/theme", {"theme": "light", "back": back})).url)


async def test_light_or_dark_is_chosen_on_an_answer_to_a_form(site: Site) -> None:
    """Such a page has no address to go back to."""
    answer = await site.post("/actions/counter/touch", {"argument.thing": ""}, "ann")
    assert (400, "/") == (answer.status, next(form["back"] for form in answer.page.forms if form["/"] == "/theme"))


async def test_styles_and_scripts_are_kept_by_a_browser_while_they_are_the_same(site: Site) -> None:
    """Whoever is not signed in has them too; a page itself is kept by nobody."""
    person = await site.person("vic")
    for name in ("console.css", "console.js", "icon.svg", "vendor/htmx.min.js", "vendor/htmx-sse.min.js"):
        async with person.http.get(f"{site.url}/static/{name}") as first:
            assert (200, "no-cache") == (first.status, first.headers["Cache-Control"])
        asked = {"If-None-Match": first.headers["ETag"]}
        async with person.http.get(f"{site.url}/static/{name}", headers=asked) as again:
            assert 304 == again.status
    async with person.http.get(f"{site.url}/work") as page:
        assert "no-store" == page.headers["Cache-Control"]
    async with person.http.get(f"{site.url}/static/../rights.py") as elsewhere:
        assert 404 == elsewhere.status


async def test_a_business_is_shown_by_what_its_verification_came_to(site: Site) -> None:
    """However many steps of operators', signals and screenings stand beside it."""
    beside = (EventKind.ACTION, EventKind.AML, EventKind.SIGNAL)
    await site.told(
        thing(1, Outcome.VERIFIED, kind=EventKind.COMPANY),
        *(
            thing(number, Outcome.UNKNOWN, verification_id="thing-1", kind=kind)
            for number, kind in enumerate(beside, 2)
        ),
    )
    assert "Company at counter thing-1 Verified final" in (await site.get("/verifications/counter/thing-1", "vic")).text


async def test_what_tells_of_something_has_no_outcome_to_be_shown(site: Site) -> None:
    await site.told(thing(1, Outcome.UNKNOWN, kind=EventKind.ERASED))
    text = (await site.get("/verifications/counter/thing-1", "vic")).text
    assert ("Erased at the vendor" in text, "No outcome" in text) == (True, False)


async def test_of_a_long_timeline_the_newest_are_shown_and_all_on_demand(site: Site) -> None:
    now = datetime.now(UTC)
    moments = [now - timedelta(minutes=number) for number in range(130)]
    await site.told(*(
        thing(1, Outcome.PENDING, event_id=f"event-{number}", occurred_at=moment, received_at=moment)
        for number, moment in enumerate(moments)
    ))  # fmt: skip
    seen = await site.get("/verifications/counter/thing-1")
    assert ("event-99" in seen.html, "event-100" in seen.html) == (True, False)
    assert "Show 30 earlier ones, too" in seen.text
    [path] = [link for link in seen.page.links if link.endswith("?all=yes")]
    whole = await site.get(path)
    assert ("event-129" in whole.html, "earlier one" in whole.text) == (True, False)


async def test_who_has_only_tests_to_wait_for_is_told_so(site: Site) -> None:
    """A number and the age beside it are of the same things."""
    await site.told(thing(1, Outcome.NEEDS_REVIEW, test=True, occurred_at=datetime.now(UTC) - timedelta(hours=3)))
    for path in ("/", "/work"):
        assert "only 1 test, oldest 3 hours ago" in (await site.get(path)).text, path
    await site.told(thing(2, Outcome.NEEDS_REVIEW, occurred_at=datetime.now(UTC) - timedelta(hours=3)))
    assert "1 oldest" in (await site.get("/")).text


async def test_a_vendors_plots_stand_there_in_words_too(site: Site) -> None:
    """What was refused and what failed are two things, and an old budget says how old it is."""
    now = datetime.now(UTC)
    doors = Observation(ObservationKind.DOORS, now, VENDOR, "counter", dict(zip(DOORS, (7, 2, 1, 4), strict=True)))
    spent = dict(zip(BUDGET, (12, 300, 1900, 2000), strict=True))
    await site.told(thing(1))
    for observed in (doors, Observation(ObservationKind.BUDGET, now - timedelta(hours=3), VENDOR, "counter", spent)):
        await site.log.append(OBSERVATIONS, observation.to_message(observed))
    await site.projected()
    text = (await site.get("/vendors")).text
    hour = f"{now:%-d %b %H:00} UTC"
    assert "48 hours ago most 14 an hour now" in text
    budgets = "Calls within the hour, as of 3 hours ago 12 of 300", "Calls within the day 1,900 of 2,000"
    for words in (
        "7, 3 refused, 4 failed",
        f"{hour}: 7 stored, 3 refused, 4 failed",
        "1 rejected or in error",
        *budgets,
    ):
        assert words in text, words


async def test_what_is_away_may_be_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page looks by itself; one that came of a form does not, as nobody should send that twice unseen."""
    person = await site.person("ann")
    token = await person.own_token()

    async def away(*_: object, **__: object) -> None:
        raise ProjectionUnavailable("the read model is away")

    for name in ("alerts", "alert"):
        monkeypatch.setattr(queries, name, away)
    seen = await person.get("/alerts?test=no")
    assert (503, True, True) == (seen.status, 'hx-get="/alerts?test=no"' in seen.html, "Try again" in seen.text)
    assert "the read model is away" in seen.text
    answer = await person.post("/alerts/acknowledge", {"alert_id": "alert-1"}, token=token)
    assert (503, False, False) == (answer.status, "hx-get" in answer.html, "Try again" in answer.text)
