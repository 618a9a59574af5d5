"""How to talk with each vendor: check its callbacks, call its API. One file a vendor, one line in this list."""

from ingest.door import VendorDoor
from ingest.vendors import credas, idenfy, idverse, solaris

DOORS: dict[str, VendorDoor] = {door.vendor: door for door in (idenfy.DOOR, idverse.DOOR, solaris.DOOR, credas.DOOR)}
