"""The customer's own references to people, as an event may carry them."""

from __future__ import annotations

from hashlib import sha256


def safe_reference(text: str) -> str:
    """The reference; one that holds an e-mail address, which names a person, is ``sha256:`` and its hash."""
    return f"sha256:{sha256(text.encode()).hexdigest()}" if "@" in text else text
