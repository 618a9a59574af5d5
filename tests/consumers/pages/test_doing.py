"""What people do on the pages: acting at vendors, handling alerts, sending dead letters back, opening bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import FormData

from consumers.alerts import handling
from consumers.console import opening
from consumers.console.auditing import looks
from consumers.console.pages import verification
from consumers.projections.store import Store
from consumers.redriving import letters
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Position, Record
from runtime.settings import ActSettings
from schemas import callback as callbacks
from schemas.action import Action
from schemas.event import EventKind, Outcome
from schemas.message import Message
from schemas.topics import AUDIT, DEAD_LETTERS, alert_handling
from tests.consumers.making import told
from tests.consumers.pages.conftest import Site, serving
from tests.consumers.pages.test_pages import alert, letter, thing
from tests.examples import callback
from tests.ingest.act.conftest import Desk
from tests.ingest.act.counter import VENDOR, Counter, says

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET = "/actions/counter/set-state"
GOOD = {"argument.thing": "thing-1", "argument.state": "good", "argument.reason": "seen by me", "key": "one"}


async def test_an_action_is_tried_then_done_and_told(site: Site) -> None:
    """What is missing stands beside its field; a dry run does nothing; who did it and why is on the log."""
    await site.told(thing(1))
    missing = await site.post(SET, {"argument.thing": "", "argument.state": "", "argument.reason": ""}, "ann")
    assert (400, [], 2) == (missing.status, missing.page.faults, missing.html.count('aria-invalid="true"'))
    assert "missing; Its id." in missing.text
    dry = await site.post(SET, GOOD | {"do": "dry"}, "ann")
    assert (200, True, True, []) == (
        dry.status,
        "This would be sent" in dry.text,
        "(secret)" in dry.text,
        site.vendor.calls,
    )
    assert 'value="thing-1"' in dry.html
    done = await site.post(SET, GOOD, "ann")
    assert (200, True, []) == (done.status, "Done It is on the log" in done.text, done.page.faults)
    assert {"thing-1": "good"} == site.vendor.states
    [*_, begun, ended] = await _steps(site)
    assert [("ann", "seen by me")] * 2 == [(step.operator, step.reason) for step in (begun, ended)]


async def _steps(site: Site) -> list[Action]:
    return await Desk(site.log, site.vendor, None).steps()  # type: ignore[arg-type]  # only the log is asked


async def test_a_form_that_is_sent_twice_is_done_once(site: Site) -> None:
    first, second = await site.post(SET, GOOD, "ann"), await site.post(SET, GOOD, "ann")
    assert (True, True) == ("Done It is on the log" in first.text, "Done before" in second.text)
    assert 1 == site.vendor.calls.count("PUT /things/thing-1/state")


async def test_a_form_that_was_changed_is_not_said_to_be_done(site: Site) -> None:
    """Under the key of what was done nothing else is; sent once more it counts as a new one."""
    await site.post(SET, GOOD, "ann")
    changed = await site.post(SET, GOOD | {"argument.thing": "thing-2"}, "ann")
    assert (422, True, False, []) == (
        changed.status, "nothing was done now" in changed.text, "Done before" in changed.text, changed.page.faults,
    )  # fmt: skip
    assert ({"thing-1": "good"}, False) == (site.vendor.states, 'name="key" value="one"' in changed.html)


async def test_what_only_reads_is_read_again(site: Site) -> None:
    """Whoever sends its form twice sees what is there now."""
    fields = {"argument.thing": "thing-1", "key": "one"}
    for _ in range(2):
        seen = await site.post("/actions/counter/look", fields, "ann")
        assert (200, True) == (seen.status, "Done It is on the log" in seen.text)


async def test_what_nobody_knows_may_be_sent_again_under_the_same_key(site: Site) -> None:
    """So that it is not done twice."""
    site.vendor.after = says(502, {"why": "a gateway"})
    lost = await site.post(SET, GOOD, "ann")
    assert (True, True) == ("Nobody knows whether it was done" in lost.text, 'name="key" value="one"' in lost.html)


async def test_every_kind_of_field_can_be_filled_in(site: Site) -> None:
    """JSON, a number, true or false, a file, a list. What cannot be read is said, and what was typed is kept."""
    fields = {
        "argument.customer": "customer-1",
        "argument.more": '{"a": 1}',
        "argument.count": "3",
        "argument.loud": "true",
        "argument.tags": "one\r\ntwo\r\n",
    }
    wrong = await site.post(
        "/actions/counter/create", fields | {"argument.more": "{no", "argument.count": "three"}, "ann"
    )
    assert (400, True, True) == (wrong.status, "not JSON" in wrong.text, "not a whole number" in wrong.text)
    assert "{no" in wrong.text
    form = FormData()
    for name, value in fields.items():
        form.add_field(name, value)
    form.add_field("argument.picture", b"a picture", filename="picture.png", content_type="image/png")
    assert "Done" in (await site.post("/actions/counter/create", form, "ann")).text
    begun = (await _steps(site))[0]
    expected = {"customer": "customer-1", "more": {"a": 1}, "count": 3, "loud": True, "tags": ["one", "two"]}
    assert expected == {name: value for name, value in begun.arguments.items() if name != "picture"}
    picture = begun.arguments["picture"]
    assert isinstance(picture, dict)
    assert 9 == picture["bytes"]


async def test_a_file_is_saved_and_never_shown(site: Site) -> None:
    person = await site.person("ann")
    token = next(form["csrf_token"] for form in (await person.get("/")).page.forms if "csrf_token" in form)
    fields = {"argument.thing": "thing-1", "csrf_token": token}
    async with person.http.post(f"{site.url}/actions/counter/report", data=fields) as answer:
        assert (200, "application/pdf") == (answer.status, answer.content_type)
        assert 'attachment; filename="report"' == answer.headers["Content-Disposition"]
        assert b"%PDF-1.7 report" == await answer.read()


async def test_one_asks_and_another_confirms(log: EventLog, read_model: Store, vendor: Counter) -> None:
    """Whoever asked is offered no button that would not work."""
    async with serving(log, read_model, vendor, ActSettings(two_persons=("counter.set-state",))) as site:
        asked = await site.post(SET, GOOD, "ann")
        assert ("Somebody else must confirm it now." in asked.text, {}) == (True, vendor.states)
        again = await site.post(SET, GOOD, "ann")
        assert (True, False) == ("Asked for before" in again.text, "Done before" in again.text)
        own, others = await site.get("/actions", "ann"), await site.get("/actions", "bob")
        assert "You asked for it" in own.text
        confirm = [form["/"] for form in others.page.forms if form["/"].endswith("/confirm")]
        assert [] == [form for form in own.page.forms if form["/"].endswith("/confirm")]
        assert (1, True) == (len(confirm), "seen by me" in others.text)
        assert 409 == (await site.post(confirm[0], {}, "ann")).status
        done = await site.post(confirm[0], {}, "bob")
        assert ("counter set-state Done" in done.text, {"thing-1": "good"}) == (True, vendor.states)


async def test_what_was_done_says_who_and_why_to_those_who_act(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page of actions and in the timeline. While the log is away both say so, and the rest stays."""
    await site.post(SET, GOOD, "ann")
    [*_, last] = [record async for record in log.scan(f"callbacks.{VENDOR}")]
    raw = replace(told(1, Outcome.UNKNOWN).raw, topic=last.topic, partition=last.partition, offset=last.offset)
    step = thing(1, Outcome.UNKNOWN, kind=EventKind.ACTION, vendor_event="set-state", vendor_status="DONE", raw=raw)
    await site.told(thing(1, event_id="decision"), step)
    for path in ("/actions", "/verifications/counter/thing-1"):
        assert "seen by me" in (await site.get(path, "bob")).text, path
        assert "seen by me" not in (await site.get(path, "vic")).text, path

    def away(*_: object, **__: object) -> None:
        raise LogUnavailable("the log is away")

    monkeypatch.setattr(log, "scan", away)
    for path in ("/actions", "/verifications/counter/thing-1"):
        seen = await site.get(path, "bob")
        assert (200, True, True) == (seen.status, "The log does not answer" in seen.text, "thing-1" in seen.text), path


