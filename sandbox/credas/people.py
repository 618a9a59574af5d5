"""Invented papers of a person: they follow from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.dice import dice

_FIRST = ("Amelia", "Oluwaseun", "Niamh", "George", "Chloë", "Rhys")
_LAST = ("O'Connor", "Smith-Jones", "Patel", "MacDonald", "Müller")


@dataclass(frozen=True, slots=True)
class Papers:
    """Days are ``YYYY-MM-DD``."""

    number: str
    born: str
    expires: str
    code: str


def papers(seed: str) -> Papers:
    rolls = dice(seed, "papers")
    return Papers(
        number=str(rolls.randint(100_000_000, 999_999_999)),
        born=f"{rolls.randint(1950, 2004)}-{rolls.randint(1, 12):02}-{rolls.randint(1, 28):02}",
        expires=f"{rolls.randint(2028, 2034)}-12-31",
        code=f"{''.join(rolls.choices('ABCDEFGHJKLMNPQRSTUVWXYZ', k=3))}-{rolls.randint(100, 999)}",
    )


def names(seed: str) -> tuple[str, str]:
    """First name and surname for somebody who was given none."""
    rolls = dice(seed, "names")
    return rolls.choice(_FIRST), rolls.choice(_LAST)
