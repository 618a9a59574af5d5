"""Tokens of an issuer, asked of a real one: which are somebody's, and which are nobody's."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from structlog.testing import capture_logs

from runtime.access.errors import IssuerUnavailable, NotAllowed, NotAuthenticated
from runtime.access.identity import Identity, Role
from runtime.access.oidc import discovery, keys
from runtime.access.oidc.issuer import Issuer, issuer_of
from runtime.errors import SettingsInvalid
from runtime.settings import OidcSettings
from tests.runtime.access.playing_issuer import ROLES, Key, ec_key, issuing, rsa_key
from tests.runtime.access.playing_issuer import Issuer as Played

DAY = 86_400
ANNS = Identity("ann@example.org", Role.OPERATOR, ("credas.*",), "oidc")


@pytest.fixture(scope="module")
def rsa() -> Key:
    return rsa_key()


@pytest.fixture
async def played(rsa: Key) -> AsyncIterator[Played]:
    async with issuing(rsa, ec_key()) as it:
        yield it


@asynccontextmanager
async def opened(settings: OidcSettings) -> AsyncIterator[Issuer]:
    async with issuer_of(settings) as issuer:
        assert issuer is not None
        yield issuer


@pytest.fixture
async def issuer(played: Played) -> AsyncIterator[Issuer]:
    async with opened(played.settings()) as it:
        yield it


async def test_a_token_says_who_and_what_role(played: Played, issuer: Issuer) -> None:
    """Signed with either kind of key. The issuer is asked once for all of them."""
    found = [await issuer.of_bearer(played.token(key)) for key in played.shown * 3]
    assert [ANNS] * 6 == found
    assert ["/.well-known/openid-configuration", "/keys"] == played.asked


async def test_an_issuer_may_lie_below_a_path(rsa: Key) -> None:
    """As Keycloak's realms do."""
    async with issuing(rsa, path="/realms/bank") as played, opened(played.settings()) as issuer:
        assert ANNS == await issuer.of_bearer(played.token())


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": "https://other.example"}, "of another issuer"),
        ({"iss": None}, "not acceptable"),
        ({"aud": "other"}, "for somebody else"),
        ({"aud": None}, "not acceptable"),
        ({"aud": []}, "not acceptable"),
        ({"exp": time() - 100}, "expired"),
        ({"exp": None}, "not acceptable"),
        ({"exp": "soon"}, "not acceptable"),
        ({"nbf": time() + DAY}, "not good yet"),
        ({"iat": time() + DAY}, "not good yet"),
        ({"azp": "other"}, "given to another client"),
        ({"typ": "ID"}, "not an access token"),
        ({"typ": "Refresh"}, "not an access token"),
        ({"nonce": "n-0S6_WzA2Mj"}, "not an access token"),
        ({"at_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}, "not an access token"),
        ({"c_hash": "MTIzNDU2Nzg5MDEyMzQ1Ng"}, "not an access token"),
        ({"preferred_username": None}, "has no preferred_username"),
        ({"preferred_username": "x" * 101}, "has no preferred_username"),
        ({"preferred_username": "a\nb"}, "has no preferred_username"),
        ({"preferred_username": ["ann"]}, "has no preferred_username"),
    ],
)
async def test_what_a_token_says_wrongly_makes_it_nobodys(
    played: Played, issuer: Issuer, claims: dict[str, Any], said: str
) -> None:
    """The message says what to do about it, and nothing of what stands in it."""
    with pytest.raises(NotAuthenticated, match=said) as raised:
        await issuer.of_bearer(played.token(**{"sub": "canary", **claims}))
    assert not [word for word in ("canary", "example", "x" * 20, "soon") if word in str(raised.value)]


async def test_an_access_token_that_says_so_may_have_any_claim(played: Played, issuer: Issuer) -> None:
    """Older ones of Keycloak have a nonce."""
    assert ANNS == await issuer.of_bearer(played.token(typ="Bearer", nonce="n-0S6_WzA2Mj"))


async def test_clocks_may_differ_a_little(played: Played, issuer: Issuer) -> None:
    assert ANNS == await issuer.of_bearer(played.token(exp=time() - 10))
    assert ANNS == await issuer.of_bearer(played.token(nbf=time() + 10))


