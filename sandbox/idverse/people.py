"""Invented people with Australian driver licences: each follows from the seed alone."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.dice import dice

_FIRST = ("ZOE", "LACHLAN", "MATILDA", "NOAH", "CHLOË", "THUY")
_MIDDLE = ("ANNE", "JAMES", "ROSE", "LEE")
_LAST = ("O'BRIEN", "NGUYEN", "SMITH-JONES", "PAPADOPOULOS", "MÜLLER")
_STREETS = ("GEORGE ST", "PITT ST", "KING ST")
_SUBURBS = ("SYDNEY", "PARRAMATTA", "NEWCASTLE")


@dataclass(frozen=True, slots=True)
class Person:
    """Dates are ``YYYY-MM-DD``. The numbers are whole numbers, as IDVerse sends them: leading zeros are lost."""

    first_name: str
    middle_name: str
    last_name: str
    born: str
    expires: str
    document_number: int
    licence_number: int
    street: str
    suburb: str
    post_code: int
    ip: str

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.middle_name} {self.last_name}"

    @property
    def address(self) -> str:
        return f"{self.street}, {self.suburb} NSW {self.post_code}"


def invent(seed: str) -> Person:
    rolls = dice(seed, "person")
    return Person(
        first_name=rolls.choice(_FIRST),
        middle_name=rolls.choice(_MIDDLE),
        last_name=rolls.choice(_LAST),
        born=f"{rolls.randint(1950, 2004)}-{rolls.randint(1, 12):02}-{rolls.randint(1, 28):02}",
        expires=f"{rolls.randint(2028, 2034)}-12-31",
        document_number=rolls.randint(1_000_000_000, 9_999_999_999),
        licence_number=rolls.randint(10_000_000, 99_999_999),
        street=f"{rolls.randint(1, 99)} {rolls.choice(_STREETS)}",
        suburb=rolls.choice(_SUBURBS),
        post_code=rolls.randint(2000, 2999),
        ip=f"203.0.113.{rolls.randint(1, 254)}",
    )
