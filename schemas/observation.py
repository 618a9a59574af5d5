"""Observation: what a process saw of its own work in a while, or only that time went on.

Rules that no event can raise (a vendor is silent, a budget is nearly spent, a review is too old) are checked when an
observation is read, so that time itself is on the log. Numbers and names of ours only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import orjson
from uuid_utils import uuid7

from schemas.message import Message, Stored, Undecodable, instant_of, text_of


class ObservationKind(StrEnum):
    """``TICK``: time went on. ``DOORS``: what the receiver answered for an account since its last one. ``BUDGET``: how
    much of an account's calls is spent now. ``UNMAPPED``: words of a vendor's that no table has, by their paths, and
    how many events said them. ``LETTERS``: dead letters, by ``<stage>/<reason>``.
    """

    TICK = "TICK"
    DOORS = "DOORS"
    BUDGET = "BUDGET"
    UNMAPPED = "UNMAPPED"
    LETTERS = "LETTERS"


STORED, REFUSED, LIMITED, FAILED = DOORS = "stored", "refused", "limited", "failed"
"""Numbers of ``DOORS``: answers 200 with a stored callback, 401, 429, and 5xx."""

HOUR_SPENT, HOUR_MOST, DAY_SPENT, DAY_MOST = BUDGET = "hour_spent", "hour_most", "day_spent", "day_most"
"""Numbers of ``BUDGET``: calls within the sliding hour and day, and what is allowed; what is unbounded is not there."""


@dataclass(frozen=True, slots=True)
class Observation:
    """``at`` is the end of the while that it tells of, by the clock of whoever saw it. ``TICK`` names no account, and
    neither do ``LETTERS`` of records that are no account's.
    """

    kind: ObservationKind
    at: datetime
    provider: str = ""
    source: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)


def to_message(observation: Observation) -> Message:
    """All in partition 0, so that one member of a group sees every one of them."""
    body = {
        "kind": observation.kind,
        "at": observation.at.isoformat(),
        "provider": observation.provider,
        "source": observation.source,
        "numbers": dict(observation.numbers),
    }
    return Message(str(uuid7()), 0, (("content-type", b"application/json"),), orjson.dumps(body))


def from_record(record: Stored) -> Observation:
    """The observation that ``to_message`` wrote. Raises ``Undecodable`` for anything else."""
    try:
        members = orjson.loads(record.value or b"")
        return Observation(
            kind=ObservationKind(members["kind"]),
            at=instant_of(members["at"]),
            provider=text_of(members["provider"]),
            source=text_of(members["source"]),
            numbers={str(name): int(number) for name, number in members["numbers"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        raise Undecodable(f"{where}: not an observation ({type(error).__name__})") from None
