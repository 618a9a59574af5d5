"""Numbers that a seed decides."""

from __future__ import annotations

from random import Random


def dice(*parts: object) -> Random:
    """The same parts always roll the same numbers."""
    return Random(":".join(str(part) for part in parts))  # noqa: S311 - repeatable on purpose, protects nothing
