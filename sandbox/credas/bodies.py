"""What the API answers: facts 5 and 5.1, member by member, in the order of the published samples.

Absent members of the summary's addresses and tags are null or empty: the sandbox knows nothing to put there.
"""

from __future__ import annotations

from typing import Any

from sandbox.credas import words
from sandbox.credas.models import Actor, DataCheck, Entity, Entry, IdDocument, Process, unzoned, zulu
from sandbox.credas.people import Papers, papers
from sandbox.credas.words import Check, Verification

_COUNTRY = ("GBR", "United Kingdom")
_PASSES = frozenset({Verification.AUTO_PASS, Verification.MANUAL_PASS})
_UNIQUE_ACTION = 1
_REGISTERED = 2


def created(process: Process) -> dict[str, Any]:
    """The answer to a create; its ``processActors`` are the only place beside the details that names the entity."""
    return process_body(process) | {"processActors": [_actor(process, each) for each in process.actors]}


def process_body(process: Process) -> dict[str, Any]:
    return {
        "id": process.id,
        "title": process.title,
        "status": int(process.status),
        "dateCreated": unzoned(process.created),
    }


def details(process: Process, people: dict[str, Entity]) -> dict[str, Any]:
    """Everything, personal data too. The members are not published."""
    actors = [
        _actor(process, each) | {"entity": _person(people[each.entity_id])}
        for each in process.actors
        if each.entity_id in people
    ]
    return process_body(process) | {"journeyId": process.journey_id, "processActors": actors}


def _actor(process: Process, actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.id,
        "processId": process.id,
        "entityId": actor.entity_id,
        "actorId": actor.actor_id,
        "reference": actor.reference,
    }


def _person(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "firstName": entity.first_name,
        "surname": entity.surname,
        "dateCreated": unzoned(entity.created),
        "emailAddress": entity.email,
        "phoneNumber": entity.phone,
    }


def entity_body(entity: Entity, processes: list[Process]) -> dict[str, Any]:
    actors = [_actor(each, actor) for each in processes for actor in each.actors if actor.entity_id == entity.id]
    return {
        "processActors": actors,
        **_person(entity),
        "entityTags": [],
        "registrationCode": papers(entity.seed).code,
        "status": int(entity.status),
        "accountType": _REGISTERED,
    }


def summary(entity: Entity, moment: float) -> dict[str, Any]:
    """The results that are shown by that moment, of all the entity's processes, the oldest first."""
    shown, own = [each for each in entity.entries if each.is_shown(moment)], papers(entity.seed)
    arrays: dict[str, list[dict[str, Any]]] = {array: [] for array in words.CHECK_ARRAYS}
    for check in entity.checks:
        if check.created <= moment:
            arrays[words.DATA_CHECKS[check.kind].array].append(_listed_check(entity, check))
    return {
        "id": entity.id,
        "name": f"{entity.first_name} {entity.surname}",
        **_person(entity),
        "dateCreated": zulu(entity.created),
        "dateOfBirth": f"{own.born}T00:00:00" if shown else None,
        "address": None,
        "entityTags": [],
        "registrationCode": own.code,
        "status": int(entity.status),
        "accountType": _REGISTERED,
        "identityVerifications": [
            _verification(entity, entry, document, own) for entry in shown for document in entry.documents
        ],
        **arrays,
    }


def _verification(entity: Entity, entry: Entry, document: IdDocument, own: Papers) -> dict[str, Any]:
    """Its results are in the list of facts 6.3, its supporting documents' in that of 6.1."""
    completed = zulu(entry.completed or entry.created)
    supporting = [
        {
            "supportingDocumentId": each.id,
            "title": each.title,
            "isForRtx": False,
            "dateCompleted": completed,
            "overallResult": int(each.result),
        }
        for each in entry.supporting
    ]
    return {
        "entityId": entity.id,
        "dateCompleted": completed,
        "processId": entry.process_id,
        "overallResult": int(entry.overall),
        "entryId": entry.id,
        "documentId": document.id,
        "documentType": words.PASSPORT,
        "livenessResult": int(words.CHECK_OF[entry.liveness]),
        "documentResult": int(words.CHECK_OF[document.result]),
        "visualAnalysisResult": int(Check.PASS),
        "nfcResult": int(Check.NOT_PERFORMED),
        "ageValidationResult": int(Check.PASS),
        "policeRecordResult": int(Check.PASS),
        "compromisedAlertResult": int(Check.PASS),
        "repeatAttemptsResult": int(Check.PASS),
        "nameMatchResult": int(words.CHECK_OF[document.name]),
        "faceMatchResult": int(words.CHECK_OF[document.face]),
        "documentNumber": own.number,
        "documentExpiryDate": own.expires,
        "documentBirthDate": own.born,
        "documentIssuingCountryCode": _COUNTRY[0],
        "supportingDocuments": supporting,
    }


