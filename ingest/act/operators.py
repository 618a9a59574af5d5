"""Who may act, and what."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256

from ingest.act.errors import UnknownOperator
from runtime.errors import SettingsInvalid
from runtime.secrets import secret_of
from runtime.settings import OperatorSettings

MIN_TOKEN = 32
"""Bytes of a token: it is all that stands between anybody and an override."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who asks for actions; ``may`` are patterns of ``vendor.action``."""

    name: str
    may: tuple[str, ...] = ("*",)

    def is_allowed(self, vendor: str, action: str) -> bool:
        return matches(self.may, vendor, action)


def matches(patterns: Iterable[str], vendor: str, action: str) -> bool:
    return any(fnmatchcase(f"{vendor}.{action}", pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Operators:
    """Those of the settings, by the digests of their tokens."""

    by_digest: dict[bytes, Operator]

    def __len__(self) -> int:
        return len(self.by_digest)

    def holding(self, token: str | None) -> Operator:
        """The operator whose token that is. Raises ``UnknownOperator``."""
        digest = sha256((token or "").encode("utf-8", "surrogateescape")).digest()
        found = [each for known, each in self.by_digest.items() if hmac.compare_digest(known, digest)]
        if not token or not found:
            raise UnknownOperator("token: missing, or no operator's; see [[operator]] in the settings")
        return found[0]


def operators_of(settings: Iterable[OperatorSettings]) -> Operators:
    """Raises ``SettingsInvalid`` with every token that cannot be read, is too short, or is another one's too."""
    by_digest: dict[bytes, Operator] = {}
    mistakes = []
    for entry in settings:
        try:
            token = secret_of(f"operator ({entry.name}).token", entry.token).value
        except SettingsInvalid as error:
            mistakes.append(str(error))
            continue
        digest = sha256(token).digest()
        if len(token) < MIN_TOKEN:
            mistakes.append(f"operator ({entry.name}).token: {len(token)} bytes; give {MIN_TOKEN} random ones at least")
        elif digest in by_digest:
            mistakes.append(f"operator ({entry.name}).token: is {by_digest[digest].name}'s too; give each its own")
        by_digest[digest] = Operator(entry.name, entry.may)
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return Operators(by_digest)
