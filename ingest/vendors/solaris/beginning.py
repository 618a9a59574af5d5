"""``create-identification`` and ``request-identification``: facts, section 7, and the guide, step 2 [S1]."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Answer, Call, Request, Target, Unconfirmed, segment
from ingest.vendors.checks import Check, day, written_as
from ingest.vendors.solaris import api
from ingest.vendors.solaris.fields import A_PERSON, BOTH, IDENTIFICATION_ID, PERSON_ID, id_of, is_id

_CREATE_HELP = """Create an identification of a person. It does not begin by itself: `request-identification` begins it.

A proof of address is needed where the person's document has no address: its type, and when it was issued, at most 6
months ago. Solaris has no idempotency key: after a request whose answer was lost, see whether its IDENTIFICATION
callback came before you ask again."""

_REQUEST_HELP = """Begin an identification: it waits for the person now.

The answer's url is the person's way in, for 14 days. Its reference is IDnow's token for the SDK, and must never be
shown to the person. Whoever has one of them can take the person's place: they are shown here, and not kept with what
was done."""

METHODS = (
    *("idnow", "idnow_autoident", "idnow_custom", "bank", "bank_id", "bank_plus", "fourthline"),
    *("postident", "manual"),
)
"""Section 6.2."""

LANGUAGES = ("DE", "EN")

PROOFS_OF_ADDRESS = (
    *("BANK_ACCOUNT_STATEMENT", "CERTIFICATE_OF_REGISTRATION", "ELECTRICITY_BILL", "GAS_BILL", "HEATING_BILL"),
    *("INTERNET_BILL", "TELEPHONE_BILL", "WATER_BILL"),
)
"""Section 6.3."""

_PROOF, _PROOF_ISSUED = "proof_of_address_type", "proof_of_address_issued_at"

_WAYS_IN = frozenset({"url", "reference"})

_MEMBERS = (
    Field("method", "How the person is identified; idnow is by video.", required=True, choices=METHODS),
    Field("language", "In which the person is spoken to.", choices=LANGUAGES),
    Field(_PROOF, "Where the person's document has no address.", choices=PROOFS_OF_ADDRESS),
    Field(_PROOF_ISSUED, "YYYY-MM-DD, at most 6 months ago."),
    Field("iban", "The person's account, for a method by bank."),
    Field("device_data", "What fraud prevention on the person's device gave, as it is.", FieldKind.JSON),
)

_CHECKS: Mapping[str, Check] = {
    _PROOF_ISSUED: day,
    "iban": written_as(r"[A-Z]{2}\d{2}[A-Z\d]{11,30}", "give an IBAN in capitals, without blanks"),
}


def _plan_create(order: Order) -> Plan:
    """How old a proof may be is left to Solaris: a plan has no clock."""
    person, given = id_of(order, PERSON_ID), order.arguments
    for name, check in _CHECKS.items():
        if name in given:
            check(name, given[name])
    for name, other in ((_PROOF, _PROOF_ISSUED), (_PROOF_ISSUED, _PROOF)):
        if other in given and name not in given:
            raise InvalidArgument(name, f"missing; it goes with {other}")
    body = {field.name: given[field.name] for field in _MEMBERS if field.name in given}
    request = Request("POST", f"/v1/persons/{segment(person, api.ID)}/identifications", json=body)

    async def carry_out(call: Call) -> Done:
        return _created(person, await call(request))

    return Plan((request,), carry_out)


def _created(person: str, answer: Answer) -> Done:
    """Raises ``Unconfirmed`` for a success that does not name an identification of that person."""
    document = answer.document if isinstance(answer.document, dict) else {}
    name, kept = document.get("id"), _without_ways_in(document)
    if not isinstance(name, str) or not is_id(name) or document.get("person_id") not in (None, person):
        raise Unconfirmed("Solaris answers that it was done, but names no identification of that person", kept)
    return Done(answer.body, document, kept, verification_id=name, subject_ref=person)


def _plan_request(order: Order) -> Plan:
    person, name = id_of(order, PERSON_ID), id_of(order, IDENTIFICATION_ID)
    request = Request("PATCH", f"{api.path_of(person, name)}/request")

    async def carry_out(call: Call) -> Done:
        return _requested(Target(api.IDENTIFICATION, name, person), await call(request))

    return Plan((request,), carry_out, name)


def _requested(target: Target, answer: Answer) -> Done:
    """It is read once more, as its callback may be late or lost. Raises ``Unconfirmed`` for another one's answer."""
    document = answer.document if isinstance(answer.document, dict) else {}
    kept = _without_ways_in(document)
    if document.get("id") != target.verification_id:
        raise Unconfirmed("Solaris answers that it was done, but does not name that identification", kept)
    return Done(answer.body, document, kept, subject_ref=target.subject_ref, read=(target,))


def _without_ways_in(document: Mapping[str, object]) -> bytes:
    return orjson.dumps({name: value for name, value in document.items() if name not in _WAYS_IN})


ACTIONS = (
    VendorAction(
        name="create-identification",
        help=_CREATE_HELP,
        example=f"{A_PERSON} idnow --language DE",
        fields=(PERSON_ID, *_MEMBERS),
        plan=_plan_create,
        effect=Effect.CREATES,
    ),
    VendorAction(
        name="request-identification",
        help=_REQUEST_HELP,
        example=BOTH,
        fields=(PERSON_ID, IDENTIFICATION_ID),
        plan=_plan_request,
        effect=Effect.CHANGES,
        about=IDENTIFICATION_ID.name,
    ),
)
