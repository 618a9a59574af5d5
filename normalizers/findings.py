"""What is gathered while a document is read: checks, reasons, and what the tables did not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field

from schemas.event import Check, CheckKind, CheckResult, Reason, ReasonClass

MAX_ENTRIES = 200
"""How many checks, reasons and unknown places one event carries: it must fit on the log whatever the document holds."""

FREE_TEXT = "FREE_TEXT"
"""Our code for a reason that a person at the vendor wrote down."""

UPPER_CASE = re.compile(r"[A-Z][A-Z0-9_-]{0,63}")
"""How most vendors write their words; a name or an address has small letters or blanks."""

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_ .-]{0,63}")
_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def label(text: object, neutral: str) -> str:
    """An account's or the vendor's name for something, or ``neutral`` if it does not look like a name for a thing."""
    return text if isinstance(text, str) and _LABEL.fullmatch(text) else neutral


def is_word(text: object, form: re.Pattern[str] = UPPER_CASE) -> bool:
    """Whether a value looks like one of the vendor's words, so that it may be shown although no table has it."""
    return isinstance(text, str) and form.fullmatch(text) is not None


@dataclass(slots=True)
class Findings:
    """Everything here may be shown: no method lets a value through that no table has and that is no vendor's word.

    ``form`` is how the vendor writes its words, ``nothing`` the texts that it writes where it means null. Members of a
    type that nobody promised are noted by their path and count as absent.
    """

    form: re.Pattern[str] = UPPER_CASE
    nothing: tuple[str, ...] = ("",)
    checks: list[Check] = field(default_factory=list)
    reasons: dict[Reason, None] = field(default_factory=dict)
    unmapped: dict[str, None] = field(default_factory=dict)

    def unknown(self, path: str, value: object = None) -> str | None:
        """The value is noted as unknown, by its path and, if it is a word, by that; and given back if it is a word."""
        if isinstance(value, str) and is_word(value, self.form):
            self.unmapped[f"{path}={value}"] = None
            return value
        self.unmapped[path] = None
        return None

    def unknown_members(self, members: Mapping[str, object], known: frozenset[str], prefix: str = "") -> None:
        if members.keys() <= known:
            return
        for name in members:
            if name not in known:
                self.unknown(prefix + (name if _MEMBER.fullmatch(name) else "?"))

    def word(self, path: str, value: object, known: Container[str]) -> str | None:
        """The vendor's word, or ``None`` if there is none or none that may be shown. A word not ``known`` is noted."""
        if self._is_nothing(value):
            return None
        if isinstance(value, str) and value in known:
            return value
        return self.unknown(path, value)

    def members_of(self, path: str, value: object) -> Mapping[str, object]:
        """The object, or an empty one in place of nothing or of something else."""
        if isinstance(value, dict):
            return value
        if not self._is_nothing(value):
            self.unknown(path)
        return {}

    def entries_of(self, path: str, value: object) -> Collection[object]:
        """The list, or an empty one in place of nothing or of something else."""
        if isinstance(value, list):
            return value
        if not self._is_nothing(value):
            self.unknown(path)
        return ()

    def check(self, kind: CheckKind, name: str, result: CheckResult, vendor_value: str | None = None) -> None:
        self.checks.append(Check(kind, name, result, vendor_value))

    def judge(
        self, kind: CheckKind, name: str, value: object, results: Mapping[str, CheckResult], path: str | None = None
    ) -> None:
        """A check with the result that ``results`` gives the vendor's word; no check if there is no word."""
        word = self.word(path or name, value, results)
        if isinstance(value, str) and not self._is_nothing(value):
            self.check(kind, name, results.get(word or "", CheckResult.UNKNOWN), word)

    def flag(self, kind: CheckKind, name: str, value: object) -> None:
        """A check that passed (true) or failed (false); none for null."""
        if isinstance(value, bool):
            self.check(kind, name, CheckResult.PASS if value else CheckResult.FAIL, str(value).lower())
        elif value is not None:
            self.unknown(name)

    def reason(self, path: str, value: object, classes: Mapping[str, ReasonClass | None]) -> str | None:
        """The reason that the vendor's word gives, and the word.

        Its class is UNKNOWN if ``classes`` lacks the word; a word whose class is ``None`` is no reason.
        """
        word = self.word(path, value, classes)
        reason_class = None if word is None else classes.get(word, ReasonClass.UNKNOWN)
        if word is not None and reason_class is not None:
            self.reasons[Reason(reason_class, word)] = None
        return word

    def free_reason(self, path: str, value: object, classes: Mapping[str, ReasonClass | None]) -> None:
        """As ``reason``, but whatever ``classes`` does not have is a person's text: it is named and never copied."""
        if isinstance(value, str) and value and value not in classes:
            self.reasons[Reason(ReasonClass.UNKNOWN, FREE_TEXT)] = None
        else:
            self.reason(path, value, classes)

    def settle(self) -> tuple[tuple[Check, ...], tuple[Reason, ...], tuple[str, ...]]:
        """Checks, reasons and unknown places, each without more entries than an event may carry.

        The places are sorted, so that they say nothing of the order in which a document came.
        """
        return (
            tuple(self.checks[:MAX_ENTRIES]),
            tuple(self.reasons)[:MAX_ENTRIES],
            tuple(sorted(self.unmapped))[:MAX_ENTRIES],
        )

    def _is_nothing(self, value: object) -> bool:
        return value is None or (isinstance(value, str) and value in self.nothing)
