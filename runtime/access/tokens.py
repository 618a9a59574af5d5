"""Tokens of the settings: who holds one is whom it names."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from runtime.access.identity import Identity, Role
from runtime.errors import SettingsInvalid
from runtime.secrets import secret_of
from runtime.settings import OperatorSettings

MIN_TOKEN = 32
"""Bytes of a token: it is all that stands between anybody and an override."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Those who have one, by the digests of their tokens. The tokens themselves are not kept."""

    by_digest: Mapping[bytes, Identity] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.by_digest)

    def holding(self, token: str) -> Identity | None:
        """Whose token that is; how long it takes to say so depends on no token."""
        digest = digest_of(token)
        found = [each for known, each in self.by_digest.items() if hmac.compare_digest(known, digest)]
        return found[0] if token and found else None

    def called(self, name: str, proof: str) -> Identity | None:
        """Who is called so, if ``proof`` is still what ``proof_of`` says of their token."""
        for digest, each in self.by_digest.items():
            if each.name == name and hmac.compare_digest(_shortened(digest), proof):
                return each
        return None


def digest_of(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogateescape")).digest()


def proof_of(token: str) -> str:
    """What a session remembers of the token that it began with: enough to tell that it was changed, and no more."""
    return _shortened(digest_of(token))


def _shortened(digest: bytes) -> str:
    return sha256(b"session" + digest).hexdigest()[:32]


def tokens_of(settings: Iterable[OperatorSettings]) -> Tokens:
    """Raises ``SettingsInvalid`` with every token that cannot be read, is too short, or is another one's too."""
    by_digest: dict[bytes, Identity] = {}
    mistakes = []
    for entry in settings:
        try:
            token = secret_of(f"operator ({entry.name}).token", entry.token).value
        except SettingsInvalid as error:
            mistakes.append(str(error))
            continue
        digest = sha256(token).digest()
        if len(token) < MIN_TOKEN:
            mistakes.append(f"operator ({entry.name}).token: {len(token)} bytes; give {MIN_TOKEN} random ones at least")
        elif digest in by_digest:
            mistakes.append(f"operator ({entry.name}).token: is {by_digest[digest].name}'s too; give each its own")
        by_digest[digest] = Identity(entry.name, Role(entry.role), entry.may)
    if mistakes:
        raise SettingsInvalid("\n".join(mistakes))
    return Tokens(by_digest)
