"""How to talk with Credas: its webhooks (``door``), its API (``api``), what can be done there (``actions``).

A verification is a *process*, one invitation of a person to a journey (facts, section 1): webhooks of a process and of
its invitations name it, status updates name the person alone, so that what is read for them tells which processes it is
about. Ids are GUIDs in lower case here, as Credas compares them without regard to case.

The ``ClientId`` of a webhook (section 2.1) is not looked at: it proves nothing, some leave it out, and what another
client's webhook names is not there for our key.
"""

from ingest.door import VendorDoor
from ingest.vendors.credas.actions import ACTIONS
from ingest.vendors.credas.api import API
from ingest.vendors.credas.door import SECRET_HEADERS, SECRET_PARAMETERS, authenticate, refuses, verification_id
from ingest.vendors.credas.options import WORDS

__all__ = ["DOOR"]

DOOR = VendorDoor(
    vendor="credas",
    scheme="static-header",
    authenticate=authenticate,
    verification_id=verification_id,
    secret_headers=SECRET_HEADERS,
    secret_parameters=SECRET_PARAMETERS,
    header_option="auth_header",
    words=WORDS,
    refuses=refuses,
    api=API,
    actions=ACTIONS,
    example_id="1e144e85-f45b-4ae3-8915-ae2826ea1e55",
)