async def test_an_audience_of_its_own_lets_other_clients_in(played: Played) -> None:
    """Services that the issuer gave a token for this API."""
    async with opened(played.settings(audience="kyc-api")) as issuer:
        assert ANNS == await issuer.of_bearer(played.token(aud=["kyc-api", "account"], azp="onboarding"))
        with pytest.raises(NotAuthenticated):
            await issuer.of_bearer(played.token())


async def test_a_key_that_the_issuer_does_not_show_signs_nothing(played: Played, issuer: Issuer, rsa: Key) -> None:
    """Under a name of its own, under a name that is shown, or without any where several would do."""
    stranger = rsa_key("stranger")
    played.shown.append(rsa_key("rsa-2"))
    cases: list[tuple[Key, dict[str, Any]]] = [(stranger, {}), (stranger, {"kid": rsa.name}), (rsa, {"kid": None})]
    for key, header in cases:
        with pytest.raises(NotAuthenticated):
            await issuer.of_bearer(played.token(key, header))


async def test_nothing_but_a_signature_with_a_shown_key_counts(played: Played, issuer: Issuer, rsa: Key) -> None:
    """No signature at all; one made with what everybody may know; a good one over something else."""
    good = played.token()
    public = rsa.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head, _, signature = good.split(".")
    other = _part({**played.claims(), "roles": ["kyc-leads"]})
    forged = [
        jwt.encode(played.claims(), "", "none", {"kid": rsa.name}),
        hs256(played.claims(), public, rsa.name),
        hs256(played.claims(), b"", rsa.name),
        f"{head}.{other}.{signature}",
        good[:-4],
        f"{good}.x",
        "..",
        "a.b.c",
        "\udc80.b.c",
    ]
    for token in forged:
        with pytest.raises(NotAuthenticated):
            await issuer.of_bearer(token)


def hs256(claims: dict[str, Any], secret: bytes, name: str) -> str:
    """Signed with a secret, as no library would do it with somebody's public key."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': name})}.{_part(claims)}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _part(members: dict[str, Any]) -> str:
    return _base64(json.dumps(members).encode())


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize("header", [{"typ": "logout+jwt"}, {"typ": 7}, {"alg": "PS256"}, {"crit": ["b64"]}, {"kid": 5}])
async def test_a_header_that_says_something_else_makes_it_nobodys(
    played: Played, issuer: Issuer, header: dict[str, Any], rsa: Key
) -> None:
    """Another kind of token, another algorithm than its key's, words that we do not understand."""
    head = {"alg": "RS256", "kid": rsa.name, **header}
    token = f"{_part(head)}.{played.token().partition('.')[2]}"
    with pytest.raises(NotAuthenticated):
        await issuer.of_bearer(token)


async def test_a_short_key_is_none(issuer: Issuer, played: Played) -> None:
    """1,024 bits of RSA can be broken."""
    played.shown[:] = [rsa_key("short", 1024)]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = played.token()
    with pytest.raises(NotAuthenticated):
        await issuer.of_bearer(token)


