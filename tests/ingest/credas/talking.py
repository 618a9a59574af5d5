"""Who asks Credas over a socket."""

from __future__ import annotations

from ingest.api import Credentials
from ingest.calling import Account
from ingest.vendors.credas.api import API
from runtime.secrets import Secret

BASE = "/api/v2/ci"


def account_at(url: str, key: str = "a key", *, timeout: float = 0.5) -> Account:
    """An account of the Credas that is played at that address; each of its calls ends within those seconds."""
    return Account(
        name="credas",
        vendor="credas",
        api=API,
        credentials=Credentials(url + BASE, Secret("key", key.encode())),
        budget=API.budget,
        timeout=timeout,
        max_bytes=1 << 20,
        again=API.again,
        since_last=(),
        since_first=API.ticks_since_first,
        test=True,
        options=(),
    )
