"""Schemas and their ids: the local history, and a Confluent-compatible registry where one is configured.

What talks HTTP is in ``client`` and ``transport``, which are not imported here: whoever only decodes never needs them.
"""

from schemas.registry.errors import IncompatibleSchema, RegistryError, RegistryRefused, RegistryUnavailable
from schemas.registry.history import CURRENT, HISTORY, Version, by_id, newest, verify, versions

__all__ = [
    "CURRENT",
    "HISTORY",
    "IncompatibleSchema",
    "RegistryError",
    "RegistryRefused",
    "RegistryUnavailable",
    "Version",
    "by_id",
    "newest",
    "verify",
    "versions",
]
