"""What is gathered while a document is read: checks, reasons, and what the tables did not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field

from schemas.event import Check, CheckKind, CheckResult, Reason, ReasonClass

MAX_ENTRIES = 200
"""How many checks, reasons and unknown places one event carries: it must fit on the log whatever the document holds."""

# Solaris writes its words in one case, lower or upper; a name or an address mixes them or has blanks.
_WORD = re.compile(r"[A-Z][A-Z0-9_-]{0,63}|[a-z][a-z0-9_-]{0,63}")
_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def is_word(text: object) -> bool:
    """Whether a value looks like one of the vendor's words, so that it may be shown although no table has it."""
    return isinstance(text, str) and _WORD.fullmatch(text) is not None


def is_filled(value: object) -> bool:
    """Whether a member says something; section 5.2: some samples hold the text ``null`` where null is meant."""
    return value is not None and value not in ("", "null")


@dataclass(slots=True)
class Findings:
    """Everything here may be shown: no value gets in that no table has and that is no vendor's word in its place.

    Members of a type that nobody promised are noted by their path and count as absent.
    """

    checks: list[Check] = field(default_factory=list)
    reasons: dict[Reason, None] = field(default_factory=dict)
    unmapped: dict[str, None] = field(default_factory=dict)

    def unknown(self, path: str, value: object = None) -> str | None:
        """The value is noted as unknown, by its path and, if it is a word, by that; and given back if it is a word."""
        if isinstance(value, str) and is_word(value):
            self.unmapped[f"{path}={value}"] = None
            return value
        self.unmapped[path] = None
        return None

    def unknown_members(self, members: Mapping[str, object], known: frozenset[str]) -> None:
        for name in members.keys() - known:
            self.unknown(name if _MEMBER.fullmatch(name) else "?")

    def word(self, path: str, value: object, known: Container[str]) -> str | None:
        """The vendor's word, or ``None`` if there is none or none that may be shown. A word not ``known`` is noted."""
        if not is_filled(value):
            return None
        if isinstance(value, str) and value in known:
            return value
        return self.unknown(path, value)

    def members_of(self, path: str, value: object) -> Mapping[str, object]:
        """The object, or an empty one in place of nothing or of something else."""
        if isinstance(value, dict):
            return value
        if is_filled(value):
            self.unknown(path)
        return {}

    def entries_of(self, path: str, value: object) -> Collection[object]:
        """The list, or an empty one in place of nothing or of something else."""
        if isinstance(value, list):
            return value
        if is_filled(value):
            self.unknown(path)
        return ()

    def check(self, kind: CheckKind, name: str, result: CheckResult, vendor_value: str | None) -> None:
        self.checks.append(Check(kind, name, result, vendor_value))

    def judge(self, kind: CheckKind, name: str, value: object, results: Mapping[str, CheckResult]) -> None:
        """A check with the result that ``results`` gives the vendor's word; no check if there is no word."""
        if is_filled(value):
            word = self.word(name, value, results)
            self.check(kind, name, results.get(word or "", CheckResult.UNKNOWN), word)

    def reason(self, path: str, value: object, classes: Mapping[str, ReasonClass]) -> str | None:
        """The reason that the vendor's word gives, and the word; its class is UNKNOWN if ``classes`` lacks the word."""
        word = self.word(path, value, classes)
        if word is not None:
            self.reasons[Reason(classes.get(word, ReasonClass.UNKNOWN), word)] = None
        return word

    def settle(self) -> tuple[tuple[Check, ...], tuple[Reason, ...], tuple[str, ...]]:
        """Checks, reasons and unknown places, each without more entries than an event may carry."""
        return (
            tuple(self.checks[:MAX_ENTRIES]),
            tuple(self.reasons)[:MAX_ENTRIES],
            tuple(sorted(self.unmapped))[:MAX_ENTRIES],
        )
