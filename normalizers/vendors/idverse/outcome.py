"""What a transaction's status and results decide (the facts, 6.1 and 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from normalizers.findings import Findings
from normalizers.vendors.idverse import words
from normalizers.vendors.idverse.words import End
from schemas.event import Outcome, ReasonClass, WaitsFor

PATIENCE = timedelta(minutes=10)
"""Section 6.2: so long a complete transaction without results may get them yet."""

LINK_LIFE = timedelta(days=7)
"""Section 7: so long after it was created a transaction is closed, normally."""

_REASONS: Mapping[str, ReasonClass] = {
    "documents_flagged": ReasonClass.UNKNOWN,
    "facematch_flagged": ReasonClass.MISMATCH,
    "liveness_flagged": ReasonClass.UNKNOWN,
    "data_flagged": ReasonClass.MISMATCH,
}
"""Section 6.3. FLAGGED means that a person should look, so no part of it is fraud yet."""

_NEEDS_REVIEW = End(Outcome.NEEDS_REVIEW, final=True)
_NOT_YET = End(Outcome.ERROR, final=False, waits_for=WaitsFor.VENDOR)
"""Sections 6.2 and 15.1: it is read again, and nobody need do anything."""
_NONE_KNOWN = End(Outcome.ERROR, final=False)


def decide(
    findings: Findings, status: str | None, results: Mapping[str, object], *, flagged: End, waited: timedelta | None
) -> End:
    """The outcome. Results count beside COMPLETE alone; ``flagged`` is what FLAGGED amounts to at this account.

    ``results`` are what ``said`` gives; a FLAGGED part contradicts PASSED also where no table has that part.
    ``waited`` is how long the transaction had been closed, ``None`` if that is not known. A status that no table has
    is PENDING: reconciliation asks on. IDVerse says nothing more after COMPLETE, so NEEDS_REVIEW is final too; what a
    person decides then comes through another door.
    """
    end = words.STATUSES.get(status or "", words.PENDING)
    if end is not None:
        return end
    if not results:
        return _without_results(waited)
    overall = findings.word("results.overall", results.get("overall"), words.RESULTS)
    parts = [_part(findings, part, results.get(part)) for part in words.PARTS]
    if overall == words.FLAGGED:
        return flagged
    contradicted = words.FLAGGED in results.values()
    if overall == words.PASSED and not contradicted and all(part in (None, words.PASSED) for part in parts):
        return End(Outcome.VERIFIED, final=True)
    return _NEEDS_REVIEW


def _without_results(waited: timedelta | None) -> End:
    if waited is None:
        return _NONE_KNOWN
    return _NEEDS_REVIEW if waited >= PATIENCE else _NOT_YET


def _part(findings: Findings, name: str, value: object) -> str | None:
    """The part's word, ``""`` for one that cannot be shown; with its check, and its reason where it is FLAGGED."""
    findings.judge(words.PARTS[name], name, value, words.RESULTS, f"results.{name}")
    if value == words.FLAGGED:
        findings.reason(f"results.{name}", f"{name}_flagged", _REASONS)
    if value is None:
        return None
    return value if isinstance(value, str) else ""


def said(results: object) -> Mapping[str, object]:
    """The results that say something: null and ``""`` are as good as absent (section 5)."""
    members = results if isinstance(results, dict) else {}
    return {name: value for name, value in members.items() if value is not None and value != ""}


def flagged_as(option: str | None) -> End:
    """Section 6.2: IDVerse never says "denied"; the account's settings may say that FLAGGED is."""
    return End(Outcome.REJECTED, final=True) if option == "rejected" else _NEEDS_REVIEW


def waited_at(received_at: datetime, closed_at: datetime | None, created_at: datetime | None) -> timedelta | None:
    """How long it had been closed. Section 5 is at odds about ``closed_at`` beside COMPLETE, so without one it is how
    long it must have been at least, by its creation.
    """
    if closed_at is not None:
        return received_at - closed_at
    # Two differences: a sum could leave the range of a datetime, whatever the body holds.
    return None if created_at is None else (received_at - created_at) - LINK_LIFE
