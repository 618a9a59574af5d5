"""What every vendor's behaviour says about the time that passes and about the webhooks that go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Pace(Protocol):
    """``time_scale`` is the real seconds in one of the vendor's, in which the other times are.

    ``retries`` are the waits ahead of each further attempt. ``time_limit`` bounds each, and where the vendor's time is
    quicker than ours, in ours: whoever answers is no quicker for it. ``duplicates`` is how often a webhook is sent,
    ``reorder`` how many are held and shuffled, ``drop`` the share that is lost. ``keep`` bounds what is remembered.
    """

    @property
    def time_scale(self) -> float: ...
    @property
    def time_limit(self) -> float: ...
    @property
    def retries(self) -> tuple[float, ...]: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def reorder(self) -> int: ...
    @property
    def drop(self) -> float: ...
    @property
    def keep(self) -> int: ...


def check(pace: Pace, more: Mapping[str, bool] | None = None) -> None:
    """Raises ``ValueError`` naming all that makes no sense: of the pace, and what of ``more`` is true."""
    faults = {
        "time_scale must be more than 0": pace.time_scale <= 0,
        "time_limit must be more than 0": pace.time_limit <= 0,
        "no wait may be negative": any(wait < 0 for wait in pace.retries),
        "duplicates must be at least 1": pace.duplicates < 1,
        "reorder must not be negative": pace.reorder < 0,
        "drop must be between 0 and 1": not 0 <= pace.drop <= 1,
        "keep must be at least 1": pace.keep < 1,
        **(more or {}),
    }
    wrong = [text for text, is_wrong in faults.items() if is_wrong]
    if wrong:
        raise ValueError("behaviour: " + "; ".join(wrong))
