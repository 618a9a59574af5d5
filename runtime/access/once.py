"""Links that sign somebody in once, for whoever starts a console on their own machine."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from time import time

_SECONDS = 600.0
_MOST = 100
"""Links at once; the oldest goes first."""


class OneTimeCodes:
    """Each is good for ten minutes, and for one use. They are kept by their digests, in this process alone."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._left: dict[bytes, tuple[str, float]] = {}

    def make(self, token: str) -> str:
        """A code that stands for the token, once."""
        code = secrets.token_urlsafe(32)
        self._left[_digest(code)] = (token, self._clock() + _SECONDS)
        while len(self._left) > _MOST:
            del self._left[next(iter(self._left))]
        return code

    def use(self, code: str) -> str | None:
        """The token that it stands for; ``None`` the second time, and when it is too old."""
        digest = _digest(code)
        found = next((each for each in self._left if hmac.compare_digest(each, digest)), None)
        if found is None:
            return None
        token, ends = self._left.pop(found)
        return token if self._clock() < ends else None


def _digest(code: str) -> bytes:
    return sha256(code.encode("utf-8", "surrogateescape")).digest()
