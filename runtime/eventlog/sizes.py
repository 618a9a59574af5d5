"""How large a record is, for every backend alike."""

from __future__ import annotations

from runtime.errors import RecordTooLarge
from runtime.eventlog.api import Message


def size_of(message: Message) -> int:
    """The bytes of key, headers' names and values, and value."""
    headers = sum(len(name.encode()) + len(text) for name, text in message.headers)
    return len(message.key.encode()) + headers + len(message.value or b"")


def _at_most(message: Message) -> int:
    """No less than its size, and quicker found: text is counted as if each character took four bytes."""
    size = 4 * len(message.key) + len(message.value or b"")
    for name, text in message.headers:
        size += 4 * len(name) + len(text)
    return size


def refuse_too_large(topic: str, message: Message, limit: int) -> None:
    """Raises ``RecordTooLarge`` when the message is over ``limit`` bytes; it says nothing out of the message."""
    if _at_most(message) > limit and (size := size_of(message)) > limit:
        raise RecordTooLarge(
            f"topic {topic}: a record of {size} bytes is over the limit of {limit}; send less, or raise the limit"
        )
