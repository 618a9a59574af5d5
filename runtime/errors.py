"""Errors, named by what the caller must do. A message says what is wrong, where, and what to do about it."""

from __future__ import annotations


class HooklineError(Exception):
    """Base of all that Hookline raises on purpose; the command line prints its message and exits non-zero."""


class LogUnavailable(HooklineError):
    """Try again later. If it came from a write, whether that write happened is unknown."""


class LogRefused(HooklineError):
    """Change something first (another file, a newer program): this log must not be used as it stands."""


class RecordTooLarge(HooklineError):
    """Do not try again: the record is over the log's limit. Nothing was written."""


class Fenced(HooklineError):
    """Drop this batch and the state kept for its partition: another member of the group owns it now."""


class SettingsInvalid(HooklineError):
    """Mend the settings: the message lists every mistake with its place and the fix."""
