"""``create-token``: a verification that a person can begin. Facts: section 8, "Token request"."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Answer, Call, Request, Unconfirmed
from ingest.vendors.checks import Check, day
from ingest.vendors.idenfy import words
from ingest.vendors.idenfy.api import is_scan_ref
from ingest.vendors.idenfy.checks import country, https_url, list_of, one_of, persons_name, text, whole
from ingest.vendors.idenfy.dummies import check_takes_dummies
from ingest.vendors.idenfy.steps import DATA, STEPS, check_data, check_steps

_DUMMY, _UTILITY_BILL = "dummyStatus", "utilityBill"

_HELP = """Create a verification: a token with which a person can begin it.

The answer's authToken opens the person's session: it is shown, and never kept. Give clientId alone where you can: what
else you say of the person is compared with the document, and a difference makes the verification SUSPECTED. iDenfy has
no idempotency key: after a request whose answer was lost, look with `list` before you ask again. With callbackUrl the
result goes there, and not to the account's own notification.

A dummyStatus, in iDenfy's DEV environment, ends the verification at once with that automatic result."""

_OPENS_SESSION = frozenset({"authToken", "redirectUrl", "digitString"})
"""Members that let somebody take the person's place, besides any other in which the token stands."""

FIELDS = (
    Field("clientId", "Your own reference of the person.", required=True),
    Field("firstName", "As in the document; it is compared."),
    Field("lastName", "As in the document; it is compared."),
    Field("successUrl", "Where the person is sent after a successful verification."),
    Field("errorUrl", "Where the person is sent after a failed one."),
    Field("unverifiedUrl", "Where the person is sent after one that was not analysed."),
    Field("callbackUrl", "Where this verification's webhooks go instead; HTTPS, and the account needs a permission."),
    Field("locale", "The language that the person is first shown.", choices=words.LOCALES),
    Field("showInstructions", "Whether instructions are shown.", FieldKind.FLAG),
    Field("expiryTime", "Seconds for which the token can be used; at most 2592000, 30 days.", FieldKind.NUMBER),
    Field("sessionLength", "Seconds that the person has, once begun; 60 to 3600.", FieldKind.NUMBER),
    Field("country", "The document's country, two letters; the person can choose no other."),
    Field("documents", "A kind of document that is taken.", choices=words.DOCUMENT_TYPES, many=True),
    Field("dateOfBirth", "YYYY-MM-DD; it is compared."),
    Field("dateOfExpiry", "The document's, YYYY-MM-DD; it is compared."),
    Field("dateOfIssue", "The document's, YYYY-MM-DD; it is compared."),
    Field("nationality", "Two letters; it is compared."),
    Field("personalNumber", "The person's national number; it is compared."),
    Field("documentNumber", "The document's number; it is compared."),
    Field("sex", "It is compared.", choices=words.SEXES),
    Field("generateDigitString", "Whether a number for the mobile application is made, too.", FieldKind.FLAG),
    Field("address", "The person's address."),
    Field("tokenType", "What the person goes through; IDENTIFICATION if left out.", choices=words.TOKEN_TYPES),
    Field("externalRef", "A second reference of your own."),
    Field(_UTILITY_BILL, f"Whether a utility bill is asked for; not beside {STEPS}.", FieldKind.FLAG),
    Field(STEPS, 'Steps by country and document, such as {"ALL": {"ALL": ["UTILITY_BILL"]}}.', FieldKind.JSON),
    Field(DATA, 'What steps are compared with: {"UTILITY_BILL": {"address": "…"}}.', FieldKind.JSON),
    Field(_DUMMY, "The automatic result at once; DEV environment only.", choices=words.DUMMY_STATUSES),
)

_url = text(5, 2048)

_CHECKS: Mapping[str, Check] = {
    "clientId": text(1, 100),
    "firstName": persons_name,
    "lastName": persons_name,
    "successUrl": _url,
    "errorUrl": _url,
    "unverifiedUrl": _url,
    "callbackUrl": https_url,
    "expiryTime": whole(1, 2_592_000, " seconds"),
    "sessionLength": whole(60, 3600, " seconds"),
    "country": country,
    "documents": list_of(one_of(words.DOCUMENT_TYPES)),
    "dateOfBirth": day,
    "dateOfExpiry": day,
    "dateOfIssue": day,
    "nationality": country,
    "personalNumber": text(1, 100),
    "documentNumber": text(1, 100),
    "address": text(0, 255),
    "externalRef": text(0, 40),
}
"""Bounds and forms; kinds and choices are checked before any plan is made."""


def _plan(order: Order) -> Plan:
    given = order.arguments
    for name, check in _CHECKS.items():
        if name in given:
            check(name, given[name])
    _check_together(given)
    if _DUMMY in given:
        check_takes_dummies(order, _DUMMY)
    body = {field.name: given[field.name] for field in FIELDS if field.name in given}
    request = Request("POST", "/api/v2/token", json=body)

    async def carry_out(call: Call) -> Done:
        return _created(order.text("clientId"), await call(request))

    return Plan((request,), carry_out)


def _check_together(given: Mapping[str, object]) -> None:
    if given.get("documents") == []:
        raise InvalidArgument("documents", "name one, or leave it out")
    if STEPS in given:
        check_steps(given[STEPS])
        if _UTILITY_BILL in given:
            raise InvalidArgument(_UTILITY_BILL, f"leave it out beside {STEPS}, and name UTILITY_BILL there")
    if DATA in given:
        check_data(given[DATA], given.get(STEPS))


def _created(client_id: str, answer: Answer) -> Done:
    """Raises ``Unconfirmed`` for a success that does not tell which verification came of it."""
    document = answer.document if isinstance(answer.document, dict) else {}
    kept = orjson.dumps(_without_token(document))
    scan_ref = document.get("scanRef")
    if not is_scan_ref(scan_ref) or document.get("clientId") != client_id:
        raise Unconfirmed("iDenfy answers that it was done, but names no verification of that clientId", kept)
    return Done(answer.body, document, kept, verification_id=str(scan_ref), subject_ref=client_id)


def _without_token(document: Mapping[str, object]) -> Mapping[str, object]:
    token = document.get("authToken")
    marks = [token.encode()] if isinstance(token, str) and token else []
    return {
        name: value
        for name, value in document.items()
        if name not in _OPENS_SESSION and not any(mark in orjson.dumps(value) for mark in marks)
    }


CREATE_TOKEN = VendorAction(
    name="create-token",
    help=_HELP,
    example="customer-17 --locale en --documents PASSPORT --expiry-time 3600",
    fields=FIELDS,
    plan=_plan,
    effect=Effect.CREATES,
)
