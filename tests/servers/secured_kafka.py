"""A broker that asks who is there: TLS, every SASL mechanism that we speak, clients' certificates, and ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from tests.servers.local_kafka import More, local_broker
from tests.servers.ports import HOST, free_ports

_MODULES = "org.apache.kafka.common.security"
_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_MAPPING = "RULE:^CN=([^,]+).*$/$1/,DEFAULT"

USER = "hookline"
"""May do everything."""
OUTSIDER = "outsider"
"""Is let in, and may do nothing."""
PASSWORDS: Mapping[str, str] = {USER: "the-password", OUTSIDER: "another-password"}


@dataclass(frozen=True, slots=True)
class SecuredKafka:
    """``sasl_url`` asks for a password or a token, ``certificate_url`` for a client's certificate; both speak TLS.

    ``certificate_file`` and ``key_file`` are ``USER``'s, signed by the authority of ``ca_file``.
    """

    sasl_url: str
    certificate_url: str
    ca_file: Path
    certificate_file: Path
    key_file: Path


@contextmanager
def secured_kafka(folder: Path) -> Iterator[SecuredKafka]:
    """A started broker with its files in ``folder``; gone afterwards. Skips the test where none can be run."""
    sasl, certificate = free_ports(2)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "broker.pem").write_bytes(_keystore(authority.issue_cert(HOST)))
    client = authority.issue_cert(f"{USER}.test", common_name=USER)
    client.private_key_pem.write_to_path(folder / "client-key.pem")
    client.cert_chain_pems[0].write_to_path(folder / "client.pem")
    more = More(
        properties={**_tls(folder), **_sasl(), **_authorizer()},
        listeners={"SASL_SSL": sasl, "SSL": certificate},
        format_options=[option for user in PASSWORDS for kind in _SCRAM for option in _scram_user(kind, user)],
    )
    with local_broker(folder, more=more):
        yield SecuredKafka(
            sasl_url=f"kafka://{HOST}:{sasl}",
            certificate_url=f"kafka://{HOST}:{certificate}",
            ca_file=folder / "ca.pem",
            certificate_file=folder / "client.pem",
            key_file=folder / "client-key.pem",
        )


def _keystore(certificate: trustme.LeafCert) -> bytes:
    """Java reads a private key in PKCS #8 only, which trustme does not write."""
    key = load_pem_private_key(certificate.private_key_pem.bytes(), None)
    chain = [each.bytes() for each in certificate.cert_chain_pems]
    return b"".join([key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), *chain])


def _tls(folder: Path) -> dict[str, str]:
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
        "ssl.principal.mapping.rules": _MAPPING,
        "listener.name.ssl.ssl.client.auth": "required",
    }


def _sasl() -> dict[str, str]:
    """Passwords of PLAIN are in the settings, those of SCRAM in the cluster's metadata; a token needs no signature."""
    users = " ".join(f'user_{user}="{password}"' for user, password in PASSWORDS.items())
    scram = {_login(kind): f"{_MODULES}.scram.ScramLoginModule required;" for kind in _SCRAM}
    return {
        "sasl.enabled.mechanisms": ",".join(["PLAIN", *_SCRAM, "OAUTHBEARER"]),
        _login("PLAIN"): f"{_MODULES}.plain.PlainLoginModule required {users};",
        _login("OAUTHBEARER"): f"{_MODULES}.oauthbearer.OAuthBearerLoginModule required"
        ' unsecuredLoginStringClaim_sub="broker";',
        **scram,
    }


def _login(mechanism: str) -> str:
    return f"listener.name.sasl_ssl.{mechanism.lower()}.sasl.jaas.config"


def _scram_user(kind: str, user: str) -> list[str]:
    return ["--add-scram", f"{kind}=[name={user},password={PASSWORDS[user]}]"]


def _authorizer() -> dict[str, str]:
    """ANONYMOUS is the broker itself, on the listeners that nobody else is told of."""
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{USER}",
    }
