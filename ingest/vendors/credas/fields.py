"""What several actions at Credas are told alike: ids, as GUIDs in any case."""

from __future__ import annotations

from ingest.action import Field, Order
from ingest.vendors.credas.overrides import checked_guid

PROCESS = Field("process", "id of the process, a GUID", required=True)
ENTITY = Field("entity", "id of the person, a GUID", required=True)
ENTRY = Field("entry", "id of the submission, a GUID: the action entries lists them", required=True)

A_PROCESS = "1e144e85-f45b-4ae3-8915-ae2826ea1e55"
AN_ENTITY = "9811e0dc-7bbb-4fdf-be96-b8c7c105080f"
AN_ENTRY = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
A_DOCUMENT = "96d50a9e-6696-4ca6-b9db-ee37b1a5de28"
"""For examples."""


def id_of(order: Order, field: Field) -> str:
    """In lower case. Raises ``InvalidArgument``."""
    return checked_guid(field.name, order.text(field.name))