async def test_a_new_key_is_good_at_once_and_an_old_one_no_more(
    played: Played, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever rotates needs not tell us. Without a rotation nobody can have the issuer asked again and again."""
    old = played.token()
    assert ANNS == await issuer.of_bearer(old)
    monkeypatch.setattr(keys, "_PAUSE", 0.0)
    played.shown[:] = [rsa_key("rsa-next")]
    assert ANNS == await issuer.of_bearer(played.token())
    with pytest.raises(NotAuthenticated):
        await issuer.of_bearer(old)
    monkeypatch.setattr(keys, "_PAUSE", 30.0)
    before = played.asked.count("/keys")
    for number in range(10):
        with pytest.raises(NotAuthenticated):
            await issuer.of_bearer(played.token(header={"kid": f"made-up-{number}"}))
    assert before == played.asked.count("/keys")


async def test_many_at_once_ask_the_issuer_once(played: Played, issuer: Issuer) -> None:
    found = await asyncio.gather(*(issuer.of_bearer(played.token()) for _ in range(20)))
    assert ([ANNS] * 20, 1) == (found, played.asked.count("/keys"))


async def test_while_the_issuer_is_down_its_known_keys_go_on(
    played: Played, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom only a new key could prove is asked to come again later: it is no fault of theirs."""
    assert ANNS == await issuer.of_bearer(played.token())
    played.mood = "down"
    monkeypatch.setattr(keys, "_FRESH", 0.0)
    monkeypatch.setattr(keys, "_PAUSE", 0.0)
    assert ANNS == await issuer.of_bearer(played.token())
    with pytest.raises(IssuerUnavailable):
        await issuer.of_bearer(played.token(rsa_key("rsa-next")))
    played.mood = ""
    assert ANNS == await issuer.of_bearer(played.token())


@pytest.mark.parametrize("mood", ["down", "slow", "elsewhere", "nonsense", "endless"])
async def test_an_issuer_that_cannot_be_asked_is_said_and_looked_for_again(
    played: Played, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In time, and without following it anywhere else."""
    monkeypatch.setattr(keys, "_SHORT_PAUSE", 0.0)
    monkeypatch.setattr(discovery, "_PAUSE", 0.0)
    played.mood = mood
    async with opened(played.settings(timeout=0.2)) as issuer:
        with pytest.raises(IssuerUnavailable) as raised, capture_logs():
            await issuer.of_bearer(played.token())
        assert "issuer" in str(raised.value)
        assert "/elsewhere" not in played.asked
        played.mood = ""
        assert ANNS == await issuer.of_bearer(played.token())


async def test_whoever_calls_itself_otherwise_is_another_issuer(played: Played) -> None:
    """OpenID Connect Discovery 1.0, section 4.3."""
    played.named = "https://other.example"
    async with opened(played.settings()) as issuer:
        with pytest.raises(IssuerUnavailable, match="calls itself by another name"):
            await issuer.of_bearer(played.token())


@pytest.mark.parametrize(
    ("claims", "claim", "role", "may"),
    [
        ({"roles": ["auditors"]}, "roles", Role.VIEWER, ()),
        ({"roles": "auditors"}, "roles", Role.VIEWER, ()),
        ({"roles": ["auditors", "kyc-leads", "kyc-analysts"]}, "roles", Role.ADMIN, ("credas.*", "*.*")),
        ({"roles": None, "realm_access": {"roles": ["kyc-leads"]}}, "realm_access.roles", Role.ADMIN, ("*.*",)),
        ({"https://kyc.example/groups": ["auditors"]}, "https://kyc.example/groups", Role.VIEWER, ()),
    ],
)
async def test_a_claim_gives_the_highest_role_and_the_rights_of_all(
    played: Played, claims: dict[str, Any], claim: str, role: Role, may: tuple[str, ...]
) -> None:
    async with opened(played.settings(roles_claim=claim)) as issuer:
        found = await issuer.of_bearer(played.token(**claims))
    assert (role, may) == (found.role, found.may)


@pytest.mark.parametrize("roles", [None, [], "staff", ["staff"], {"kyc-leads": True}, 7, [["kyc-leads"]]])
async def test_who_has_no_role_is_known_and_may_nothing(played: Played, issuer: Issuer, roles: object) -> None:
    """The message says where one is given."""
    with pytest.raises(NotAllowed, match=r"\[\[oidc\.role\]\]"):
        await issuer.of_bearer(played.token(roles=roles))


@pytest.mark.parametrize("url", ["http://login.example", "https://login.example?x=1", "login.example", "ftp://x", ""])
def test_an_issuer_is_asked_over_tls_alone(url: str) -> None:
    """But for one on this machine."""
    with pytest.raises(ValueError, match="issuer: write it as"):
        OidcSettings(issuer=url, client_id="x", role=ROLES)


async def test_a_secret_that_cannot_be_read_stops_the_start(played: Played) -> None:
    with pytest.raises(SettingsInvalid, match=r"oidc\.client_secret: the environment variable NO"):
        async with issuer_of(played.settings(client_secret="env:NO")):
            pass
