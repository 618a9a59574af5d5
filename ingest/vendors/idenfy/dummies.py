"""``add-dummy-status``: what a human review would have said. Facts: section 10, and the page "KYC Dummy results"."""

from __future__ import annotations

from ingest.action import Effect, Field, InvalidArgument, Order, Plan, VendorAction, one_call
from ingest.api import ANYTHING, Request
from ingest.vendors.idenfy import words
from ingest.vendors.idenfy.fields import EXAMPLE, SCAN_REF, scan_ref_of

_FIELDS = (
    SCAN_REF,
    Field("manualFaceMatchResult", "What the review says of the face.", required=True, choices=words.DUMMY_FACES),
    Field("manualDocumentValidity", "And of the document.", required=True, choices=words.DUMMY_DOCUMENTS),
)

_HELP = """Give a dummy verification the result of a human review, and get its webhook.

Only in iDenfy's DEV environment, and only for one that is there already: create it with a dummyStatus. It takes
FACE_MATCH and DOC_VALIDATED to be APPROVED; anything else denies it."""


def check_takes_dummies(order: Order, name: str) -> None:
    """Section 10: dummy results work in the DEV environment alone. Raises ``InvalidArgument``."""
    if not order.test:
        raise InvalidArgument(
            name,
            'only a source with environment = "test" in the settings takes dummy results, '
            "and at iDenfy only its DEV environment",
        )


def _plan(order: Order) -> Plan:
    check_takes_dummies(order, "source")
    scan_ref = scan_ref_of(order)
    body = {field.name: order.text(field.name) for field in _FIELDS}
    return one_call(Request("POST", "/api/v2/add-dummy-status", json=body, form=ANYTHING), scan_ref)


ADD_DUMMY_STATUS = VendorAction(
    name="add-dummy-status",
    help=_HELP,
    example=f"{EXAMPLE} FAKE_FACE DOC_VALIDATED",
    fields=_FIELDS,
    plan=_plan,
    effect=Effect.DECIDES,
    about=SCAN_REF.name,
)
