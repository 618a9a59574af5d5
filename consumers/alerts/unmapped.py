"""Words and members of vendors' documents that no table has: how many events had which, by account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from schemas.event import VerificationEvent
from schemas.observation import Observation, ObservationKind

MOST_WORDS = 500
"""Of an account in one observation: it must fit on the log whatever the documents hold. The most frequent are told."""


def words_in(events: Iterable[VerificationEvent], at: datetime) -> list[Observation]:
    """One observation of that time for each account with such events: paths, and never a value."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        if event.unmapped:
            found.setdefault((event.provider, event.source), Counter()).update(event.unmapped)
    return [
        Observation(ObservationKind.UNMAPPED, at, *account, dict(sorted(words.most_common(MOST_WORDS))))
        for account, words in found.items()
    ]
