"""The rules about events, pure: an event and what was seen of its verification in, findings out.

* ``rejected-for-fraud``: a final REJECTED with a reason of class FRAUD, of any kind of event.
* ``screening-hit``: a check of kind AML, PEP, SANCTIONS or ADVERSE_MEDIA that ended FAIL or REVIEW, or a reason of
  class SCREENING, in any kind of event; or an event of kind AML that says NEEDS_REVIEW or REJECTED.
  What a vendor cleared again (PASS) is no hit.
* ``contradicting-decisions``: two final decisions of one verification (kind VERIFICATION), one VERIFIED and one
  REJECTED, which no reopening separates. Each decision that contradicts one seen before raises one alert, so the alert
  comes whichever of the two arrives last. A reopening between them that arrives later does not take the alert back.
* ``person-erased``: an event of kind ERASED. The vendor deleted a person or a business, and whoever kept something of
  it has to do the same (providers/solaris.md, section 5: at once).
* ``document-expires``: an event of kind DOCUMENT_EXPIRY.
* ``event-matches``: whatever the settings spell out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from consumers.alerts import rule as names
from consumers.alerts.contradictions import Seen, nearest, rivals
from consumers.alerts.finding import Finding, listed, of_event
from consumers.alerts.rule import Rule
from consumers.alerts.standing import Standing
from schemas.event import CheckKind, CheckResult, EventKind, Outcome, ReasonClass, VerificationEvent


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the event's verification: what was seen of it before, where it stands with the event counted in,
    and how many contrary decisions there were, this event's included.
    """

    seen: Sequence[Seen] = ()
    standing: Standing = field(default_factory=Standing)
    contradictions: int = 0


def rejected_for_fraud(_rule: Rule, event: VerificationEvent, _known: Known) -> Finding | None:
    codes = [reason.code for reason in event.reasons if reason.reason_class is ReasonClass.FRAUD]
    if not (event.final and event.outcome is Outcome.REJECTED and codes):
        return None
    return of_event(
        event, f"{event.provider} rejected verification {event.verification_id} for fraud ({listed(codes)})."
    )


_SCREENED = {
    CheckKind.AML: "AML",
    CheckKind.PEP: "PEP",
    CheckKind.SANCTIONS: "sanctions",
    CheckKind.ADVERSE_MEDIA: "adverse media",
}
_HITS = frozenset({CheckResult.FAIL, CheckResult.REVIEW})


def screening_hit(_rule: Rule, event: VerificationEvent, _known: Known) -> Finding | None:
    """Says which lists, and nothing of what stands on them."""
    lists = [_SCREENED[check.kind] for check in event.checks if check.kind in _SCREENED and check.result in _HITS]
    screened = any(reason.reason_class is ReasonClass.SCREENING for reason in event.reasons)
    told = event.kind is EventKind.AML and event.outcome in {Outcome.NEEDS_REVIEW, Outcome.REJECTED}
    if not lists and not screened and not told:
        return None
    named = listed(lists) or "screening"
    return of_event(event, f"{event.provider} has a hit ({named}) about {event.verification_id}: have it looked at.")


def contradicting_decisions(_rule: Rule, event: VerificationEvent, known: Known) -> Finding | None:
    """Names the event and the contrary decision of its round next to it: the latest before it, else the first after."""
    contrary = rivals(event, known.seen)
    if not contrary:
        return None
    rival = nearest(event, contrary)
    message = (
        f"{event.provider} decided verification {event.verification_id} both {event.outcome} and {rival.decision}, "
        "and did not reopen it between."
    )
    return of_event(event, message, rival.order.event_id, test=event.test or rival.test)


def person_erased(_rule: Rule, event: VerificationEvent, _known: Known) -> Finding | None:
    if event.kind is not EventKind.ERASED:
        return None
    return of_event(event, f"{event.provider} erased {event.verification_id}: delete whatever you keep of it.")


def document_expires(_rule: Rule, event: VerificationEvent, _known: Known) -> Finding | None:
    if event.kind is not EventKind.DOCUMENT_EXPIRY:
        return None
    told = f" ({event.vendor_status})" if event.vendor_status else ""
    return of_event(
        event,
        f"{event.provider} tells of the expiry of the document behind verification {event.verification_id}{told}.",
    )


def event_matches(rule: Rule, event: VerificationEvent, known: Known) -> Finding | None:
    fits = rule.event is None or rule.event.fits(event)
    if not fits or not (rule.status is None or rule.status.fits(known.standing, known.contradictions)):
        return None
    return matched(rule, event)


def matched(rule: Rule, event: VerificationEvent) -> Finding:
    """What an ``event-matches`` rule says of an event that fits."""
    final = "final" if event.final else "not final"
    return of_event(
        event,
        f"{event.provider} {event.verification_id}: {event.kind} {event.outcome}, {final}, which {rule.name} is about.",
    )


ON_EVENTS: Mapping[str, Callable[[Rule, VerificationEvent, Known], Finding | None]] = {
    names.REJECTED_FOR_FRAUD: rejected_for_fraud,
    names.SCREENING_HIT: screening_hit,
    names.CONTRADICTING_DECISIONS: contradicting_decisions,
    names.PERSON_ERASED: person_erased,
    names.DOCUMENT_EXPIRES: document_expires,
    names.EVENT_MATCHES: event_matches,
}
"""The conditions that an event alone fulfils."""


def findings_in(rules: Sequence[Rule], event: VerificationEvent, known: Known) -> list[tuple[Rule, Finding]]:
    """What the rules that look at the event's account find in it, in the order of the rules."""
    found = [
        (rule, ON_EVENTS[rule.when](rule, event, known))
        for rule in rules
        if rule.when in ON_EVENTS and rule.looks_at(event.provider, event.source, test=event.test)
    ]
    return [(rule, finding) for rule, finding in found if finding is not None and (rule.test or not finding.test)]
