from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts import standing
from consumers.alerts.history import History, dump, load, observe
from consumers.alerts.matching import EventPattern, StatusPattern
from consumers.alerts.rule import BUILT_IN, Rule
from runtime.settings import EventMatch, StatusMatch
from schemas.alert import Alert, AlertScope, Severity
from schemas.event import (
    Check,
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    Reason,
    ReasonClass,
    SubjectKind,
    VerificationEvent,
    WaitsFor,
)
from tests.consumers.making import arrivals, told, verifications
from tests.examples import event

VERIFIED = told(1, Outcome.VERIFIED)
REJECTED = told(2, Outcome.REJECTED)
CANARY = "Canary Person, 1 Canary Street"


def raised(rule: Rule, *events: VerificationEvent) -> list[Alert]:
    """The rule's alerts after these arrivals; what is remembered goes to the log and back each time."""
    history, found = History(), list[Alert]()
    for at, one in enumerate(events):
        history, alerts, _ = observe(load(dump(history)), one, at, (rule,))
        found += alerts
    return found


def matching(status: StatusMatch | None = None, **wanted: Any) -> Rule:  # noqa: ANN401 - any key of the table
    pattern = StatusPattern(status) if status else None
    return Rule("own", "event-matches", Severity.INFO, event=EventPattern(EventMatch(**wanted)), status=pattern)


def check(kind: CheckKind, result: CheckResult) -> Check:
    return Check(kind, "aml", result, None)


@pytest.mark.parametrize(
    ("changes", "lists"),
    [
        ({"checks": (check(CheckKind.AML, CheckResult.REVIEW),)}, "AML"),
        ({"checks": (check(CheckKind.PEP, CheckResult.FAIL),)}, "PEP"),
        ({"checks": (check(CheckKind.SANCTIONS, CheckResult.REVIEW),), "kind": EventKind.AML}, "sanctions"),
        (
            {"checks": (check(CheckKind.AML, CheckResult.FAIL), check(CheckKind.PEP, CheckResult.REVIEW)) * 2},
            "AML, PEP",
        ),
        ({"checks": (), "reasons": (Reason(ReasonClass.SCREENING, "sanctions-and-peps"),)}, "screening"),
        ({"checks": (check(CheckKind.ADVERSE_MEDIA, CheckResult.REVIEW),)}, "adverse media"),
        ({"checks": (), "kind": EventKind.AML, "outcome": Outcome.NEEDS_REVIEW, "final": False}, "screening"),
    ],
)
def test_a_hit_in_a_screening_is_found_and_says_in_which(changes: dict[str, Any], lists: str) -> None:
    """And nothing of who or what stands on the list."""
    (alert,) = raised(BUILT_IN["screening-hit"], replace(VERIFIED, **changes))
    expected = f"idenfy has a hit ({lists}) about scan-1: have it looked at."
    assert (expected, Severity.CRITICAL, AlertScope.VERIFICATION) == (alert.message, alert.severity, alert.scope)


@pytest.mark.parametrize("result", [CheckResult.PASS, CheckResult.NOT_DONE, CheckResult.UNKNOWN])
def test_a_screening_that_found_nothing_is_no_hit(result: CheckResult) -> None:
    """Cleared, not done, or not understood: the last is for the rule about words that no table has."""
    checks = check(CheckKind.SANCTIONS, result), check(CheckKind.FACE, CheckResult.FAIL)
    assert [] == raised(BUILT_IN["screening-hit"], replace(VERIFIED, checks=checks))


def test_a_document_that_expires_is_told_with_the_vendors_word() -> None:
    """It says nothing of the verification's own outcome."""
    expiry = told(1, Outcome.UNKNOWN, kind=EventKind.DOCUMENT_EXPIRY, vendor_status="DOCUMENT_EXPIRES_WITHIN_7_DAYS")
    (alert,) = raised(BUILT_IN["document-expires"], expiry, VERIFIED, expiry)
    expected = "idenfy tells of the expiry of the document behind verification scan-1 (DOCUMENT_EXPIRES_WITHIN_7_DAYS)."
    assert (expected, Severity.INFO) == (alert.message, alert.severity)


