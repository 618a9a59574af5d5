"""``create-person`` and ``person``: facts, section 7, and the video identification guide, step 1 [S1]."""

from __future__ import annotations

import orjson

from ingest.action import Done, Effect, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Answer, Call, Request, Target, Unconfirmed
from ingest.vendors.solaris import api
from ingest.vendors.solaris.fields import A_PERSON, PERSON_ID, id_of, is_id
from ingest.vendors.solaris.members import FIELDS, MANDATORY, check_member

_CREATE_HELP = """Create a person: whom an identification is made for.

Give everything exactly as it stands in official documents. In production all that the video identification guide calls
mandatory must be there: salutation, names, birth date, nationality, address, mobile number, and when the person agreed
to data processing and to the terms. A test account needs the names alone; with a first name such as
X-AUTOTEST-HAPPYPATH Solaris plays that scenario.

Solaris has no idempotency key: after a request whose answer was lost there may be a person whose id nobody knows."""

_READ_HELP = """Read a person: data, and what compliance says of them, which becomes an event.

It is shown as Solaris says it, names included."""


def _plan_create(order: Order) -> Plan:
    body = {field.name: order.arguments[field.name] for field in FIELDS if field.name in order.arguments}
    for name, value in body.items():
        check_member(name, value)
    for name in MANDATORY:
        if name not in body and not order.test:
            raise InvalidArgument(name, "missing; only a test account can do without it")
    request = Request("POST", "/v1/persons", json=body)

    async def carry_out(call: Call) -> Done:
        return _created(await call(request))

    return Plan((request,), carry_out)


def _created(answer: Answer) -> Done:
    """Of the answer the id is kept: all else was given. Raises ``Unconfirmed`` where it names nobody."""
    name = answer.document.get("id") if isinstance(answer.document, dict) else None
    if not isinstance(name, str) or not is_id(name):
        raise Unconfirmed("Solaris answers that it was done, but names no person")
    return Done(answer.body, answer.document, orjson.dumps({"id": name}), verification_id=name, subject_ref=name)


def _plan_read(order: Order) -> Plan:
    """The call is that of the target: what it says goes on the log as any fetched document does."""
    name = id_of(order, PERSON_ID)

    async def carry_out(_call: Call) -> Done:
        return Done(subject_ref=name, read=(Target(api.PERSON, name),))

    return Plan((api.person_request(name),), carry_out, name)


ACTIONS = (
    VendorAction(
        name="create-person",
        help=_CREATE_HELP,
        example="Jane Doe --salutation MS --birth-date 1992-12-11 --nationality DE --mobile-number +49301234567"
        ' --address \'{"line_1": "Amrumerstrasse", "line_2": "14", "postal_code": "13353", "city": "Berlin",'
        ' "country": "DE"}\' --data-terms-signed-at 2022-01-01T00:00:00Z'
        " --terms-conditions-signed-at 2022-01-01T00:00:00Z",
        fields=FIELDS,
        plan=_plan_create,
        effect=Effect.CHANGES,
    ),
    VendorAction("person", _READ_HELP, A_PERSON, (PERSON_ID,), _plan_read),
)
