"""What can be wrong with schemas and with the registry that keeps them, named by what the caller must do."""

from __future__ import annotations


class IncompatibleSchema(Exception):
    """Mend the schema, or add the missing history file: what is there now would not be readable by everybody."""


class RegistryError(Exception):
    """The schema registry gave no answer to work with. The message never holds a password."""


class RegistryUnavailable(RegistryError):
    """Try again later: the registry is down, slow or overloaded."""


class RegistryRefused(RegistryError):
    """Change something first: the address, the credentials, or what the registry holds."""
