"""The JSON that iDenfy writes: webhook bodies of the current generation (facts 5.1), and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.dice import dice
from sandbox.idenfy import steps, words
from sandbox.idenfy.people import Person, link
from sandbox.idenfy.verification import Stage, Verification

_LINK_LIFE = 3600
_ORIGINAL_UNREAD = (
    "orgAuthority",
    "orgAddress",
    "orgTemporaryAddress",
    "orgMothersMaidenName",
    "orgPatronymic",
    "orgBirthName",
)
_SEXES = {"M": "MALE", "F": "FEMALE"}
_WITHOUT_FINAL = frozenset({words.EXPIRED_EVENT, words.CANCELLED_EVENT})


def result(verification: Verification, event: str) -> dict[str, Any]:
    """The webhook body of an ``IDENTIFICATION*`` event.

    ``final`` is left out of expired and cancelled ones, for which the event table promises no value (facts 2).
    """
    head: dict[str, Any] = {} if event in _WITHOUT_FINAL else {"final": verification.final}
    files = {"fileUrls": files_of(verification) or None, "additionalStepPdfUrls": _pdfs(verification)}
    return head | _subject(verification) | files | _references(verification) | _checks(verification)


def _subject(verification: Verification) -> dict[str, Any]:
    person = verification.participant
    return {
        "platform": person.platform if person else "OTHER",
        "status": status_of(verification),
        "data": data_of(verification),
    }


def status_of(verification: Verification) -> dict[str, Any]:
    said = verification.result
    return {
        "overall": said.overall,
        "fraudTags": list(said.fraud_tags),
        "mismatchTags": list(said.mismatch_tags),
        "autoFace": said.auto_face,
        "manualFace": said.manual_face,
        "autoDocument": said.auto_document,
        "manualDocument": said.manual_document,
        "additionalSteps": said.step_result,
    }


def data_of(verification: Verification) -> dict[str, Any]:
    """The document's data; nulls where nobody took part, where nothing could be read, or after deletion."""
    person = verification.participant
    read = person if verification.result.readable else None
    return _document(person, read) | _original(read) | _findings(verification, person)


def _document(person: Person | None, read: Person | None) -> dict[str, Any]:
    full_name = f"{read.first_name} {read.last_name}" if read else None
    undefined = "UNDEFINED" if person else None
    return {
        "docFirstName": read and read.first_name,
        "docLastName": read and read.last_name,
        "docNumber": read and read.document_number,
        "docPersonalCode": read and read.personal_number,
        "docExpiry": read and read.expires,
        "docDob": read and read.born,
        "docDateOfIssue": read and read.issued,
        "docType": person and person.document_type,
        "docSex": _SEXES[read.sex] if read else undefined,
        "docNationality": read and read.nationality,
        "docIssuingCountry": person and person.country,
        "docTemporaryAddress": None,
        "docBirthName": None,
        "docPatronymic": None,
        "birthPlace": read and read.birth_place,
        "authority": read and read.authority,
        "address": None,
        "mothersMaidenName": None,
        "driverLicenseCategory": "B" if read and read.document_type == "DRIVER_LICENSE" else None,
        "manuallyDataChanged": False,
        "fullName": full_name,
        "selectedCountry": person and person.country,
    }


def _original(read: Person | None) -> dict[str, Any]:
    return {
        "orgFirstName": read and read.first_name,
        "orgLastName": read and read.last_name,
        "orgNationality": read and read.nationality_text,
        "orgBirthPlace": read and read.birth_place,
    } | dict.fromkeys(_ORIGINAL_UNREAD)


def _findings(verification: Verification, person: Person | None) -> dict[str, Any]:
    tags = verification.result.fraud_tags
    approved = verification.final and verification.result.overall == words.APPROVED
    return {
        "ageEstimate": "OVER_18" if person and verification.result.readable else None,
        "clientIpProxyRiskLevel": "LOW" if approved else None,
        "duplicateFaces": _another(verification) if "DUPLICATE_FACE" in tags else None,
        "duplicateDocFaces": _another(verification) if "DUPLICATE_DOC_FACE" in tags else None,
        "additionalData": _additional_data(verification),
    }


def _another(verification: Verification) -> list[str]:
    rolls = dice(verification.seed, "duplicate")
    return [f"{rolls.getrandbits(32):08x}{verification.scan_ref[8:]}"]


def _additional_data(verification: Verification) -> dict[str, Any] | None:
    if verification.participant is None or verification.result.step_result is None:
        return None
    given, address = verification.additional_data or {}, verification.participant.address
    found = {
        name: steps.found(definition, given.get(name, {}), address, verification.result.step_match)
        for name, definition in verification.applied_steps.items()
    }
    return {name: fields for name, fields in found.items() if fields is not None} or None


