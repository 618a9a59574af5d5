"""How Solaris and IDnow write their words, for whatever is gathered while a document of theirs is read."""

from __future__ import annotations

import re

from normalizers import findings
from normalizers.findings import Findings

# One case, lower or upper; a name or an address mixes them or has blanks.
_FORM = re.compile(r"[A-Z][A-Z0-9_-]{0,63}|[a-z][a-z0-9_-]{0,63}")
_NOTHING = ("", "null")
"""Section 5.2: some samples hold the text ``null`` where null is meant."""


def new_findings() -> Findings:
    return Findings(_FORM, _NOTHING)


def is_word(text: object) -> bool:
    """Whether a value looks like one of the vendor's words, so that it may be shown although no table has it."""
    return findings.is_word(text, _FORM)


def is_filled(value: object) -> bool:
    """Whether a member says something."""
    return value is not None and value not in _NOTHING
