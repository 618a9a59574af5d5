"""Who somebody is to us, however they proved it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Role(StrEnum):
    """``VIEWER`` looks; ``OPERATOR`` also acts, and handles alerts; ``ADMIN`` also opens bodies, redrives dead letters
    and reads the audit. Each may all that the one before it may.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Identity:
    """``may`` are patterns of what is allowed beside the role: ``vendor.action``, see ``matches``, and what
    ``is_allowed`` names. ``via`` says how it was proved: ``token``, ``oidc``, ``command line``.
    """

    name: str
    role: Role
    may: tuple[str, ...] = ()
    via: str = "token"

    def has(self, role: Role) -> bool:
        return self.role.includes(role)

    def is_allowed(self, what: str) -> bool:
        """Whether ``may`` names it, as ``documents.open`` or ``documents.*``.

        A star before the dot stands for vendors, so ``*.*``, which is every action there, opens no document here.
        """
        kind = what.partition(".")[0]
        return matches((each for each in self.may if each.partition(".")[0] == kind), what)


def matches(patterns: Iterable[str], what: str) -> bool:
    """A star stands for anything: ``credas.*``, ``*.status``."""
    return any(fnmatchcase(what, pattern) for pattern in patterns)
