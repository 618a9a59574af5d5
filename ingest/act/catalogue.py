"""What can be done at each vendor: its own actions, and what every vendor has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from ingest.act.errors import NothingSuch
from ingest.action import Done, Effect, Field, InvalidArgument, Order, Plan, VendorAction
from ingest.api import Call, Open, Unfetchable
from ingest.door import VendorDoor
from ingest.vendors import DOORS
from schemas.action import MAX_LENGTH

REGISTER = "register"

_HELP = """Make a verification known that was created elsewhere.

Without that, one whose callbacks are all lost is never missed. It becomes a PENDING event, and `hookline reconcile`
asks about it."""


def actions_of(vendor: str) -> Mapping[str, VendorAction]:
    """By name. Raises ``NothingSuch`` where there is no such vendor."""
    door = DOORS.get(vendor)
    if door is None:
        raise NothingSuch(f"vendor: no {vendor!r}; there are: {', '.join(DOORS)}")
    return {action.name: action for action in (_register(door), *door.actions)}


def action_of(vendor: str, name: str) -> VendorAction:
    """Raises ``NothingSuch``."""
    known = actions_of(vendor)
    if name not in known:
        raise NothingSuch(f"action: {vendor} has no {name!r}; there are: {', '.join(known)}")
    return known[name]


def _register(door: VendorDoor) -> VendorAction:
    return VendorAction(
        name=REGISTER,
        help=_HELP,
        example=f"{door.example_id} --subject customer-17",
        fields=(
            Field("verification_id", "The vendor's id of the verification.", required=True),
            Field("subject", "Your own reference; for Solaris the id of the person."),
        ),
        plan=lambda order: _plan(door, order),
        effect=Effect.CREATES,
        about="verification_id",
    )


def _plan(door: VendorDoor, order: Order) -> Plan:
    """Nothing is asked of the vendor. Raises ``InvalidArgument`` for what it could never be asked about: that would
    stay pending for ever.
    """
    name, subject = order.text("verification_id"), order.optional("subject") or None
    for field, text in (("verification_id", name), ("subject", subject or "")):
        if len(text) > MAX_LENGTH:
            raise InvalidArgument(field, f"{len(text)} characters; at most {MAX_LENGTH}")
    if door.api is not None:
        now = datetime.now(UTC).timestamp()
        try:
            door.api.target_of(Open("", name, subject, now, now))
        except Unfetchable as error:
            raise InvalidArgument("verification_id", str(error)) from None

    async def carry_out(_call: Call) -> Done:
        return Done(verification_id=name, subject_ref=subject)

    return Plan((), carry_out, name)
