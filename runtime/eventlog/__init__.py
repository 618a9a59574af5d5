"""The event log: one small promise, kept by each backend. ``open_log`` picks the backend by the URL's scheme."""

from runtime.eventlog.api import (
    Batch,
    Emit,
    EventLog,
    Headers,
    IsCompacted,
    Message,
    Position,
    Put,
    Reader,
    Record,
    Start,
)
from runtime.eventlog.open import open_log

__all__ = [
    "Batch",
    "Emit",
    "EventLog",
    "Headers",
    "IsCompacted",
    "Message",
    "Position",
    "Put",
    "Reader",
    "Record",
    "Start",
    "open_log",
]