EXAMPLE = event(
    checks=(
        Check(CheckKind.FACE, "manualFace", CheckResult.FAIL, "FAKE_FACE"),
        Check(CheckKind.AML, "aml", CheckResult.PASS, None),
    ),
)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"kind": "VERIFICATION"}, True),
        ({"kind": ["AML", "VERIFICATION"], "outcome": ["REJECTED"], "final": True}, True),
        ({"kind": "AML"}, False),
        ({"outcome": "VERIFIED"}, False),
        ({"final": False}, False),
        ({"reopens": True}, False),
        ({"decided_by": "HUMAN", "subject_kind": "PERSON", "provenance": "CALLBACK"}, True),
        ({"decided_by": "OPERATOR"}, False),
        ({"subject_kind": "BUSINESS"}, False),
        ({"provenance": "RECONCILED"}, False),
        ({"vendor_event": "IDENTIFICATION_*"}, True),
        ({"vendor_event": "IDENTIFICATION"}, False),
        ({"vendor_status": ["APPROVED", "DEN?ED"]}, True),
        ({"reason_class": "FRAUD"}, True),
        ({"reason_code": "FAKE_*"}, True),
        ({"reason_class": "QUALITY", "reason_code": "FAKE_FACE"}, False),
        ({"check_kind": "FACE", "check_result": "FAIL"}, True),
        ({"check_kind": "AML", "check_result": "FAIL"}, False),
        ({"check_name": "manual*", "check_result": ["FAIL", "REVIEW"]}, True),
    ],
)
def test_an_event_is_matched_by_every_key_and_any_of_its_words(wanted: dict[str, Any], fits: bool) -> None:  # noqa: FBT001 - a table
    """Checks and reasons as one: a failed face and a passed screening are no failed screening."""
    assert fits is bool(raised(matching(**wanted), EXAMPLE))


@pytest.mark.parametrize(
    ("status", "events", "times"),
    [
        (StatusMatch(outcome="VERIFIED"), [VERIFIED, told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML)], 1),
        (StatusMatch(outcome="VERIFIED"), [REJECTED, told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML)], 0),
        (StatusMatch(outcome="VERIFIED"), [told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML)], 0),
        (StatusMatch(final=False), [VERIFIED, told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML)], 0),
        (
            StatusMatch(waits_for="REVIEWER"),
            [told(1, Outcome.NEEDS_REVIEW), told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML)],
            1,
        ),
        (
            StatusMatch(contradictions=2),
            [VERIFIED, REJECTED, told(3, Outcome.NEEDS_REVIEW, kind=EventKind.AML), told(4, Outcome.VERIFIED)],
            0,
        ),
        (
            StatusMatch(contradictions=2),
            [VERIFIED, REJECTED, told(4, Outcome.VERIFIED), told(5, Outcome.NEEDS_REVIEW, kind=EventKind.AML)],
            1,
        ),
    ],
)
def test_a_rule_may_ask_where_the_verification_stands(
    status: StatusMatch, events: list[VerificationEvent], times: int
) -> None:
    """A screening that wants eyes matters more where the person was let in before."""
    assert times == len(raised(matching(status, kind="AML"), *events))


@given(st.data(), verifications(kinds=(EventKind.VERIFICATION, EventKind.AML)))
def test_where_a_verification_stands_is_the_same_in_every_order(
    data: st.DataObject, events: list[VerificationEvent]
) -> None:
    """It is the read model's own fold, and survives the log."""
    stands, shuffled = standing.Standing(), standing.Standing()
    for one in events:
        stands = standing.after(standing.load(standing.dump(stands)), one)
    for one in data.draw(arrivals(events)):
        shuffled = standing.after(shuffled, one)
    assert stands == shuffled
    current = next((one for one in events if stands.state.current and one.event_id == stands.state.current[3]), None)
    if current is not None:
        expected = current.outcome, current.final, current.waits_for
        assert expected == (stands.outcome, stands.final, stands.waits_for)


