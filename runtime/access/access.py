"""All ways in to a console, gathered: tokens, an issuer, sessions of browsers, links that sign in once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from runtime.access.errors import NotAuthenticated
from runtime.access.identity import Identity
from runtime.access.leaving import Leaving
from runtime.access.oidc.issuer import Issuer
from runtime.access.once import OneTimeCodes
from runtime.access.sessions import Sealer, Session, Sessions, session_key
from runtime.access.throttle import Throttle
from runtime.access.tokens import Tokens, digest_of, proof_of

NOBODY = "nobody may come in over HTTP: the settings have no [[operator]] and no [oidc]; add one"
_OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in, and how.

    ``url`` is how browsers reach us, ``None`` where that is the address that they name themselves, without TLS.
    """

    tokens: Tokens
    sessions: Sessions
    issuer: Issuer | None = None
    url: str | None = None
    codes: OneTimeCodes = field(default_factory=OneTimeCodes)
    throttle: Throttle = field(default_factory=Throttle)
    leaving: Leaving | None = None
    """Tells other processes who left; without it this one alone knows."""
    own_token: str | None = field(default=None, repr=False)
    """Of whoever started this process, for links that sign in once."""

    @property
    def is_empty(self) -> bool:
        """Nobody can come in."""
        return not self.tokens and self.issuer is None

    @property
    def is_secure(self) -> bool:
        """Browsers come over TLS."""
        return self.url is not None and self.url.startswith("https://")

    def one_time_link(self, url: str) -> str:
        """The address that signs in whoever started this process, once, within ten minutes."""
        if self.own_token is None:
            raise NotAuthenticated("nobody to sign in: no operator was made for this process")
        return f"{url}/login?{urlencode({'once': self.codes.make(self.own_token)})}"

    async def of_bearer(self, token: str) -> Identity:
        """Raises ``NotAuthenticated``, ``NotAllowed`` (known, but without any role) or ``IssuerUnavailable``."""
        if self.is_empty:
            raise NotAuthenticated(NOBODY)
        found = self.tokens.holding(token)
        if found is not None:
            return found
        if self.issuer is not None and token.count(".") == 2:  # noqa: PLR2004 - header.payload.signature
            return await self.issuer.of_bearer(token)
        raise NotAuthenticated("token: missing, or nobody's; see [[operator]] in the settings")

    def of_session(self, session: Session) -> Identity | None:
        """Whose session it is, as the settings are now."""
        if session.via == _OIDC:
            return self.issuer.known_as(session.name, session.proof) if self.issuer is not None else None
        return self.tokens.called(session.name, session.proof[0])

    def begin_with_token(self, token: str) -> Session | None:
        """A session of whoever holds the token; ``None`` where nobody does."""
        found = self.tokens.holding(token)
        return None if found is None else self.sessions.begin(found.name, "token", (proof_of(token),))

    async def end(self, session: Session) -> None:
        """The session is over, also for whoever has a copy of its cookie."""
        if self.leaving is not None:
            await self.leaving.leave(session)
        else:
            self.sessions.end(session.id, session.ends)


def access_of(
    tokens: Tokens,
    *,
    key: bytes | None = None,
    hours: float = 8.0,
    url: str | None = None,
    issuer: Issuer | None = None,
    own: Identity | None = None,
) -> Access:
    """``own`` is let in too, with a token that nobody knows but ``one_time_link``. Raises ``SettingsInvalid``."""
    sessions = Sessions(Sealer(session_key(key)), hours * 3600)
    if own is None:
        return Access(tokens, sessions, issuer, url)
    token = secrets.token_urlsafe(32)
    known = Tokens({**tokens.by_digest, digest_of(token): own})
    return replace(Access(known, sessions, issuer, url), own_token=token)