async def test_a_log_that_does_not_answer_is_waited_for_a_while(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a page says so, and shows what it has."""
    document = await _stored(site, b"{}")
    step = thing(1, Outcome.UNKNOWN, kind=EventKind.ACTION, vendor_event="set-state", vendor_status="DONE")
    await site.told(thing(1, event_id="decision"), step)

    async def stuck(*_: object, **__: object) -> AsyncIterator[Record]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]  # nothing ever comes

    monkeypatch.setattr(log, "scan", stuck)
    monkeypatch.setattr(opening, "_WITHIN", 0.05)
    monkeypatch.setattr(verification, "_ACTS_WITHIN", 0.05)
    seen = await site.get("/verifications/counter/thing-1", "bob")
    assert (200, True, True) == (seen.status, "The log does not answer" in seen.text, "thing-1" in seen.text)
    away = await site.get(document)
    assert (503, True) == (away.status, "the log does not answer" in away.text)


async def test_an_alert_is_acknowledged_with_a_note(site: Site) -> None:
    """Everybody sees by whom; nobody may who only looks."""
    await site.told(thing(1), alert(1))
    fields = {"alert_id": "alert-1", "note": "on the phone", "back": "/alerts?severity=CRITICAL"}
    assert 403 == (await site.post("/alerts/acknowledge", fields, "vic")).status
    done = await site.post("/alerts/acknowledge", fields, "ann")
    assert ("/alerts", "severity=CRITICAL&said=acknowledged") == (done.url.path, done.url.query_string)
    await site.projected()
    assert "ann looks after it" in (await site.get("/alerts", "vic")).text
    assert "on the phone" in (await site.get("/alerts?acknowledged=yes", "vic")).text
    assert "No alerts" not in (await site.get("/alerts?acknowledged=no", "vic")).text
    nobodys = await site.post("/alerts/acknowledge", fields | {"alert_id": "nobody's"}, "ann")
    assert (404, True) == (nobodys.status, "no such alert" in nobodys.text)


@pytest.mark.parametrize(
    ("scope", "said"), [("verification", "thing-1"), ("source", "account counter"), ("rule", "Rule")]
)
async def test_alerts_like_one_are_silenced_for_a_while(site: Site, scope: str, said: str) -> None:
    await site.told(alert(1))
    fields = {"alert_id": "alert-1", "scope": scope, "hours": "4", "note": "known", "back": "/alerts"}
    await site.post("/alerts/silence", fields, "ann")
    await site.projected()
    seen = await site.get("/alerts", "ann")
    assert ("by ann , until" in seen.text, said in seen.text, "known" in seen.text) == (True, True, True)
    [silence] = [form["silence_id"] for form in seen.page.forms if "silence_id" in form]
    await site.post("/alerts/unsilence", {"silence_id": silence, "back": "/alerts"}, "ann")
    looked = await site.looked()
    assert ("ann", "unsilence", silence) in looked
    assert [silence] == [about.split()[0] for who, what, about in looked if (who, what) == ("ann", "silence")]
    await site.projected()
    assert "by ann , until" not in (await site.get("/alerts", "ann")).text
    assert 400 == (await site.post("/alerts/silence", fields | {"hours": "999"}, "ann")).status


async def test_a_silence_that_is_none_is_not_ended(site: Site) -> None:
    """And nothing is written."""
    seen = await site.post("/alerts/unsilence", {"silence_id": "made-up", "back": "/alerts"}, "ann")
    assert (404, True) == (seen.status, "no such silence" in seen.text)
    assert [] == [record async for record in site.log.scan(alert_handling())]
    assert "unsilence" not in {what for _, what, _ in await site.looked()}


async def test_no_silence_is_ended_that_could_not_be_written_down(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = handling.new_silence("ann", until=datetime.now(UTC) + timedelta(hours=1), rule="mine")
    await handling.begin_silence(log, silence)
    append = log.append

    async def away(topic: str, message: Message) -> Position:
        if topic == AUDIT and b"unsilence" in (message.value or b""):
            raise LogUnavailable("the log is away")
        return await append(topic, message)

    monkeypatch.setattr(log, "append", away)
    assert 503 == (await site.post("/alerts/unsilence", {"silence_id": silence.id}, "ann")).status
    assert [silence] == await handling.handled(log)


async def test_nothing_is_done_without_the_sessions_token(site: Site) -> None:
    await site.told(alert(1))
    for path in ("/alerts/acknowledge", "/alerts/silence", "/alerts/unsilence", "/dead-letters/redrive", "/theme", SET):
        assert 403 == (await site.post(path, GOOD | {"alert_id": "alert-1"}, token="of another")).status, path


async def test_a_dead_letter_is_sent_back_by_an_admin(site: Site) -> None:
    """The same bytes are on their topic again, and the letter is gone; a second time says so."""
    await site.told(letter(1), letter(2))
    listed = await site.get("/dead-letters")
    keys = [form["key"] for form in listed.page.forms if "key" in form]
    assert 403 == (await site.post("/dead-letters/redrive", {"key": keys[0]}, "bob")).status
    done = await site.post("/dead-letters/redrive", {"key": keys[0], "back": "/dead-letters"})
    assert "said=redriven" == done.url.query_string
    again = await site.post("/dead-letters/redrive", {"key": keys[0], "back": "/dead-letters"})
    assert "said=gone" == again.url.query_string
    await site.projected()
    assert 1 == len([form for form in (await site.get("/dead-letters")).page.forms if "key" in form])
    assert [b"no json"] == [record.value async for record in site.log.scan(f"callbacks.{VENDOR}")]
    assert 1 == len([each async for each in letters(site.log)])
    assert [("ada", "redrive", keys[0])] == await _redriven(site)


async def _redriven(site: Site) -> list[tuple[str, str, str]]:
    return [look for look in await site.looked() if look[1] == "redrive"]


async def test_no_dead_letter_is_sent_back_that_could_not_be_written_down(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.told(letter(1), letter(2))
    [(key, token), _] = [
        (form["key"], form["csrf_token"]) for form in (await site.get("/dead-letters")).page.forms if "key" in form
    ]
    append = log.append

    async def away(topic: str, message: Message) -> Position:
        if topic == AUDIT:
            raise LogUnavailable("the log is away")
        return await append(topic, message)

    monkeypatch.setattr(log, "append", away)
    for fields in ({"key": key}, {}):
        assert 503 == (await site.post("/dead-letters/redrive", fields, token=token)).status
    assert 2 == len([each async for each in letters(log)])


async def test_all_of_a_filter_are_sent_back_after_one_look(site: Site) -> None:
    """How many is said first. What cannot go back is named, with the reason."""
    await site.told(letter(1), letter(2), letter(3, stage="fetch"), letter(4, DEAD_LETTERS))
    sure = await site.get("/dead-letters/redrive?stage=normalize")
    assert "Send 3 dead letters back?" in sure.text
    done = await site.post("/dead-letters/redrive?stage=normalize", {})
    assert ("2 letters sent back" in done.text, "1 letter cannot go back" in done.text) == (True, True)
    assert 3 == len(await _redriven(site))
    assert ["fetch", "normalize"] == sorted([each.stage async for _, each in letters(site.log)])
    assert "Nothing to send back" in (await site.get("/dead-letters/redrive?stage=nowhere")).text


async def _stored(site: Site, body: bytes) -> str:
    message = callbacks.to_message(callback(vendor=VENDOR, verification_id="thing-1", body=body))
    at = await site.log.append(f"callbacks.{VENDOR}", message)
    return f"/documents/{at.topic}/{at.partition}/{at.offset}"


@pytest.mark.parametrize("who", ["dora", "ada"])
async def test_bytes_are_opened_by_those_who_may_and_every_time_is_written_down(site: Site, who: str) -> None:
    path = await _stored(site, b'{"name":"<script>alert(1)</script>","b":[1,2]}')
    for _ in range(2):
        seen = await site.get(path, who)
        assert (200, [], True) == (seen.status, seen.page.faults, '"name": "<script>alert(1)</script>"' in seen.text)
    where = path.removeprefix("/documents/")
    assert [(who, "document", where)] * 2 == [each for each in await site.looked() if each[1] == "document"]


async def test_bytes_are_closed_to_everybody_else(site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while nobody could write down that they were opened."""
    path = await _stored(site, b'{"name": "Jane"}')
    for who in ("vic", "ann", "bob"):
        seen = await site.get(path, who)
        assert (403, False) == (seen.status, "Jane" in seen.text), who
    await site.person("ada")

    async def away(*_: object) -> None:
        raise LogUnavailable("the log is away")

    monkeypatch.setattr(log, "append", away)
    seen = await site.get(path)
    assert (503, False) == (seen.status, "Jane" in seen.text)
    assert [] == [look async for look in looks(log) if look.what == "document"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"%PDF-1.7 \xff\xfe", "it begins like a PDF"),
        (b"\xff\xd8\xff\xe0", "it begins like a JPEG picture"),
        (b"\x00\xff\x80", "of no known kind"),
        (b"plain <b>words</b>", "plain <b>words</b>"),
        (b'{"a": ' + b"1" * 30 + b"}", '"a"'),
        (b"{" * 1000, "{{{"),
        (b"[1]" * 300_000, "This is the beginning"),
        (b"", "0 bytes"),
    ],
)
async def test_bytes_are_shown_as_text_and_as_nothing_else(site: Site, body: bytes, words: str) -> None:
    seen = await site.get(await _stored(site, body))
    assert (200, [], True) == (seen.status, seen.page.faults, words in seen.text)


