"""``upload-additional-step`` and ``delete``: section 8, and the page "Additional steps" [F15]."""

from __future__ import annotations

from base64 import b64encode

from ingest.action import Effect, Field, FieldKind, Order, Plan, VendorAction, one_call
from ingest.api import ANYTHING, Request
from ingest.vendors.idenfy.fields import EXAMPLE, SCAN_REF, scan_ref_of
from ingest.vendors.idenfy.steps import DATA, step_data, step_name

_UPLOAD_HELP = """Hand in the file of an additional step, anew or for the first time.

For a verification that ended, and a step that is set for the account. It overrides what the step had before, its
additionalData included, and a webhook follows with the result."""

_DELETE_HELP = """Delete a verification's data at iDenfy: photos, document data, names.

It cannot be undone, and iDenfy refuses while the token can be used. What Hookline keeps is not touched."""


def _plan_upload(order: Order) -> Plan:
    scan_ref, step, image = scan_ref_of(order), order.text("step"), order.arguments["image"]
    assert isinstance(image, bytes)  # noqa: S101 - a required file, checked before any plan is made
    step_name("step", step)
    data = order.arguments.get(DATA, {})
    step_data(DATA, data)
    body = {"scanRef": scan_ref, "image": b64encode(image).decode(), "step": step, DATA: data}
    return one_call(Request("POST", "/api/v2/upload-additional-step", json=body, form=ANYTHING), scan_ref)


def _plan_delete(order: Order) -> Plan:
    scan_ref = scan_ref_of(order)
    return one_call(Request("POST", "/api/v2/delete", json={"scanRef": scan_ref}, form=ANYTHING), scan_ref)


UPLOAD_ADDITIONAL_STEP = VendorAction(
    name="upload-additional-step",
    help=_UPLOAD_HELP,
    example=f'{EXAMPLE} UTILITY_BILL --image bill.png --additional-data \'{{"address": "1234, Drive"}}\'',
    fields=(
        SCAN_REF,
        Field("step", "The step's name, such as UTILITY_BILL.", required=True),
        Field("image", "The picture or the PDF.", FieldKind.FILE, required=True),
        Field(DATA, 'What the file is compared with: {"address": "…"}.', FieldKind.JSON),
    ),
    plan=_plan_upload,
    effect=Effect.CHANGES,
    about=SCAN_REF.name,
)

DELETE = VendorAction(
    name="delete",
    help=_DELETE_HELP,
    example=f"{EXAMPLE} --reason 'asked to be forgotten'",
    fields=(SCAN_REF,),
    plan=_plan_delete,
    effect=Effect.CHANGES,
    needs_reason=True,
    about=SCAN_REF.name,
)
