"""How to talk with Credas: its webhooks (``door``), its API (``api``), manual overrides (``overrides``).

A verification is a *process*, one invitation of a person to a journey (facts, section 1): webhooks of a process and of
its invitations name it, status updates name the person alone, so that what is read for them tells which processes it is
about. Ids are GUIDs in lower case here, as Credas compares them without regard to case.
"""

from ingest.door import VendorDoor
from ingest.vendors.credas.api import API
from ingest.vendors.credas.door import SECRET_HEADERS, authenticate, refuses, verification_id
from ingest.vendors.credas.overrides import PATHS

__all__ = ["DOOR"]

DOOR = VendorDoor(
    vendor="credas",
    scheme="static-header",
    authenticate=authenticate,
    verification_id=verification_id,
    secret_headers=SECRET_HEADERS,
    header_option="auth_header",
    words={"documents_path": PATHS},
    refuses=refuses,
    api=API,
)