def files_of(verification: Verification) -> dict[str, str]:
    """File name -> presigned link, signed anew with every call; empty before anybody took part and after deletion."""
    if verification.participant is None:
        return {}
    sides = ["FRONT", "FACE"] if verification.participant.document_type == "PASSPORT" else ["FRONT", "BACK", "FACE"]
    verification.links += 1
    return {name: _link(verification, f"{name}.png") for name in [*sides, *verification.applied_steps]}


def _pdfs(verification: Verification) -> dict[str, str]:
    if verification.participant is None:
        return {}
    return {name: _link(verification, f"{name}_PDF.png") for name in verification.applied_steps}


def _link(verification: Verification, name: str) -> str:
    return link(verification.seed, name, verification.links, verification.latest + _LINK_LIFE + verification.links)


def _references(verification: Verification) -> dict[str, Any]:
    person = verification.participant
    return {
        "scanRef": verification.scan_ref,
        "externalRef": verification.token["externalRef"],
        "clientId": verification.token["clientId"],
        "startTime": verification.started,
        "finishTime": verification.finished,
        "clientIp": person and person.ip,
        "clientIpCountry": person and person.country,
        "clientLocation": person and f"{person.birth_place.title()}, {person.country}",
    }


def _checks(verification: Verification) -> dict[str, Any]:
    tags, person = verification.result.fraud_tags, verification.participant
    approved = verification.final and verification.result.overall == words.APPROVED
    types = {name: step["type"] for name, step in verification.applied_steps.items()} if person else {}
    return {
        "AML": [_aml(verification, person)] if person and "AML_SUSPECTION" in tags else None,
        "amlCheck": None,
        "LID": [_lid(verification, person)] if person and "LID_SUSPECTION" in tags else None,
        "CRIMINAL_CHECK": None,
        "gdcMatch": None,
        "manualAddress": None,
        "registryCenterCheck": None,
        "addressVerification": None,
        "questionnaireAnswers": None,
        "riskAssessment": {"riskScore": 12, "riskLevel": "LOW"} if approved else None,
        "bankVerification": None,
        "emailVerification": None,
        "phoneVerification": None,
        "driverLicenseCheck": None,
        "bankCardVerification": None,
        "additionalSteps": types or None,
        "manualAddressMatch": False,
    }


def _service(verification: Verification, group: str, service: str, row: dict[str, Any]) -> dict[str, Any]:
    uid = "".join(dice(verification.seed, group).choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=25))
    return {
        "status": {
            "serviceSuspected": True,
            "checkSuccessful": True,
            "serviceFound": True,
            "serviceUsed": True,
            "overallStatus": "SUSPECTED",
        },
        "data": [row],
        "serviceName": service,
        "serviceGroupType": group,
        "uid": uid,
        "errorMessage": None,
    }


def _aml(verification: Verification, person: Person) -> dict[str, Any]:
    row = {
        "name": person.first_name,
        "surname": person.last_name,
        "reason": "GOVERNMENT - MAYOR",
        "nationality": person.nationality_text,
        "dob": person.born[:4],
        "suspicion": "PEPS",
        "score": 100,
        "lastUpdate": "2018-10-24",
        "isPerson": True,
        "isActive": True,
        "checkDate": stamp(verification.finished),
    }
    return _service(verification, "AML", "PilotApiAmlV2", row)


def _lid(verification: Verification, person: Person) -> dict[str, Any]:
    row = {
        "documentNumber": person.document_number,
        "documentType": person.document_type,
        "valid": False,
        "expiryDate": person.expires,
        "checkDate": stamp(verification.finished),
    }
    return _service(verification, "LID", "IrdInvalidPapers", row)


def stamp(moment: int | None) -> str:
    """``YYYY-MM-DD hh:mm:ss`` without a zone, as these answers write it; empty when there is none."""
    return "" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def flat_status(verification: Verification) -> dict[str, Any]:
    """The answer of ``/api/v2/status``: here ``status`` is a text and the details lie flat beside it."""
    said = status_of(verification)
    members = ("fraudTags", "mismatchTags", "autoDocument", "autoFace", "manualDocument", "manualFace")
    return {member: said[member] for member in members} | {
        "scanRef": verification.scan_ref,
        "clientId": verification.token["clientId"],
        "status": verification.status,
    }


def listed(verification: Verification) -> dict[str, Any]:
    """One entry of ``GET /kyc/identifications/``."""
    suspected = verification.result.overall == words.SUSPECTED
    return {"scanRef": verification.scan_ref, "status": verification.status, "suspected": suspected}


def own_truth(verification: Verification) -> dict[str, Any]:
    """What the control API tells of a verification; nothing in it is the person's."""
    return {
        "scanRef": verification.scan_ref,
        "clientId": verification.token["clientId"],
        "externalRef": verification.token["externalRef"],
        "stage": verification.stage.value,
        "open": verification.stage is Stage.OPEN,
        "status": verification.status,
        "overall": verification.result.overall,
        "final": verification.final,
        "dummy": verification.dummy,
        "deleted": verification.deleted,
        "events": [webhook.event for webhook in verification.sent],
    }
