"""How to talk with Solaris: its callbacks (``door``), its API (``api``), its subscriptions (``subscriptions``)."""

from ingest.door import VendorDoor
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
)
