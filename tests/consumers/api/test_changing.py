from __future__ import annotations

from urllib.parse import quote

import pytest

from consumers.alerts.handling import handled
from consumers.projections.projector import stage
from runtime.eventlog import EventLog, Position
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.deadletter import DeadLetterReason
from schemas.handling import Acknowledgement, Silence
from tests.consumers.api.api_served import Api
from tests.consumers.making import records, work
from tests.consumers.seeding import put_alert, put_letter
from tests.examples import callback, stored


async def test_an_alert_is_acknowledged_in_the_name_of_who_asks(api: Api) -> None:
    """With a note or without; it is on the log when that is answered."""
    await put_alert(api.store, 1)
    for body in (None, {}, {"note": "called them"}):
        found = await api.post("/alerts/alert-1/acknowledge", body)
        assert (200, "olga") == (found.status, found.json["by"])
    (done,) = await handled(api.log)
    assert isinstance(done, Acknowledgement)
    assert ("alert-1", "olga", "called them") == (done.alert_id, done.by, done.note)
    assert 404 == (await api.post("/alerts/alert-9/acknowledge", {})).status


async def test_a_silence_begins_and_ends(api: Api) -> None:
    begun = await api.post("/silences", {"minutes": 60, "rule": "vendor-silent", "note": "planned"})
    assert (201, f"/api/v1/silences/{begun.json['id']}") == (begun.status, begun.headers["location"])
    (silence,) = await handled(api.log)
    assert isinstance(silence, Silence)
    assert ("olga", "vendor-silent", "", 3600) == (
        silence.by,
        silence.rule,
        silence.provider,
        (silence.until - silence.at).total_seconds().__round__(),
    )
    assert 403 == (await api.ask("DELETE", f"/silences/{silence.id}", "vic")).status
    ended = await api.ask("DELETE", f"/silences/{silence.id}", "olga")
    assert (204, b"") == (ended.status, ended.body)
    told = f"{silence.id} rule=vendor-silent until {silence.until.isoformat(timespec='seconds')}"
    assert [("olga", "silence", told), ("olga", "unsilence", silence.id)] == await api.looked()
    assert [] == await handled(api.log)
    assert 404 == (await api.ask("DELETE", f"/silences/{silence.id}", "olga")).status
    assert 2 == len(await api.looked())


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b'{"minutes": 60}', "body"),
        (b'{"minutes": 60, "rule": ""}', "rule"),
        (b'{"minutes": 0, "rule": "a"}', "minutes"),
        (b'{"minutes": true, "rule": "a"}', "minutes"),
        (b'{"minutes": 1.5, "rule": "a"}', "minutes"),
        (b'{"minutes": 60, "rule": null}', "rule"),
        (b'{"minutes": 60, "rule": "a", "until": "x"}', "until"),
        (b'{"rule": "a"}', "minutes"),
    ],
)
async def test_a_wrong_body_is_refused_by_its_members(api: Api, body: bytes, name: str) -> None:
    """And nothing is written."""
    found = await api.post("/silences", data=body, headers={"Content-Type": "application/json"})
    assert (400, [name]) == (found.status, list(found.json["fields"]))
    assert [] == await handled(api.log)


async def test_a_body_of_another_kind_or_too_large_is_refused(api: Api) -> None:
    form = await api.post("/silences", data={"minutes": "60", "rule": "a"})
    assert (400, {"body": "must be sent as application/json"}) == (form.status, form.json["fields"])
    large = await api.post("/silences", {"minutes": 60, "rule": "a", "note": "x" * 100_000})
    assert (413, "body-too-large") == (large.status, large.json["code"])


async def _letter(log: EventLog, topic: str = "callbacks.idenfy") -> tuple[str, Position]:
    original = callbacks.to_message(callback(body=b"not JSON"))
    letter = deadletter.of_record(
        stored(original, topic, 7),
        "scan-1",
        stage="normalize",
        reason=DeadLetterReason.NOT_JSON,
        detail="the body is not JSON",
        version="1",
    )
    message = deadletter.to_message(letter)
    return message.key, await log.append(topics.DEAD_LETTERS, message)


async def test_a_dead_letter_goes_back_by_an_admins_word(api: Api) -> None:
    """Its record is on its topic again, byte for byte, and the letter is gone for whoever asks the log."""
    key, place = await _letter(api.log)
    await put_letter(api.store, 1, letter_key=key, partition=place.partition, offset=place.offset)
    path = f"/dead-letters/{quote(key, safe='')}/redrive"
    assert 403 == (await api.post(path)).status
    done = await api.post(path, who="ada")
    assert (200, "callbacks.idenfy") == (done.status, done.json["topic"])
    (record,) = await records(api.log, "callbacks.idenfy")
    assert b"not JSON" == record.value
    assert ("ada", "redrive", key) in await api.looked()
    assert (404, "not-there") == ((again := await api.post(path, who="ada")).status, again.json["code"])


async def test_a_letter_that_cannot_go_back_says_why(api: Api) -> None:
    key, place = await _letter(api.log, topics.DEAD_LETTERS)
    await put_letter(api.store, 1, letter_key=key, partition=place.partition, offset=place.offset)
    found = await api.post(f"/dead-letters/{quote(key, safe='')}/redrive", who="ada")
    assert (409, "not-redrivable") == (found.status, found.json["code"])


async def test_what_was_done_about_an_alert_is_in_the_read_model_soon(api: Api) -> None:
    """Once the projector has seen it."""
    await put_alert(api.store, 1)
    await api.post("/alerts/alert-1/acknowledge", {"note": "mine"})
    await api.post("/silences", {"minutes": 60, "provider": "idenfy"})
    await work(api.log, stage(api.store, api.log))
    assert ("olga", "mine") == (
        (alert := (await api.get("/alerts/alert-1")).json)["acknowledged_by"],
        alert["acknowledgement_note"],
    )
    assert ["idenfy"] == [row["provider"] for row in (await api.get("/silences")).json["items"]]
