"""Browsers' sessions: a cookie that only we can read or make.

What holds of them:

* The cookie is encrypted and authenticated (Fernet), so nobody reads a name or makes up a role. A session is made by
  signing in and never taken over from a browser: whoever plants a cookie plants one that is worth nothing, or is their
  own.
* It ends ``seconds`` after it began, however much it is used.
* Who it is for is looked up at each request: with a token taken away or changed, or a role that the settings do not
  give any more, it ends or changes at once.
* Signing out ends it: its id is remembered until it would have ended anyway, so a copy of the cookie is of no use after
  that. ``runtime.access.leaving`` tells it to the other consoles, and to this one after a restart.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from time import time
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken

from runtime.errors import SettingsInvalid

MIN_KEY = 32
"""Bytes of a session key."""

_MOST_ENDED = 100_000
"""Sessions that were ended by hand and are remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Session:
    """``via`` says how ``name`` was proved, ``proof`` with what: a token's digest, or the values of the roles' claim.

    ``csrf`` is what forms of this session carry. ``ends`` is in seconds since 1970.
    """

    name: str
    via: str
    proof: tuple[str, ...]
    ends: float
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class Sealer:
    """Small things that a browser keeps for us and can neither read nor change."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        digest = sha256(b"hookline console" + key).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))
        self._marking = hmac.digest(digest, b"mark", "sha256")
        self._clock = clock

    def sealed(self, what: str, members: Mapping[str, object]) -> str:
        """``what`` says what it is for: what was sealed for something else is not opened."""
        content = orjson.dumps({"what": what, **members})
        return self._fernet.encrypt_at_time(content, int(self._clock())).decode().rstrip("=")

    def opened(self, what: str, text: str, seconds: float) -> Mapping[str, object] | None:
        """``None`` for what we did not seal, for something else, and for what is older than so many seconds."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            content = self._fernet.decrypt_at_time(padded, int(seconds), int(self._clock()))
        except (InvalidToken, UnicodeEncodeError):
            return None
        members: dict[str, object] = orjson.loads(content)
        return members if members.pop("what", None) == what else None

    def mark(self, content: bytes) -> str:
        """The same for the same content, 32 hexadecimal digits; nobody else can tell what some content's would be."""
        return hmac.digest(self._marking, content, "sha256").hex()[:32]

    def now(self) -> float:
        return self._clock()


class Sessions:
    """Sessions of ``seconds`` each."""

    def __init__(self, sealer: Sealer, seconds: float) -> None:
        self.sealer = sealer
        self.seconds = seconds
        self._ended: OrderedDict[str, float] = OrderedDict()

    def begin(self, name: str, via: str, proof: tuple[str, ...]) -> Session:
        return Session(name, via, proof, self.sealer.now() + self.seconds)

    def cookie_of(self, session: Session) -> str:
        return self.sealer.sealed("session", asdict(session))

    def found(self, cookie: str) -> Session | None:
        """The session of the cookie's value, unless it is over."""
        members = self.sealer.opened("session", cookie, self.seconds)
        session = _session(members) if members is not None else None
        if session is None or session.id in self._ended or session.ends <= self.sealer.now():
            return None
        return session

    def end(self, session_id: str, ends: float) -> None:
        """Its cookie is worth nothing any more, in this process."""
        self._ended[session_id] = ends
        now = self.sealer.now()
        while self._ended and (len(self._ended) > _MOST_ENDED or next(iter(self._ended.values())) <= now):
            self._ended.popitem(last=False)


def _session(members: Mapping[str, Any]) -> Session | None:
    """``None`` for one of another version of this program: its person signs in again."""
    try:
        return Session(**{**members, "proof": tuple(members["proof"])})
    except (KeyError, TypeError):
        return None


def session_key(key: bytes | None) -> bytes:
    """The key of the settings, or one that ends with the process. Raises ``SettingsInvalid`` for one that is short."""
    if key is None:
        return secrets.token_bytes(MIN_KEY)
    if len(key) < MIN_KEY:
        raise SettingsInvalid(f"console.session_key: {len(key)} bytes; give {MIN_KEY} random ones at least")
    return key
