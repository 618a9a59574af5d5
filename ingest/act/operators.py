"""Who may act, and what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from ingest.act.errors import UnknownOperator
from runtime.access import identity as identities
from runtime.access.identity import Identity, Role
from runtime.access.tokens import Tokens, tokens_of
from runtime.settings import OperatorSettings


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who asks for actions; ``may`` are patterns of ``vendor.action``."""

    name: str
    may: tuple[str, ...] = ("*",)

    def is_allowed(self, vendor: str, action: str) -> bool:
        return matches(self.may, vendor, action)


def matches(patterns: Iterable[str], vendor: str, action: str) -> bool:
    return identities.matches(patterns, f"{vendor}.{action}")


def is_same(one: str, other: str) -> bool:
    """Whether both names are one person's, where two must act: letters' case and form, and blanks, make no other."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(normalize("NFKC", normalize("NFKC", name).casefold()).split())


def operator_of(identity: Identity) -> Operator:
    """Who asks, as one who acts: a viewer may do nothing, whatever the settings let them do besides."""
    return Operator(identity.name, identity.may if identity.has(Role.OPERATOR) else ())


@dataclass(frozen=True, slots=True)
class Operators:
    """Those of the settings, by their tokens."""

    tokens: Tokens

    def __len__(self) -> int:
        return len(self.tokens)

    def holding(self, token: str | None) -> Operator:
        """The operator whose token that is. Raises ``UnknownOperator``."""
        found = self.tokens.holding(token or "")
        if found is None:
            raise UnknownOperator("token: missing, or no operator's; see [[operator]] in the settings")
        return operator_of(found)


def operators_of(settings: Iterable[OperatorSettings]) -> Operators:
    """Raises ``SettingsInvalid``, as ``tokens_of``."""
    return Operators(tokens_of(settings))
