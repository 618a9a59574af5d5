"""What the receiver tells of its own work: how many callbacks of each account it stored, refused, limited, failed.

It reads the receiver's counts now and then, so that no callback waits for it. Numbers only: no word of a callback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import structlog

from runtime import metrics
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from runtime.periodic import Periodic
from runtime.tally import Tally
from schemas.observation import FAILED, LIMITED, REFUSED, STORED, Observation, ObservationKind, to_message
from schemas.topics import OBSERVATIONS

_log = structlog.get_logger(__name__)

NAME = "observe doors"
EVERY = 10.0
"""Seconds between two looks at the counts."""

_NUMBERS: Mapping[int, str] = {HTTPStatus.UNAUTHORIZED: REFUSED, HTTPStatus.TOO_MANY_REQUESTS: LIMITED}

Counts = Mapping[str, Counter[str]]
"""By source, the numbers of ``DOORS``."""


@dataclass(slots=True)
class Doors:
    """Tells what was counted since it was made. ``vendors`` are the sources' vendors, by source.

    While the log is away nothing is told, and later all of it at once. An append whose answer never came is told
    again: its numbers may then be on the topic twice, and are never missing.
    """

    log: EventLog
    tally: Tally
    vendors: Mapping[str, str]
    _told: dict[str, Counter[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._told = dict(_counts(self.tally))

    async def tell(self) -> None:
        """An observation for each account where something happened since its last one.

        The log's trouble is no trouble of the receiver's: that stores callbacks or says 503 all by itself.
        """
        now, counts = datetime.now(UTC), _counts(self.tally)
        try:
            for source in self.vendors.keys() & counts.keys():
                await self._tell(source, counts[source], now)
        except LogUnavailable as error:
            metrics.STAGE_RETRIES.labels(NAME, type(error).__name__).inc()
            _log.warning("observations wait", error=str(error))

    async def _tell(self, source: str, counted: Counter[str], now: datetime) -> None:
        new = counted - self._told.get(source, Counter())
        if not new:
            return
        observation = Observation(ObservationKind.DOORS, now, self.vendors[source], source, new)
        await self.log.append(OBSERVATIONS, to_message(observation))
        self._told[source] = counted


def _counts(tally: Tally) -> Counts:
    found: dict[str, Counter[str]] = {}
    for source, number in tally.callbacks().items():
        found.setdefault(source, Counter())[STORED] += number
    for (source, status), number in tally.answers().items():
        name = FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _NUMBERS.get(status)
        if name is not None:
            found.setdefault(source, Counter())[name] += number
    return found


def periodic(doors: Doors) -> Periodic:
    return Periodic(NAME, EVERY, doors.tell)
