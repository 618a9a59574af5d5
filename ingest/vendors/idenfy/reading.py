"""What can be read of verifications when a webhook was lost: section 8. None of it is for asking again and again."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from ingest.action import Done, Field, FieldKind, Order, Plan, VendorAction, one_call
from ingest.api import Call, Request
from ingest.vendors.checks import Check
from ingest.vendors.idenfy.api import status_of, status_request
from ingest.vendors.idenfy.checks import text, whole
from ingest.vendors.idenfy.fields import EXAMPLE, SCAN_REF, scan_ref_of
from ingest.vendors.shared import document_about

_STATUS_HELP = """Read a verification's status, and make it known: what it says becomes an event.

iDenfy forbids polling and may restrict an account that does: use this only where a webhook was lost. `hookline
reconcile` does it by itself, within iDenfy's bounds."""

_DATA_HELP = """Read the data of a verification's document, as its webhook had them.

For one whose webhook was lost. They become no event."""

_FILES_HELP = """Get new links to a verification's files.

Whoever has such a link can open the file until it expires: the links are shown, and never kept."""

_FULL_STATUS_HELP = """Read a verification in detail: face and document results, client and document data, times.

Times are without a zone, as iDenfy gives them. It becomes no event."""

_LIST_HELP = """List the verifications of one of your references, a page at a time.

So you find out whether a create-token whose answer was lost did create one."""

_LIST_CHECKS: Mapping[str, Check] = {"clientId": text(1, 100), "page": whole(1, 1_000_000), "perPage": whole(1, 1000)}


def _plan_status(order: Order) -> Plan:
    target = status_of(scan_ref_of(order))

    async def carry_out(_call: Call) -> Done:
        return Done(read=(target,))

    return Plan((status_request(target),), carry_out, target.verification_id)


def _read_of(order: Order, what: str) -> tuple[str, Request]:
    scan_ref = scan_ref_of(order)
    return scan_ref, Request("POST", f"/api/v2/{what}", json={"scanRef": scan_ref})


def _plan_data(order: Order) -> Plan:
    scan_ref, request = _read_of(order, "data")

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        return Done(answer.body, document_about(answer, "scanRef", scan_ref))

    return Plan((request,), carry_out, scan_ref)


def _plan_full_status(order: Order) -> Plan:
    """Its answer names no verification."""
    scan_ref, request = _read_of(order, "full-status")
    return one_call(request, scan_ref)


def _plan_files(order: Order) -> Plan:
    """Of its answer, the names of the files are kept."""
    scan_ref, request = _read_of(order, "files")

    async def carry_out(call: Call) -> Done:
        answer = await call(request)
        names = sorted(answer.document) if isinstance(answer.document, dict) else []
        return Done(answer.body, answer.document, kept=orjson.dumps(names))

    return Plan((request,), carry_out, scan_ref)


def _plan_list(order: Order) -> Plan:
    given = {name: order.arguments[name] for name in _LIST_CHECKS if name in order.arguments}
    for name, value in given.items():
        _LIST_CHECKS[name](name, value)
    query = tuple((name, str(value)) for name, value in given.items())
    return one_call(Request("GET", "/kyc/identifications/", query))


STATUS = VendorAction("status", _STATUS_HELP, EXAMPLE, (SCAN_REF,), _plan_status, about=SCAN_REF.name)
DATA = VendorAction("data", _DATA_HELP, EXAMPLE, (SCAN_REF,), _plan_data, about=SCAN_REF.name)
FILES = VendorAction("files", _FILES_HELP, EXAMPLE, (SCAN_REF,), _plan_files, about=SCAN_REF.name)
FULL_STATUS = VendorAction(
    "full-status", _FULL_STATUS_HELP, EXAMPLE, (SCAN_REF,), _plan_full_status, about=SCAN_REF.name
)

LIST = VendorAction(
    name="list",
    help=_LIST_HELP,
    example="customer-17 --page 1",
    fields=(
        Field("clientId", "Your own reference of the person.", required=True),
        Field("page", "The page, from 1.", FieldKind.NUMBER),
        Field("perPage", "How many stand on one.", FieldKind.NUMBER),
    ),
    plan=_plan_list,
)
