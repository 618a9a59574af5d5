"""Words and members of vendors' documents that no table has: how many events had which, by account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from schemas.event import VerificationEvent
from schemas.observation import Observation, ObservationKind

MOST_WORDS = 500
"""Of an account in one observation: it must fit on the log whatever the documents hold. The most frequent are told."""


def words_in(events: Iterable[VerificationEvent]) -> list[Observation]:
    """One observation for each account with such events, as of the latest of them: paths, and never a value."""
    found: dict[tuple[str, str], Counter[str]] = {}
    at = {}
    for event in events:
        if event.unmapped:
            account = event.provider, event.source
            found.setdefault(account, Counter()).update(event.unmapped)
            at[account] = max(event.received_at, at.get(account, event.received_at))
    return [
        Observation(ObservationKind.UNMAPPED, at[account], *account, dict(sorted(words.most_common(MOST_WORDS))))
        for account, words in found.items()
    ]
