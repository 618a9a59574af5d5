"""What can be done at Solaris: facts, sections 2 (subscriptions) and 7 (persons and identifications)."""

from ingest.action import VendorAction
from ingest.vendors.solaris import beginning, identifications, persons, subscribing

ACTIONS: tuple[VendorAction, ...] = (
    *persons.ACTIONS,
    *beginning.ACTIONS,
    *identifications.ACTIONS,
    *subscribing.ACTIONS,
)
