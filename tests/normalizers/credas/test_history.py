"""Several readings of one process, one after another, with what is remembered between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from consumers.projections import fold
from normalizers.memory import Remembered
from normalizers.normalize import normalize
from normalizers.reading import Previous
from normalizers.vendors.credas import MAPPING
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome, Raw, VerificationEvent
from tests.normalizers.credas.conftest import PROCESS

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
HOST = "portal.credas.com/api/v2/ci"

Delivery = tuple[bytes, str | None]
"""A body, and the kind of the target that it was fetched for; of a webhook none."""


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    return orjson.loads((CASES / name / "body.json").read_bytes())


def process(status: int) -> Delivery:
    return orjson.dumps({"id": PROCESS, "status": status}), "process"


def summary(overall: int, **parts: int) -> Delivery:
    document = sample("passed")
    document["identityVerifications"][0] |= {"overallResult": overall, **parts}
    return orjson.dumps(document), "process"


def entries(overall: int, liveness: int) -> Delivery:
    [entry] = sample("entry-failed-liveness")
    results = {"verificationResult": overall, "livenessVerificationResult": liveness}
    return orjson.dumps([entry | results]), "idv-entries"


EMPTY = orjson.dumps(sample("no-results-yet")), "process"
GONE = b"", "process gone"
COMPLETE = process(2)
FAILED = summary(3, livenessResult=3)
REFERRED = summary(2, livenessResult=3)
PASSED = summary(1, livenessResult=1)
WEBHOOK = orjson.dumps(sample("sample-webhook-process-complete")), None
UPDATE = (CASES / "status-update-3" / "body.json").read_bytes(), None


def told(deliveries: Sequence[Delivery]) -> list[VerificationEvent]:
    """The events that the deliveries lead to, a minute apart."""
    memory: dict[str, Remembered] = {}

    def recall(name: str, kind: EventKind) -> Previous | None:
        known = memory.get(name, Remembered()).of(kind)
        return known.previous if known else None

    events: list[VerificationEvent] = []
    for minute, (body, target) in enumerate(deliveries):
        kind = CallbackKind.CALLBACK if target is None else CallbackKind.DOCUMENT
        by = "static-header current" if target is None else f"fetched {HOST} {target}"
        at = NOON + timedelta(minutes=minute)
        callback = Callback(f"id-{minute}", "credas", "credas", PROCESS, at, body, kind, by)
        reading = MAPPING.read(callback, recall)
        if reading is None:
            continue
        before = memory.get(reading.verification_id, Remembered())
        raw = Raw("callbacks.credas", 0, minute, callback.id, callback.sha256)
        event, memory[reading.verification_id] = normalize(MAPPING, callback, reading, before, raw)
        events += [event] if event else []
    return events


def outcomes(deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Of the events about the process itself."""
    return [event.outcome for event in told(deliveries) if event.kind is EventKind.VERIFICATION]


def current(deliveries: Sequence[Delivery]) -> Outcome:
    """What the projection shows of the process afterwards."""
    events = [event for event in told(deliveries) if event.kind is EventKind.VERIFICATION]
    state = fold.Status()
    for event in events:
        state = fold.join(state, fold.of(event))
    return next(event.outcome for event in events if fold.order_of(event) == state.current)


def test_the_way_of_a_process_is_told_step_by_step_and_once() -> None:
    """Section 5.1: right after the webhook there is no result yet, which is pending."""
    way = [process(0), process(0), process(1), WEBHOOK, COMPLETE, EMPTY, COMPLETE, EMPTY, COMPLETE, PASSED, PASSED]
    assert [Outcome.PENDING, Outcome.PENDING, Outcome.PENDING, Outcome.VERIFIED] == outcomes(way)


def test_an_override_of_a_failed_liveness_takes_the_decision_back_and_its_echo_adds_nothing() -> None:
    """Section 5.2: what is read afterwards, and once more for the webhook that comes of it, is one decision."""
    before = [COMPLETE, FAILED, entries(2, 2)]
    after = [COMPLETE, PASSED, entries(4, 4)]
    events = told([*before, *after, UPDATE, *after, UPDATE, WEBHOOK, *after])
    assert [Outcome.REJECTED, Outcome.VERIFIED] == [each.outcome for each in events if each.kind == "VERIFICATION"]
    assert [Outcome.REJECTED, Outcome.VERIFIED] == [each.outcome for each in events if each.kind == "ADDITIONAL_STEP"]
    [*_, decision] = [each for each in events if each.kind is EventKind.VERIFICATION]
    assert (True, True) == (decision.final, decision.reopens)
    assert Outcome.VERIFIED is current([*before, *after, UPDATE, *after])


