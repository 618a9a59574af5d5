"""What several actions at Solaris are told alike: ids, which are opaque (facts, section 1)."""

from __future__ import annotations

from ingest.action import Field, InvalidArgument, Order
from ingest.api import Unfetchable, segment
from ingest.vendors.solaris.api import ID

PERSON_ID = Field("person_id", "The person's id at Solaris.", required=True)
IDENTIFICATION_ID = Field("identification_id", "The identification's id at Solaris.", required=True)

A_PERSON = "7cf09c3c5547b974a664201f24b454eecper"
AN_IDENTIFICATION = "6dc54352d6793a892e0702850d07b831cidt"
BOTH = f"{A_PERSON} {AN_IDENTIFICATION}"
"""For examples."""


def id_of(order: Order, field: Field) -> str:
    """The id that stands in the field. Raises ``InvalidArgument`` for what cannot stand in a path."""
    name = order.text(field.name)
    try:
        segment(name, ID)
    except Unfetchable as error:
        raise InvalidArgument(field.name, str(error)) from None
    return name


def is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None and value not in {".", ".."}
