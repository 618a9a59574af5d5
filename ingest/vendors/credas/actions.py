"""What can be done at Credas: facts, sections 5 (processes and invitations) and 5.2 (manual overrides)."""

from ingest.action import VendorAction
from ingest.vendors.credas import deciding, inviting, looking

ACTIONS: tuple[VendorAction, ...] = (*deciding.ACTIONS, *inviting.ACTIONS, *looking.ACTIONS)
