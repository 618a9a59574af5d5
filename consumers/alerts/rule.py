"""A rule as it is worked with, and the built-in ones with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from consumers.alerts.matching import EventPattern, StatusPattern
from schemas.alert import Severity

REJECTED_FOR_FRAUD = "rejected-for-fraud"
SCREENING_HIT = "screening-hit"
CONTRADICTING_DECISIONS = "contradicting-decisions"
PERSON_ERASED = "person-erased"
DOCUMENT_EXPIRES = "document-expires"
REVIEW_TOO_OLD = "needs-review-too-old"
EXPIRES_SOON = "verification-expires-soon"
VENDOR_SILENT = "vendor-silent"
FAILED_AUTHENTICATIONS = "failed-authentications"
DEAD_LETTERS = "dead-letters"
UNMAPPED_WORDS = "unmapped-words"
BUDGET_NEARLY_SPENT = "budget-nearly-spent"
EVENT_MATCHES = "event-matches"

NOTHING: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """``when`` is its condition; each condition looks at those of the numbers that ``docs/alerts.md`` names for it.

    ``sources`` and ``providers`` are the only ones that it looks at; where there are none named, all are. ``lifetimes``
    are hours by provider or by source.
    """

    name: str
    when: str
    severity: Severity
    cooldown: timedelta = NOTHING
    sources: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    test: bool = True
    hours: float = 0.0
    lifetimes: Mapping[str, float] = field(default_factory=dict)
    intervals: float = 0.0
    per_minute: float = 0.0
    minutes: float = 0.0
    share: float = 0.0
    event: EventPattern | None = None
    status: StatusPattern | None = None

    def looks_at(self, provider: str, source: str, *, test: bool) -> bool:
        """Whether what is about this account, of a test or not, is any of its business."""
        of_source = not self.sources or source in self.sources
        of_provider = not self.providers or provider in self.providers
        return of_source and of_provider and (self.test or not test)


_HOUR = timedelta(hours=1)

BUILT_IN: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(REJECTED_FOR_FRAUD, REJECTED_FOR_FRAUD, Severity.WARNING),
        Rule(SCREENING_HIT, SCREENING_HIT, Severity.CRITICAL),
        Rule(CONTRADICTING_DECISIONS, CONTRADICTING_DECISIONS, Severity.CRITICAL),
        Rule(PERSON_ERASED, PERSON_ERASED, Severity.WARNING),
        Rule(DOCUMENT_EXPIRES, DOCUMENT_EXPIRES, Severity.INFO),
        Rule(REVIEW_TOO_OLD, REVIEW_TOO_OLD, Severity.WARNING, hours=24.0),
        # Hours for which a person can still begin or go on. iDenfy: a token (docs/vendors/idenfy.md, section 4.2);
        # IDVerse: a link of IDKit, 48 of Enterprise (idverse.md, section 3); Solaris: the redirect link of IDnow
        # (solaris.md, section 5). Credas' invitations end as its portal says; no page names a number.
        Rule(
            EXPIRES_SOON,
            EXPIRES_SOON,
            Severity.INFO,
            hours=4.0,
            lifetimes={"idenfy": 24.0, "idverse": 168.0, "solaris": 336.0},
        ),
        Rule(VENDOR_SILENT, VENDOR_SILENT, Severity.CRITICAL, cooldown=_HOUR, intervals=10.0, minutes=30.0),
        Rule(
            FAILED_AUTHENTICATIONS,
            FAILED_AUTHENTICATIONS,
            Severity.WARNING,
            cooldown=_HOUR,
            per_minute=2.0,
            minutes=5.0,
        ),
        Rule(DEAD_LETTERS, DEAD_LETTERS, Severity.WARNING, cooldown=_HOUR),
        Rule(UNMAPPED_WORDS, UNMAPPED_WORDS, Severity.INFO, cooldown=24 * _HOUR),
        Rule(BUDGET_NEARLY_SPENT, BUDGET_NEARLY_SPENT, Severity.WARNING, cooldown=6 * _HOUR, share=0.8),
    )
}
"""Active where the settings do not say otherwise."""