def test_what_waits_is_known_by_the_read_models_words() -> None:
    """Before any event nothing is known."""
    nothing = standing.Standing()
    assert (Outcome.UNKNOWN, False, None) == (nothing.outcome, nothing.final, nothing.waits_for)
    review = standing.after(nothing, told(1, Outcome.NEEDS_REVIEW))
    assert (Outcome.NEEDS_REVIEW, False, WaitsFor.REVIEWER) == (review.outcome, review.final, review.waits_for)


@pytest.mark.parametrize(
    ("rule", "times"),
    [
        (replace(BUILT_IN["rejected-for-fraud"], sources=("idenfy-eu",)), 1),
        (replace(BUILT_IN["rejected-for-fraud"], sources=("another",)), 0),
        (replace(BUILT_IN["rejected-for-fraud"], providers=("idenfy", "solaris")), 1),
        (replace(BUILT_IN["rejected-for-fraud"], providers=("solaris",)), 0),
        (replace(BUILT_IN["rejected-for-fraud"], test=False), 0),
    ],
)
def test_a_rule_looks_at_the_accounts_that_it_names(rule: Rule, times: int) -> None:
    """And at tests, unless it says that it does not."""
    assert times == len(raised(rule, event(test=True)))


def test_a_contradiction_with_a_test_is_none_for_a_rule_without_tests() -> None:
    """Though the event itself is none."""
    rule = replace(BUILT_IN["contradicting-decisions"], test=False)
    assert [] == raised(rule, replace(VERIFIED, test=True), REJECTED)
    assert 1 == len(raised(rule, VERIFIED, REJECTED))


def test_no_alert_holds_what_says_who_somebody_is() -> None:
    """Whatever an event holds besides: references, a check's own words, paths that no table has."""
    person = event(
        subject_ref=CANARY,
        checks=(Check(CheckKind.SANCTIONS, CANARY, CheckResult.REVIEW, CANARY),),
        unmapped=(CANARY,),
        reasons=(Reason(ReasonClass.FRAUD, "FAKE_FACE"), Reason(ReasonClass.UNKNOWN, CANARY)),
    )
    contrary = replace(person, event_id="other", outcome=Outcome.VERIFIED)
    others = [replace(person, event_id=kind, kind=kind) for kind in EventKind]
    rules = [*BUILT_IN.values(), matching()]
    alerts = [alert for rule in rules for alert in raised(rule, person, contrary, *others)]
    assert len(EventKind) < len(alerts)
    assert [] == [alert for alert in alerts if "Canary" in repr(alert)]


def test_memory_of_earlier_versions_is_still_read() -> None:
    """A list of the time and of what was seen, as versions before this one wrote it."""
    old = b'[7,[[1772366460123456,0,1,"%s","VERIFIED",false,false]]]' % VERIFIED.event_id.encode()
    history = load(old)
    assert (7, [(Outcome.VERIFIED, VERIFIED.event_id)]) == (
        history.touched_at,
        [(seen.decision, seen.order.event_id) for seen in history.seen],
    )
    assert history == load(dump(history))
    _, alerts, _ = observe(history, REJECTED, 8, (BUILT_IN["contradicting-decisions"],))
    assert 1 == len(alerts)


@pytest.mark.parametrize(("member", "value"), [("decided_by", DecidedBy.OPERATOR), ("provenance", Provenance.OPERATOR)])
def test_words_of_the_event_are_the_schemas_own(member: str, value: DecidedBy | Provenance) -> None:
    """Compared as they stand on the topic."""
    assert EventPattern(EventMatch.model_validate({member: value.value})).fits(event(**{member: value}))
    assert not EventPattern(EventMatch(subject_kind=SubjectKind.BUSINESS.value)).fits(event())
