"""What the doors need to know of a vendor: how its callbacks prove themselves, what they are about, how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from multidict import CIMultiDictProxy

from ingest.action import VendorAction
from ingest.api import VendorApi
from runtime.secrets import Secret

HttpHeaders = CIMultiDictProxy[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as a vendor's door sees it. ``options`` are those of the source's settings."""

    headers: HttpHeaders
    body: bytes
    query: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def _no_handshake(_delivery: Delivery) -> bool:
    return False


def _nothing_to_refuse(_options: Mapping[str, str], *, unsigned: bool, asked: bool) -> str | None:
    del unsigned, asked
    return None


@dataclass(frozen=True, slots=True)
class VendorDoor:
    """One vendor as the doors see it.

    ``authenticate`` gives the secret that the delivery was signed with, or ``None``. ``verification_id`` gives the
    vendor's id, or ``None`` where it finds none. ``is_handshake`` says whether a delivery only asks if we are there: it
    is answered with 200, unsigned as it is, and never stored. None of the three raises, whatever the bytes.
    ``secret_headers`` (lower case) carry something that opens a door elsewhere and are never stored; so does the
    header that the source's option ``header_option`` names, and the query's ``secret_parameters``.

    ``words`` are the options that a source of this vendor may have, with their allowed words, the default first: they
    travel on each callback, so that a replay under other settings gives the same event. ``refuses`` says in words what
    of a source's options cannot be beside ``unsigned`` or an API (``asked``), or ``None``. ``api`` is how the vendor is
    asked, ``actions`` are what can be done there, each name once. ``example_id`` is how a verification's id looks.
    """

    vendor: str
    scheme: str
    authenticate: Callable[[Delivery, Sequence[Secret]], Secret | None]
    verification_id: Callable[[Delivery], str | None]
    is_handshake: Callable[[Delivery], bool] = _no_handshake
    secret_headers: frozenset[bytes] = frozenset({b"authorization", b"cookie", b"proxy-authorization"})
    secret_parameters: frozenset[str] = frozenset()
    header_option: str | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuses: Callable[..., str | None] = _nothing_to_refuse
    api: VendorApi | None = None
    actions: tuple[VendorAction, ...] = ()
    example_id: str = "6f0c1a52-0d3b-11f0-9a51-025ad99a18e7"
