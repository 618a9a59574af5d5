"""The field that most of iDenfy's actions have: which verification they are about."""

from __future__ import annotations

from ingest.action import Field, InvalidArgument, Order
from ingest.vendors.idenfy.api import is_scan_ref

SCAN_REF = Field("scanRef", "The verification's id at iDenfy.", required=True)

EXAMPLE = "ec6a7108-8c26-11e9-9758-309c231b1bac"


def scan_ref_of(order: Order) -> str:
    """Raises ``InvalidArgument`` for what is not written as iDenfy writes ids."""
    scan_ref = order.text(SCAN_REF.name)
    if not is_scan_ref(scan_ref):
        raise InvalidArgument(SCAN_REF.name, f"not an id of iDenfy's, such as {EXAMPLE}")
    return scan_ref
