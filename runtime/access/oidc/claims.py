"""What a token says, once it is certain who says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from runtime.access.errors import NotAllowed, NotAuthenticated
from runtime.access.identity import Identity, Role
from runtime.access.oidc.keys import ALGORITHMS, Keys
from runtime.settings import OidcSettings

LEEWAY = 30.0
"""Seconds that clocks may differ."""

_TYPES = {None, "jwt", "at+jwt", "application/at+jwt"}
"""Of a header: a token of another kind (a logout's, a request's) says nothing about who asks."""
_ACCESS = {"bearer", "jwt", "at+jwt"}
"""Of a claim ``typ``, with which some issuers tell their tokens apart."""
_OF_ID_TOKENS = frozenset({"nonce", "at_hash", "c_hash"})
"""Claims that answer a sign-in. Where no ``typ`` says what a token is, what has one of them is no access token: it was
for a browser's way back, and may have been seen there.
"""
_LONGEST = 100
"""Characters of a name, as of an operator's."""

Claims = Mapping[str, object]


async def checked(token: str, keys: Keys, issuer: str, audience: str) -> Claims:
    """The claims of a token that this issuer signed for this audience, and that is good now.

    Raises ``NotAuthenticated``, ``IssuerUnavailable``. No message repeats anything of the token.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, UnicodeError):
        raise NotAuthenticated("token: neither one of the settings nor a signed one of the issuer") from None
    algorithm, kind, name = header.get("alg"), header.get("typ"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or "crit" in header:
        raise NotAuthenticated(f"token: not signed with any of {', '.join(ALGORITHMS)}")
    if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
        raise NotAuthenticated("token: of a kind that says nothing about who asks; send an access token")
    key = await keys.key(name if isinstance(name, str) else None, algorithm)
    return _verified(token, key, algorithm, issuer, audience)


def _verified(token: str, key: jwt.PyJWK, algorithm: str, issuer: str, audience: str) -> Claims:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
        )
    except jwt.ExpiredSignatureError:
        raise NotAuthenticated("token: expired; get a new one") from None
    except jwt.ImmatureSignatureError:
        raise NotAuthenticated("token: not good yet; see whether the clocks are right") from None
    except jwt.InvalidAudienceError:
        raise NotAuthenticated("token: for somebody else; ask the issuer for one with oidc.audience in aud") from None
    except jwt.InvalidIssuerError:
        raise NotAuthenticated("token: of another issuer than oidc.issuer") from None
    except PyJWTError as error:
        raise NotAuthenticated(f"token: not acceptable ({type(error).__name__}); get a new one") from None


def check_bearer(claims: Claims, settings: OidcSettings) -> None:
    """It is an access token, and where no audience of its own is set, our own client's. Raises ``NotAuthenticated``."""
    kind = claims.get("typ")
    is_other = kind.lower() not in _ACCESS if isinstance(kind, str) else bool(_OF_ID_TOKENS & claims.keys())
    if is_other:
        raise NotAuthenticated("token: not an access token; send that one")
    if settings.audience is None and claims.get("azp", settings.client_id) != settings.client_id:
        raise NotAuthenticated("token: given to another client; set oidc.audience to what tokens for this API are for")


def check_id(claims: Claims, settings: OidcSettings, nonce: str) -> None:
    """It is the answer to our own question (OpenID Connect Core, 3.1.3.7). Raises ``NotAuthenticated``."""
    audiences = claims.get("aud")
    party = claims.get("azp")
    if party is None and isinstance(audiences, list) and len(audiences) > 1:
        raise NotAuthenticated("id token: for several, and none of them authorized; see the client at the issuer")
    if party not in {None, settings.client_id}:
        raise NotAuthenticated("id token: given to another client")
    if claims.get("nonce") != nonce:
        raise NotAuthenticated("id token: not the answer to this sign-in; begin again")


def name_of(claims: Claims, settings: OidcSettings) -> str:
    """Raises ``NotAuthenticated``."""
    name = claims.get(settings.name_claim)
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST or not name.isprintable():
        raise NotAuthenticated(
            f"token: has no {settings.name_claim} of 1 to {_LONGEST} printable characters; see oidc.name_claim"
        )
    return name


def roles_of(claims: Claims, settings: OidcSettings) -> tuple[str, ...]:
    """The values of the roles' claim that the settings give a role to."""
    found: Any = claims
    for part in _way(settings.roles_claim, claims):
        found = found.get(part) if isinstance(found, Mapping) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return tuple(entry.value for entry in settings.role if entry.value in values)


def _way(name: str, claims: Claims) -> Iterator[str]:
    """``realm_access.roles`` is a member of a member, unless there is a claim of just that name (a URL has dots)."""
    return iter((name,)) if name in claims else iter(name.split("."))


def identity_of(name: str, values: tuple[str, ...], settings: OidcSettings) -> Identity:
    """The highest of the values' roles, with the rights of all of them. Raises ``NotAllowed`` where there is none."""
    given = [entry for entry in settings.role if entry.value in values]
    if not given:
        raise NotAllowed(f"{name} is known, and has none of the roles in [[oidc.role]]; have one given at the issuer")
    role = max((Role(entry.role) for entry in given), key=list(Role).index)
    return Identity(name, role, tuple(dict.fromkeys(right for entry in given for right in entry.may)), "oidc")
