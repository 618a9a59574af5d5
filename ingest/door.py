"""What the doors need to know of a vendor: how its callbacks prove themselves, and where their verification id is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from multidict import CIMultiDictProxy

from runtime.secrets import Secret

HttpHeaders = CIMultiDictProxy[str]


@dataclass(frozen=True, slots=True)
class VendorDoor:
    """One vendor as the receiver sees it.

    ``authenticate`` gives the secret that the delivery was signed with, or ``None``. ``verification_id`` gives the
    vendor's id, or ``None`` where it finds none; it raises nothing, whatever the bytes. ``secret_headers`` (lower case)
    carry something that opens a door elsewhere and are never stored.
    """

    vendor: str
    scheme: str
    authenticate: Callable[[HttpHeaders, bytes, Sequence[Secret]], Secret | None]
    verification_id: Callable[[HttpHeaders, bytes], str | None]
    secret_headers: frozenset[bytes] = frozenset({b"authorization", b"cookie", b"proxy-authorization"})
