"""IDnow's message about one attempt, as Solaris got it and repeats it (facts 10; member ``payload`` of an attempt)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.solaris import words
from sandbox.solaris.models import Attempt, Identification

COMPANY = "solarisbankvideoidentsandbox"
_FIELDS = {
    "birthday": "birth_date",
    "firstname": "first_name",
    "lastname": "last_name",
    "birthplace": "birth_city",
    "nationality": "nationality",
    "birthname": "birth_name",
    "title": "title",
}
_ADDRESS = {
    "zipcode": "postal_code",
    "country": "country",
    "city": "city",
    "street": "line_1",
    "streetnumber": "line_2",
}

NEW_DATA: Mapping[str, Any] = {
    "first_name": "Zoë Ýrsa Ćwiklińska",
    "last_name": "Größenwahn-Ångström Łęcki ß Đặng Ñuñez Œuvre",
    "birth_date": "1980-02-29",
    "birth_city": "Übach-Palenberg",
    "birth_name": "Žižek",
    "nationality": "PL",
    "title": "Dr.",
    "address": {
        "line_1": "Straße der Pariser Kommune",
        "line_2": "8½",
        "postal_code": "10243",
        "city": "Köln",
        "country": "DE",
        "state": None,
    },
}
"""What CHANGEALL makes of every person: all values new, letters from beyond ASCII."""
DOCUMENTS = (
    ("KYC_REPORT", "report.pdf", "application/json", 803_580),
    ("ID_DOCUMENT", "idfrontside.jpg", "image/jpeg", 91_204),
    ("PICTURE", "userface.jpg", "image/jpeg", 66_018),
    ("SIGNATURE", "signature.jpg", "image/jpeg", 25_349),
)
"""Type, name, content type and bytes; the report's odd content type is the guide's own."""
_ID_CARD = {
    "country": "DE",
    "number": "T22000129",
    "issuedby": "ISSUER",
    "dateissued": "2020-10-12",
    "type": "IDCARD",
    "validuntil": "2030-10-11",
}


def payload(identification: Identification, attempt: Attempt, now: int) -> dict[str, Any]:
    """Aborted and canceled attempts carry the original values alone, no document and no attachments."""
    person = identification.person.members
    process = _process(identification, attempt, now)
    ended = attempt.result in words.WITH_REASON
    contact = {} if ended else {"mobilephone": person["mobile_number"], "email": person["email"]}
    message = {
        "identificationprocess": process,
        "customdata": {} if ended else {f"custom{n}": None for n in range(1, 6)},
        "contactdata": contact,
        "userdata": _user(attempt.originals, None if ended else person),
    }
    return message if ended else message | _evidence(identification.id)


def _process(identification: Identification, attempt: Attempt, now: int) -> dict[str, Any]:
    archive = f"{identification.id}.zip"
    files = {} if attempt.reason else {"filename": archive}
    href = {} if attempt.reason else {"href": f"/api/v1/{COMPANY}/identifications/{archive}"}
    return {
        "result": attempt.result,
        **({"reason": attempt.reason} if attempt.reason else {}),
        "companyid": COMPANY,
        **files,
        "agentname": "TROBOT",
        "identificationtime": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "id": identification.reference,
        **href,
        "type": "WEB",
        "transactionnumber": identification.id,
    }


def _evidence(stem: str) -> dict[str, Any]:
    return {
        "identificationdocument": {name: {"status": "NEW", "value": value} for name, value in _ID_CARD.items()},
        "attachments": {
            "pdf": f"{stem}.pdf",
            "audiolog": f"{stem}.mp3",
            "xml": f"{stem}.xml",
            "idbackside": f"{stem}_idbackside.jpg",
            "idfrontside": f"{stem}_idfrontside.jpg",
            "userface": f"{stem}_userface.jpg",
        },
    }


def _user(originals: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    address = dict(_compared(_ADDRESS, originals["address"], None if found is None else found["address"]))
    return dict(_compared(_FIELDS, originals, found)) | ({"address": address} if address else {})


def _compared(
    names: Mapping[str, str], originals: Mapping[str, Any], found: Mapping[str, Any] | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, member in names.items():
        before, after = originals[member], None if found is None else found[member]
        if found is None and before is not None:
            yield name, {"status": "ORIGINAL", "original": before}
        elif after is not None:
            yield name, _field(before, after)


def _field(before: object, after: object) -> dict[str, Any]:
    if before is None:
        return {"status": "NEW", "value": after}
    if before == after:
        return {"status": "MATCH", "value": after}
    return {"status": "CHANGE", "value": after, "original": before}