def test_a_referred_result_that_is_overridden_is_a_new_final_decision() -> None:
    """Liveness from 3 to 4 and the overall result from 2 to 1, and the same summary once more."""
    overridden = summary(1, livenessResult=4)
    events = told([COMPLETE, REFERRED, COMPLETE, overridden, COMPLETE, overridden])
    decisions = [(each.outcome, each.final, each.reopens) for each in events if each.kind is EventKind.VERIFICATION]
    assert [(Outcome.NEEDS_REVIEW, False, True), (Outcome.VERIFIED, True, True)] == decisions


def test_a_result_that_goes_back_and_forth_is_told_each_time() -> None:
    """Section 4: an event on change, however often the same content came before."""
    way = [COMPLETE, PASSED, COMPLETE, FAILED, COMPLETE, PASSED]
    assert [Outcome.VERIFIED, Outcome.REJECTED, Outcome.VERIFIED] == outcomes(way)
    assert len({event.event_id for event in told(way)}) == len(told(way))
    assert Outcome.VERIFIED is current(way)


def test_an_invitation_that_is_sent_again_opens_the_process_again() -> None:
    """Section 4: the identical webhook is a new reason to read."""
    way = [WEBHOOK, COMPLETE, FAILED, process(1), WEBHOOK, COMPLETE, PASSED]
    assert [Outcome.REJECTED, Outcome.PENDING, Outcome.VERIFIED] == outcomes(way)
    assert Outcome.PENDING is current(way[:4])


def test_results_that_are_there_no_more_take_nothing_back() -> None:
    """Section 7: hard-delete removes them after a while; the outcome that was given stands."""
    assert [Outcome.VERIFIED] == outcomes([COMPLETE, PASSED, COMPLETE, EMPTY, COMPLETE, PASSED])


def test_an_archived_process_keeps_its_outcome() -> None:
    """Section 6.2; without one it is cancelled."""
    assert [Outcome.VERIFIED] == outcomes([COMPLETE, PASSED, process(7)])
    assert [Outcome.PENDING, Outcome.CANCELLED] == outcomes([process(1), process(7), process(7)])


def test_a_process_that_is_deleted_and_then_gone_is_cancelled_once() -> None:
    """Sections 5, 6.2 and 7, in either order."""
    assert [Outcome.VERIFIED, Outcome.CANCELLED] == outcomes([COMPLETE, PASSED, process(3), GONE, GONE])
    assert [Outcome.PENDING, Outcome.CANCELLED] == outcomes([process(1), GONE, process(3)])
    assert Outcome.CANCELLED is current([COMPLETE, PASSED, GONE])


def test_what_the_process_says_overrules_its_results_as_long_as_it_says_so() -> None:
    """Section 6.2: PendingApproval and Rejected; once it is Complete, the results decide."""
    way = [process(4), PASSED, process(4), PASSED, process(5), PASSED, COMPLETE, PASSED]
    assert [Outcome.NEEDS_REVIEW, Outcome.REJECTED, Outcome.VERIFIED] == outcomes(way)


COMPONENTS = [
    entries(1, 1), entries(2, 2), entries(5, 5), entries(3, 6),
    (b'{"id":7,"status":2}', "right-to-rent"), (b'{"id":7,"status":5}', "right-to-work"),
    (b'{"id":8,"status":2}', "safe-harbour"), (b'{"id":9,"result":3}', "bank-account"),
    (b'{"id":10,"status":3,"resultsCount":2}', "sanctions-and-peps"),
]  # fmt: skip


@given(components=st.lists(st.sampled_from(COMPONENTS), max_size=6), decided=st.sampled_from([PASSED, FAILED, EMPTY]))
def test_no_component_changes_what_became_of_the_process(components: list[Delivery], decided: Delivery) -> None:
    """Section 6.4: a component is never an overall outcome; its event is about a subject of its own."""
    alone, beside = told([COMPLETE, decided]), told([COMPLETE, decided, *components, COMPLETE, decided])
    assert [each.event_id for each in alone] == [each.event_id for each in beside if each.verification_id == PROCESS]
    others = [each for each in beside if each.verification_id != PROCESS]
    assert all(each.verification_id.startswith(f"{PROCESS}.") and not each.final for each in others)
