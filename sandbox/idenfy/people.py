"""Invented people, ids and links: each follows from the seed alone."""

from __future__ import annotations

import string
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from sandbox.dice import dice

_LETTERS = string.ascii_letters + string.digits
_UUID_EPOCH = 0x01B21DD213814000
_NODE = 0x025AD99A18E7
_TICKS = 10_000_000


@dataclass(frozen=True, slots=True)
class _Country:
    nationality: str
    authority: str
    places: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]


_COUNTRIES = {
    "LT": _Country(
        "LIETUVOS RESPUBLIKA",
        "MIGRATION DEPARTMENT",
        ("ŠILUVA", "KAUNAS", "ŠIAULIAI"),
        ("ELENA", "RŪTA", "EGLĖ"),
        ("JONAS", "MANTAS", "ČESLOVAS"),
        ("VASKEVIČ", "ŽUKAS", "PETRAUSKAS"),
    ),
    "LV": _Country(
        "LATVIJAS REPUBLIKA",
        "PMLP RĪGA",
        ("RĪGA", "CĒSIS"),
        ("LĪGA", "ANNA"),
        ("JĀNIS", "KĀRLIS"),
        ("BĒRZIŅŠ", "OZOLS", "KALNIŅŠ"),
    ),
    "PL": _Country(
        "POLSKIE",
        "PREZYDENT M. ŁODZI",
        ("ŁÓDŹ", "GDAŃSK"),
        ("ZOFIA", "AGNIESZKA"),
        ("PAWEŁ", "MICHAŁ"),
        ("NOWAK", "WÓJCIK", "ŻAK"),
    ),
    "DE": _Country(
        "DEUTSCH",
        "STADT KÖLN",
        ("KÖLN", "MÜNCHEN"),
        ("JÜRGEN", "ANKE"),
        ("BJÖRN", "KLAUS"),
        ("MÜLLER", "GRÖSSER", "WEISS"),
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever holds the document. ``sex`` is ``M`` or ``F``, dates are ``YYYY-MM-DD``, countries alpha-2."""

    first_name: str
    last_name: str
    sex: str
    born: str
    nationality: str
    nationality_text: str
    birth_place: str
    address: str
    document_type: str
    document_number: str
    personal_number: str
    issued: str
    expires: str
    authority: str
    country: str
    ip: str
    platform: str


def invent(token: Mapping[str, Any], rolls: Random) -> Person:
    """Someone who fits what the token request says, and is made up where it says nothing."""
    country = (token["country"] or rolls.choice(sorted(_COUNTRIES))).upper()
    home = _COUNTRIES.get(country, _COUNTRIES["LT"])
    sex = token["sex"] or rolls.choice("FM")
    year = rolls.randint(1950, 2004)
    invented = Person(
        first_name=rolls.choice(home.women if sex == "F" else home.men),
        last_name=rolls.choice(home.surnames),
        sex=sex,
        born=f"{year}-{rolls.randint(1, 12):02}-{rolls.randint(1, 28):02}",
        nationality=(token["nationality"] or country).upper(),
        nationality_text=home.nationality,
        birth_place=rolls.choice(home.places),
        address=f"{rolls.choice(home.places)}, {rolls.randint(1, 99)}",
        document_type=token["documents"][0],
        document_number=str(rolls.randint(10_000_000, 99_999_999)),
        personal_number=f"{'4' if sex == 'F' else '3'}{year % 100:02}{rolls.randint(0, 99_999_999):08}",
        issued=f"{rolls.randint(2016, 2023)}-05-14",
        expires=f"{rolls.randint(2027, 2033)}-05-14",
        authority=home.authority,
        country=country,
        ip=f"203.0.113.{rolls.randint(1, 254)}",
        platform=rolls.choice(("PC", "MOBILE", "MOBILE_APP", "MOBILE_SDK")),
    )
    return _as_given(invented, token)


def _as_given(person: Person, token: Mapping[str, Any]) -> Person:
    given = {
        "first_name": token["firstName"],
        "last_name": token["lastName"],
        "born": token["dateOfBirth"],
        "document_number": token["documentNumber"],
        "personal_number": token["personalNumber"],
        "issued": token["dateOfIssue"],
        "expires": token["dateOfExpiry"],
    }
    return replace(person, **{name: value for name, value in given.items() if value is not None})


def scan_ref(rolls: Random, moment: int, serial: int) -> str:
    """A UUID of version 1 for that Unix second; ``serial`` keeps two of one second apart."""
    ticks = _UUID_EPOCH + moment * _TICKS + serial % _TICKS
    fields = (
        ticks & 0xFFFFFFFF,
        ticks >> 32 & 0xFFFF,
        ticks >> 48 & 0x0FFF | 0x1000,
        rolls.randint(0, 0x3F) | 0x80,
        rolls.randint(0, 0xFF),
        _NODE,
    )
    return str(uuid.UUID(fields=fields))


def auth_token(rolls: Random) -> str:
    return "".join(rolls.choices(_LETTERS, k=40))


def digit_string(rolls: Random) -> str:
    """Eight digits, as the page "GeneratingIdentificationToken" demands."""
    return "".join(rolls.choices(string.digits, k=8))


def link(seed: str, name: str, generation: int, expires: int) -> str:
    """A presigned link in the published form; another ``generation`` signs the same file anew."""
    folder = "".join(dice(seed, "folder").choices(_LETTERS, k=24))
    signature = "".join(dice(seed, name, generation).choices(_LETTERS, k=27))
    return (
        "https://s3.eu-west-1.amazonaws.com/production.users.storage/users_storage/users/"
        f"{folder}/{name}?AWSAccessKeyId=SANDBOX&Signature={signature}%3D&Expires={expires}"
    )
