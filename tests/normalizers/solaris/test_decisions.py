"""One decision, one event: what makes two documents the same decision, and what may follow what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
import pytest

from consumers.projections import fold
from normalizers.memory import Remembered
from normalizers.normalize import normalize
from normalizers.reading import Previous
from normalizers.vendors.solaris import MAPPING, statuses
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome, Raw, VerificationEvent
from tests.normalizers.solaris.test_statuses import SCENARIOS, STATUSES

NOW = datetime(2025, 6, 15, tzinfo=UTC)


def _document(body: object) -> Callback:
    return _callback(orjson.dumps(body), CallbackKind.DOCUMENT)


def _callback(body: bytes, kind: CallbackKind, **headers: str) -> Callback:
    named = tuple((f"Solaris-{name.replace('_', '-')}", value) for name, value in headers.items())
    return Callback("c", "solaris", "solaris", "i1", NOW, body, kind=kind, http_headers=named)


def _signal(notification: str, attempt: str = "1") -> Callback:
    return _callback(
        b"{}",
        CallbackKind.CALLBACK,
        Webhook_Event_Type="PERSON_MOBILE_NUMBER_CREATED",
        Entity_Id="p1",
        Webhook_Id=notification,
        Webhook_Attempt=attempt,
    )


def _origination(status: str) -> Callback:
    body = orjson.dumps({"identification_origination_id": "o1", "status": status})
    return _callback(body, CallbackKind.CALLBACK, Webhook_Event_Type="IDENTIFICATION_ORIGINATION")


def _idnow(result: str) -> Callback:
    process = {"transactionnumber": "i1", "id": "a1", "result": result}
    return _callback(orjson.dumps({"identificationprocess": process}), CallbackKind.CALLBACK)


def _told(callbacks: Sequence[Callback], apart: timedelta = timedelta(seconds=1)) -> list[VerificationEvent]:
    """The events of callbacks that came so long after each other, with the memory that the stage keeps."""
    events: list[VerificationEvent] = []
    memory: dict[str, Remembered] = {}
    for number, callback in enumerate(callbacks):
        arrived = Callback(
            f"c{number}", "solaris", "solaris", callback.verification_id, NOW + number * apart,
            callback.body, kind=callback.kind, http_headers=callback.http_headers,
        )  # fmt: skip
        reading = MAPPING.read(arrived, _nothing_remembered)
        if reading is None:
            continue
        raw = Raw("callbacks.solaris", 0, number, arrived.id, arrived.sha256)
        before = memory.get(reading.verification_id, Remembered())
        event, memory[reading.verification_id] = normalize(MAPPING, arrived, reading, before, raw)
        events += [event] if event else []
    return events


def _nothing_remembered(_subject: str, _kind: EventKind) -> Previous | None:
    return None


def _current(events: Sequence[VerificationEvent]) -> Outcome:
    """What the projection shows after the events."""
    order = fold.of(events[0])
    for event in events[1:]:
        order = fold.join(order, fold.of(event))
    return next(event.outcome for event in events if fold.order_of(event) == order.current)


def test_the_webhook_and_the_document_of_one_decision_are_one_event() -> None:
    """Section 1: the webhook is information only; its status is told by the document, once."""
    body = {"id": "i1", "status": "successful", "completed_at": "2021-09-14T18:18:28.000Z", "method": "idnow"}
    webhook = partial(_callback, orjson.dumps(body), CallbackKind.CALLBACK, Webhook_Event_Type="IDENTIFICATION")

    events = _told([webhook(Webhook_Id="a"), _document(body), webhook(Webhook_Id="a"), _document(body)])

    assert [(Outcome.VERIFIED, "c1")] == [(event.outcome, event.raw.callback_id) for event in events]


def test_a_resource_read_alone_and_out_of_a_list_is_one_decision() -> None:
    """Section 7: lists lack members that the single answer has, and null is the same as absent."""
    alone = {
        "id": "i1", "status": "failed", "method": "idnow", "person_id": "p1", "address": {"city": "Berlin"},
        "documents": [{"document_type": "KYC_REPORT"}], "url": "https://go.example/1", "failure_reason": None,
    }  # fmt: skip
    listed = {"method": "idnow", "completed_at": None, "status": "failed", "id": "i1"}

    assert 1 == len(_told([_document(alone), _document([{"id": "i0", "status": "pending"}, listed])]))


def test_a_status_that_comes_back_within_seconds_is_told_again() -> None:
    """Section 6.1: the same link works again after an abort, so the same identification may be aborted twice."""
    words = ["pending", "aborted", "pending", "aborted", "aborted", "pending", "successful", "successful"]

    events = _told([_document({"id": "i1", "status": word}) for word in words])

    assert ["pending", "aborted", "pending", "aborted", "pending", "successful"] == [
        event.vendor_status for event in events
    ]
    assert len(events) == len({event.event_id for event in events})


@pytest.mark.parametrize(
    "change",
    [{"failure_reason": "TECH_AUDIO"}, {"completed_at": "2021-09-14T18:18:29Z"}, {"provider_status_code": 1302}],
    ids=str,
)
def test_whatever_explains_a_status_makes_it_another_decision(change: dict[str, object]) -> None:
    """An abort for another reason is news."""
    first = {"id": "i1", "status": "aborted"}

    assert 2 == len(_told([_document(first), _document(first | change)]))


def test_a_changed_address_is_no_news_and_a_changed_screening_is() -> None:
    """Section 5: ``PERSON_CHANGED`` comes for any attribute; section 6.3: only compliance is told."""
    person = {"id": "p1", "screening_progress": "NOT_SCREENED", "address": {"city": "Berlin"}}
    moved = person | {"address": {"city": "Bern"}}
    screened = moved | {"screening_progress": "SCREENED_ACCEPTED"}

    events = _told([_document(person), _document(moved), _document(screened)])

    assert [["NOT_SCREENED"], ["SCREENED_ACCEPTED"]] == [
        [check.vendor_value for check in event.checks] for event in events
    ]


def test_the_order_of_attempts_in_the_list_says_nothing() -> None:
    """Section 7 promises none."""
    attempts = [{"id": "a", "result": "SUCCESS", "reason": None}, {"id": "b", "result": "SUCCESS", "reason": None}]

    assert 1 == len(_told([_document(attempts), _document(attempts[::-1])]))


def test_a_notification_is_told_once_and_another_of_equal_body_is_told_too() -> None:
    """Section 4: a retry has the same id and a higher attempt; a second number has an id of its own."""
    events = _told([_signal("a"), _signal("a", attempt="2"), _signal("b")])

    assert ["c0", "c2"] == [event.raw.callback_id for event in events]


@pytest.mark.parametrize("apart", [timedelta(seconds=5), timedelta(days=3.5)], ids=str)
def test_a_notification_that_is_retried_after_another_is_told_once(apart: timedelta) -> None:
    """Section 4: retries go on for up to seven days, and a newer notification may overtake them."""
    events = _told([_signal("a"), _signal("b"), _signal("a", attempt="20")], apart)

    assert ["c0", "c1"] == [event.raw.callback_id for event in events]


def test_a_status_that_is_retried_after_the_next_one_does_not_step_back() -> None:
    """Section 4: nobody can read an origination, so its webhooks speak, and a late one is not newer."""
    statuses_told = ["esign_pending", "screening_pending", "esign_pending", "completed", "screening_pending"]

    events = _told([_origination(status) for status in statuses_told], timedelta(days=1))

    assert ["esign_pending", "screening_pending", "completed"] == [event.vendor_status for event in events]


def test_a_result_that_idnow_delivers_late_is_told_once() -> None:
    """Section 10: preliminary and final result of one attempt; the preliminary one comes again after the final one."""
    events = _told([_idnow(result) for result in ("REVIEW_PENDING", "SUCCESS", "REVIEW_PENDING")], timedelta(hours=1))

    assert ["REVIEW_PENDING", "SUCCESS"] == [event.vendor_status for event in events]


def test_a_person_is_erased_once() -> None:
    """However often, under whatever notification and with whatever body Solaris says it."""
    deleted = partial(_callback, kind=CallbackKind.CALLBACK, Webhook_Event_Type="PERSON_DELETED", Entity_Id="p1")

    events = _told([deleted(b"{}", Webhook_Id="a"), deleted(b"", Webhook_Id="b"), deleted(b'{"id":"x"}')])

    assert [(EventKind.ERASED, "p1", True)] == [(event.kind, event.verification_id, event.final) for event in events]


@pytest.mark.parametrize("first", statuses.IDENTIFICATION)
def test_anything_may_follow_what_is_open_and_nothing_open_undoes_what_is_final(first: str) -> None:
    """Section 6.1: ``pending_successful`` to ``failed`` is legal, ``aborted`` and ``canceled`` do not close, and an
    identification that was read late does not step back.
    """
    for then, status in statuses.IDENTIFICATION.items():
        events = _told([_document({"id": "i1", "status": word}) for word in (first, then)])

        steps_back = statuses.IDENTIFICATION[first].final and not status.final
        assert statuses.IDENTIFICATION[first if steps_back else then].outcome is _current(events)


def test_what_is_not_final_counts_in_the_order_in_which_it_was_read() -> None:
    """Section 5.1 does not say what ``completed_at`` of an abort is the time of, so it cannot outdate what follows."""
    aborted = {"id": "i1", "status": "aborted", "completed_at": "2031-01-01T00:00:00.000Z"}
    failed = {"id": "i1", "status": "failed", "completed_at": "2021-01-01T00:00:00.000Z"}

    events = _told([_document(aborted), _document({"id": "i1", "status": "pending"}), _document(failed)])

    assert (Outcome.PENDING, Outcome.REJECTED) == (_current(events[:2]), _current(events))
    assert [None, None, datetime(2021, 1, 1, tzinfo=UTC)] == [event.occurred_at for event in events]


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_published_scenario_ends_where_the_facts_say(name: str) -> None:
    """Section 9, the status sequences of the test scenarios."""
    path = ["created", "pending", *(word for word in SCENARIOS[name][1] if word != "pending")]

    events = _told([_document({"id": "i1", "status": word}) for word in path])

    assert (path, STATUSES[path[-1]][0]) == ([event.vendor_status for event in events], _current(events))
