"""The topics, their names and which of them are compacted: the one table that every stage reads."""

from __future__ import annotations

VERIFICATION_EVENTS = "verification-events"
ALERTS = "alerts"
DEAD_LETTERS = "dead-letters"

_MEMORY = "memory."


def callbacks(vendor: str) -> str:
    """The vendor's own topic: one vendor's flood or outage is no other's."""
    return f"callbacks.{vendor}"


def memory(owner: str) -> str:
    """What a stage remembers, a key at a time. It is partitioned like the topic that the stage reads."""
    return _MEMORY + owner


def is_compacted(topic: str) -> bool:
    """Whether only the newest record of a key is kept."""
    return topic.startswith(_MEMORY)
