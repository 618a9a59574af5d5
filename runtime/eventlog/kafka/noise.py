"""aiokafka says a warning every 100 ms for each broker that is away; we pass each kind on once in a while."""

from __future__ import annotations

import logging
from time import monotonic

_SECONDS = 30.0
_NAMES = (
    "aiokafka",
    "aiokafka.client",
    "aiokafka.conn",
    "aiokafka.cluster",
    "aiokafka.admin.client",
    "aiokafka.producer.producer",
    "aiokafka.producer.sender",
    "aiokafka.consumer.consumer",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.consumer.subscription_state",
    "aiokafka.coordinator.assignors.sticky.sticky_assignor",
)


class Seldom(logging.Filter):
    """Lets a message through when the same one (before its arguments are put in) was not let through for a while."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = monotonic()
        if now - self._passed.get(str(record.msg), -_SECONDS) < _SECONDS:
            return False
        self._passed[str(record.msg)] = now
        return True


def quieten() -> None:
    """Only warnings, each seldom. Its debug lines hold records' keys and values: they are never written."""
    for name in _NAMES:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Seldom) for each in logger.filters):
            logger.addFilter(Seldom())
            logger.setLevel(logging.WARNING)
