"""What can be read of an identification: facts, section 7."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ingest.action import Done, Field, Order, Plan, VendorAction
from ingest.api import Call, Request, Target, VendorUnavailable
from ingest.vendors.shared import list_of
from ingest.vendors.solaris import api
from ingest.vendors.solaris.fields import A_PERSON, AN_IDENTIFICATION, BOTH, IDENTIFICATION_ID, PERSON_ID, id_of
from ingest.vendors.solaris.pages import page_request

_READ_HELP = """Read an identification, and make it known: what it says becomes an event.

Without person_id all identifications are looked through for whose it is."""

_SUPPORTED_HELP = """List the documents and issuing countries that an identification may be done with.

They are what Solaris says, and become no event."""

_ATTEMPTS_HELP = """List IDnow's attempts at an identification, each with IDnow's own result.

Only an aborted or canceled one has a reason. The payload is what IDnow told Solaris, names included: it is shown, and
not kept. They become no event; after such an end Hookline reads them by itself, and then they do."""

_OWNER = Field(PERSON_ID.name, "The id of the person whose it is.")


def _plan_read(order: Order) -> Plan:
    """The calls are those of the target: what it says goes on the log as any fetched document does."""
    name = id_of(order, IDENTIFICATION_ID)
    person = id_of(order, _OWNER) if _OWNER.name in order.arguments else None
    first = page_request(api.ALL, 1) if person is None else Request("GET", api.path_of(person, name))

    async def carry_out(_call: Call) -> Done:
        return Done(subject_ref=person, read=(Target(api.IDENTIFICATION, name, person),))

    return Plan((first,), carry_out, name)


def _plan_supported(order: Order) -> Plan:
    name, request = _below(order, "supported_documents")

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        return Done(answer.body, list_of(answer))

    return Plan((request,), carry_out, name)


def _plan_attempts(order: Order) -> Plan:
    """That path is not published, but by analogy (section 7)."""
    name, request = _below(order, "idnow_attempts")

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        return Done(answer.body, answer.document, orjson.dumps([_outline(each) for each in list_of(answer)]))

    return Plan((request,), carry_out, name)


def _below(order: Order, what: str) -> tuple[str, Request]:
    person, name = id_of(order, PERSON_ID), id_of(order, IDENTIFICATION_ID)
    return name, Request("GET", f"{api.path_of(person, name)}/{what}")


def _outline(attempt: object) -> Mapping[str, object]:
    if not isinstance(attempt, dict):
        raise VendorUnavailable("the answer is not the list of attempts that was asked for")
    return {name: attempt.get(name) for name in ("id", "result", "reason")}


_BOTH = (PERSON_ID, IDENTIFICATION_ID)

ACTIONS = (
    VendorAction(
        name="identification",
        help=_READ_HELP,
        example=f"{AN_IDENTIFICATION} --person-id {A_PERSON}",
        fields=(IDENTIFICATION_ID, _OWNER),
        plan=_plan_read,
        about=IDENTIFICATION_ID.name,
    ),
    VendorAction("supported-documents", _SUPPORTED_HELP, BOTH, _BOTH, _plan_supported, about=IDENTIFICATION_ID.name),
    VendorAction("attempts", _ATTEMPTS_HELP, BOTH, _BOTH, _plan_attempts, about=IDENTIFICATION_ID.name),
)
