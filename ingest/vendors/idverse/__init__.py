"""How to talk with IDVerse: its callbacks (``door``), its API (``api``), what can be done there (``actions``).

Its two products differ. IDKit only hints that a transaction is closed, so the transaction is read. Enterprise's events
speak for themselves.
"""

from ingest.door import VendorDoor
from ingest.vendors.idverse.actions import ACTIONS
from ingest.vendors.idverse.api import API, fetch, is_error, target_of, targets
from ingest.vendors.idverse.door import ENTERPRISE, IDKIT, authenticate, refuses, verification_id

__all__ = ["DOOR", "authenticate", "fetch", "is_error", "refuses", "target_of", "targets", "verification_id"]

DOOR = VendorDoor(
    vendor="idverse",
    scheme="static-header",
    authenticate=authenticate,
    verification_id=verification_id,
    header_option="auth_header",
    words={"product": (IDKIT, ENTERPRISE), "flagged": ("needs_review", "rejected")},
    refuses=refuses,
    api=API,
    actions=ACTIONS,
    example_id="01HH3KA3FBT5NW60H8PC2KAD3N",
)