async def test_bytes_that_are_not_there_any_more_are_said_to_be(site: Site) -> None:
    for path in (f"/documents/callbacks.{VENDOR}/0/99", "/documents/dead-letters/0/5"):
        assert (404, True) == ((seen := await site.get(path)).status, "not there any more" in seen.text), path
    for path in ("/documents/audit/0/0", "/documents/memory.act/0/0", "/documents/callbacks.nobody/0/0",
                 f"/documents/callbacks.{VENDOR}/x/1", f"/documents/callbacks.{VENDOR}/0/{'9' * 30}"):  # fmt: skip
        assert 404 == (await site.get(path)).status, path


async def test_bytes_are_laid_out_without_a_word_of_them_lost(site: Site) -> None:
    """Two members of one name and a number of many digits are what a dead letter may be about."""
    body = b'{"overall":"APPROVED","overall":"DENIED","number":123456789012345678901234567890,"name":"\\u0141ukasz"}'
    seen = await site.get(await _stored(site, body))
    for words in ('"overall": "APPROVED"', '"overall": "DENIED"', "123456789012345678901234567890", "\u0141ukasz"):
        assert words in seen.text, words


async def test_a_letter_that_has_gone_is_not_opened_though_the_log_has_it_still(
    site: Site, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kafka has, until its next compaction."""
    await site.told(letter(1))
    [(record, _)] = [each async for each in letters(log)]
    gone = replace(record, offset=record.offset + 1, value=None)

    async def kept(_topic: str, *, start: int, **_: object) -> AsyncIterator[Record]:
        for each in (record, gone):
            if each.offset >= start:
                yield each

    assert 200 == (await site.get(f"/documents/dead-letters/{record.partition}/{record.offset}")).status
    monkeypatch.setattr(log, "scan", kept)
    seen = await site.get(f"/documents/dead-letters/{record.partition}/{record.offset}")
    assert (404, False) == (seen.status, "no json" in seen.text)
