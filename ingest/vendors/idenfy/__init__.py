"""How to talk with iDenfy: its webhooks (``door``), its API (``api``), and what can be done there (``actions``).

Facts: docs/vendors/idenfy.md, whose sections the files name.
"""

from ingest.door import VendorDoor
from ingest.vendors.idenfy.actions import ACTIONS
from ingest.vendors.idenfy.api import API, fetch, is_error, target_of
from ingest.vendors.idenfy.door import authenticate, verification_id

__all__ = ["DOOR", "authenticate", "fetch", "is_error", "target_of", "verification_id"]

DOOR = VendorDoor(
    vendor="idenfy",
    scheme="hmac-sha256",
    authenticate=authenticate,
    verification_id=verification_id,
    api=API,
    actions=ACTIONS,
)