def _listed_check(entity: Entity, check: DataCheck) -> dict[str, Any]:
    """A data check in the summary: its members are those of the public integration's, in the samples' manner."""
    return {
        "entityId": entity.id,
        "dateCompleted": zulu(check.created),
        "processId": check.process_id,
        "overallResult": check.result,
        "dataCheckId": check.number,
    }


def entry_body(entity: Entity, entry: Entry) -> dict[str, Any]:
    """One submission; all of its results are in the list of facts 6.1."""
    first = entry.documents[0]
    return {
        "id": entry.id,
        "taskId": entry.number,
        "idvId": entry.number,
        "entityId": entity.id,
        "entityName": f"{entity.first_name} {entity.surname}",
        "dateCreated": unzoned(entry.created),
        "hasSelfie": True,
        "hasUap": True,
        "livenessVerified": entry.liveness in _PASSES,
        "livenessCheckMethod": _UNIQUE_ACTION,
        "livenessRetryRequired": False,
        "livenessVerificationResult": int(entry.liveness),
        "verificationReason": entry.reason,
        "facialMatchVerificationResult": int(first.face),
        "nameCheckVerificationResult": int(first.name),
        "verificationResult": int(entry.result),
        "uapAction": 1,
        "idDocumentRetryRequired": False,
        "idDocuments": [_document(entity, entry, each) for each in entry.documents],
    }


def _document(entity: Entity, entry: Entry, document: IdDocument) -> dict[str, Any]:
    own = papers(entity.seed)
    return {
        "id": document.id,
        "dateCreated": unzoned(entry.created),
        "idDocumentType": words.PASSPORT,
        "facialMatch": document.face in _PASSES,
        "facialMatchVerificationResult": int(document.face),
        "firstName": entity.first_name,
        "middleName": None,
        "surname": entity.surname,
        "dateOfBirth": f"{own.born}T00:00:00",
        "documentNumber": own.number,
        "expiryDate": f"{own.expires}T00:00:00",
        **dict.fromkeys(("address", "city", "postcode")),
        "countryCode": _COUNTRY[0],
        "country": _COUNTRY[1],
        **dict.fromkeys(("mrzLine1", "mrzLine2", "mrzLine3")),
        "nameCheckMatched": document.name in _PASSES,
        "nameCheckVerificationResult": int(document.name),
        "verifiedBy": None if document.reviewed is None else "API",
        "verificationDate": None if document.reviewed is None else unzoned(document.reviewed),
        "verificationResult": int(document.result),
        "verificationReason": document.reason,
        "nfcReadStatus": 0,
        "nfcReadDate": None,
        "nfcCheckRequired": False,
        "nfcReadingComplete": False,
        "visualAnalysisPassed": True,
        "visualAnalysisVerificationResult": int(Verification.AUTO_PASS),
        "nfcCheckPassed": False,
        "nfcCheckVerificationResult": int(Verification.NOT_PERFORMED),
        "nfcHashMatched": False,
        "nfcDocumentSigned": False,
    }


def data_check(entity: Entity, check: DataCheck) -> dict[str, Any]:
    """One data check. That of screening is published; of the others only the member of the result is known."""
    own = {"id": check.number, "dateCreated": unzoned(check.created)}
    member = words.DATA_CHECKS[check.kind].member
    if check.kind != "sanctions-and-peps":
        return own | {member: check.result, "comments": check.comments}
    return {
        "results": [],
        **own,
        member: check.result,
        "request": _screened(entity),
        "resultsCount": 0,
        "isOnGoingMonitor": False,
        "isOnGoingMonitorActive": False,
    }


def _screened(entity: Entity) -> dict[str, Any]:
    return {
        "threshold": 85,
        "firstName": entity.first_name,
        "middleNames": "",
        "lastName": entity.surname,
        "dateOfBirth": f"{papers(entity.seed).born}T00:00:00",
        "dateOfBirthMatching": 0,
        "datasets": [1, 6, 7, 2, 8, 3, 4, 5],
        "countries": [],
        "nameMatching": 0,
        "useAllCountries": True,
        "useAllPepTiers": True,
        "pepTiers": [],
    }
