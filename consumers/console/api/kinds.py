"""What a parameter may be: each kind reads a value and describes it, so that neither can say more than the other."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

Schema = Mapping[str, Any]

_YEARS = r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
"""Those in which something can have happened, so that no moment is out of any database's range."""
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)"


class Kind(Protocol):
    """``read`` raises ``ValueError`` with what it must be, for a text as it stands in an address."""

    @property
    def schema(self) -> Schema: ...

    def read(self, text: str) -> object: ...

    def read_json(self, value: object) -> object:
        """The same of a member of a JSON body."""
        ...


class _Textual(ABC):
    """In JSON it is a text too."""

    @abstractmethod
    def read(self, text: str) -> object: ...

    def read_json(self, value: object) -> object:
        if not isinstance(value, str):
            raise ValueError("must be a text")  # noqa: TRY004 - a fault of the request, not of the program
        return self.read(value)


@dataclass(frozen=True, slots=True)
class Text(_Textual):
    """So many characters at most, and one at least unless it may be ``empty``.

    One character may be twelve bytes of an address, of which no more than 8,190 are read.
    """

    longest: int = 400
    empty: bool = False

    @property
    def schema(self) -> Schema:
        return {"type": "string", "minLength": 0 if self.empty else 1, "maxLength": self.longest}

    def read(self, text: str) -> object:
        if (not text and not self.empty) or len(text) > self.longest:
            raise ValueError(f"must have {0 if self.empty else 1} to {self.longest} characters")
        return text


@dataclass(frozen=True, slots=True)
class Matching(_Textual):
    """A text of this form, ``told`` in words."""

    pattern: re.Pattern[str]
    told: str

    @property
    def schema(self) -> Schema:
        return {"type": "string", "pattern": self.pattern.pattern}

    def read(self, text: str) -> object:
        if not self.pattern.fullmatch(text):
            raise ValueError(self.told)
        return text


NAME = Matching(
    re.compile("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", re.ASCII), "must be a name of letters, digits, dots and hyphens"
)
"""Of ours: an account, a vendor, a rule, a stage, a topic."""

PLACE = Matching(re.compile("^[A-Za-z0-9_-]{1,2048}$", re.ASCII), "must be a cursor as it was given")


@dataclass(frozen=True, slots=True)
class Choice(_Textual):
    """One of these words."""

    words: type[StrEnum]

    @property
    def schema(self) -> Schema:
        return {"type": "string", "enum": [word.value for word in self.words]}

    def read(self, text: str) -> object:
        if text not in [word.value for word in self.words]:
            raise ValueError(f"must be one of {', '.join(word.value for word in self.words)}")
        return text


@dataclass(frozen=True, slots=True)
class Instant(_Textual):
    """A moment with its offset from UTC, to the microsecond."""

    _PATTERN = re.compile(f"^{_YEARS}T{_TIME}$", re.ASCII)

    @property
    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time", "pattern": self._PATTERN.pattern}

    def read(self, text: str) -> object:
        told = "must be a moment as 2026-03-01T12:00:00Z, or with an offset (in an address, + is written %2B)"
        if not self._PATTERN.fullmatch(text):
            raise ValueError(told)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(told) from None


@dataclass(frozen=True, slots=True)
class Day(_Textual):
    _PATTERN = re.compile(f"^{_YEARS}$", re.ASCII)

    @property
    def schema(self) -> Schema:
        return {"type": "string", "format": "date", "pattern": self._PATTERN.pattern}

    def read(self, text: str) -> object:
        try:
            if self._PATTERN.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError("must be a day as 2026-03-01")


@dataclass(frozen=True, slots=True)
class Flag:
    @property
    def schema(self) -> Schema:
        return {"type": "boolean"}

    def read(self, text: str) -> object:
        if text not in {"true", "false"}:
            raise ValueError("must be true or false")
        return text == "true"

    def read_json(self, value: object) -> object:
        if not isinstance(value, bool):
            raise ValueError("must be true or false")  # noqa: TRY004 - a fault of the request
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both included."""

    least: int
    most: int

    @property
    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def read(self, text: str) -> object:
        if not re.fullmatch(r"-?\d{1,19}", text, re.ASCII):
            raise ValueError(self._told)
        return self.read_json(int(text))

    def read_json(self, value: object) -> object:
        # To JSON Schema 5.0 is a whole number too.
        number = int(value) if isinstance(value, float) and value.is_integer() else value
        if type(number) is not int or not self.least <= number <= self.most:
            raise ValueError(self._told)
        return number

    @property
    def _told(self) -> str:
        return f"must be a whole number from {self.least} to {self.most}"
