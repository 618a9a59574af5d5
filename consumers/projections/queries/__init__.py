"""What people and programs ask the read model. Each raises ``ProjectionUnavailable``; instants are aware, in UTC."""

from consumers.projections.queries.alerting import AlertFilter, AlertRow, alert, alerts, silences
from consumers.projections.queries.finding import Found, FoundBy, find
from consumers.projections.queries.letters import LetterFilter, LetterRow, dead_letter, dead_letters
from consumers.projections.queries.numbers import (
    ActivityRow,
    CountRow,
    SourceRow,
    activity,
    daily_counts,
    sources,
)
from consumers.projections.queries.paging import InvalidCursor, Page, seal, unseal
from consumers.projections.queries.printing import as_json
from consumers.projections.queries.statuses import (
    StatusRow,
    VerificationFilter,
    WorkFilter,
    WorkSummary,
    open_verifications,
    open_work,
    open_work_summary,
    status,
    verifications,
)
from consumers.projections.queries.subjects import SubjectRow, subject
from consumers.projections.queries.timelines import ActionFilter, TimelineRow, actions, timeline
from consumers.projections.queries.versions import version

__all__ = [
    "ActionFilter",
    "ActivityRow",
    "AlertFilter",
    "AlertRow",
    "CountRow",
    "Found",
    "FoundBy",
    "InvalidCursor",
    "LetterFilter",
    "LetterRow",
    "Page",
    "SourceRow",
    "StatusRow",
    "SubjectRow",
    "TimelineRow",
    "VerificationFilter",
    "WorkFilter",
    "WorkSummary",
    "actions",
    "activity",
    "alert",
    "alerts",
    "as_json",
    "daily_counts",
    "dead_letter",
    "dead_letters",
    "find",
    "open_verifications",
    "open_work",
    "open_work_summary",
    "seal",
    "silences",
    "sources",
    "status",
    "subject",
    "timeline",
    "unseal",
    "verifications",
    "version",
]
