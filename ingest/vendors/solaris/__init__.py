"""How to talk with Solaris: its callbacks (``door``), its API (``api``), and what can be done there (``actions``)."""

from ingest.door import VendorDoor
from ingest.vendors.solaris.actions import ACTIONS
from ingest.vendors.solaris.api import API
from ingest.vendors.solaris.door import SECRET_HEADERS, authenticate, is_handshake, verification_id

__all__ = ["DOOR"]

DOOR = VendorDoor(
    vendor="solaris",
    scheme="hmac-sha256",
    authenticate=authenticate,
    verification_id=verification_id,
    is_handshake=is_handshake,
    secret_headers=SECRET_HEADERS,
    api=API,
    actions=ACTIONS,
    example_id="6dc54352d6793a892e0702850d07b831cidt",
)
