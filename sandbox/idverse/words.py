"""IDVerse's own words, as its pages publish them (facts 2 and 6)."""

from __future__ import annotations

PENDING = "PENDING"
INPROGRESS = "INPROGRESS"
SUBMITTED = "SUBMITTED"
COMPLETE = "COMPLETE"
EXPIRED = "EXPIRED"
CANCELLED = "CANCELLED"
OPEN_STATUSES = (PENDING, INPROGRESS, SUBMITTED)

COMPLETED = "COMPLETED"
"""The notification's word for ``COMPLETE`` (facts 2.1)."""

PASSED = "PASSED"
FLAGGED = "FLAGGED"
PARTS = ("documents", "facematch", "liveness", "data")
FACE_PARTS = frozenset({"facematch", "liveness"})

STEPS = ("PRIVACY", "ID_INFORMATION", "FACE_MATCH_CAPTURE", "SUBMITTED")
FACE_STEP = "FACE_MATCH_CAPTURE"
"""Not in the document-only flow (facts 5.2)."""
REDACTABLE = ("records", "assets", "face", "data")
OUTCOMES = (PASSED, FLAGGED, EXPIRED, CANCELLED)

SCOPES = frozenset({"transactions/get"})
"""The only scope that any page shows (facts 3.2)."""

ENTERPRISE_STEPS = ("pending", "termsAndConditions", "idSelection", "personalDetails", "liveness")
ENTERPRISE_ENDS = ("completedPass", "completedFlagged", "expired", "cancelled")
"""Sent on both channels, the steps on the event channel alone (facts 2.2)."""
ENTERPRISE_EVENTS = (*ENTERPRISE_STEPS, *ENTERPRISE_ENDS)
