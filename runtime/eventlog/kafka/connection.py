"""How the brokers are reached: from the log's URL and the settings to what each of aiokafka's clients is given."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import Any

from aiokafka.abc import AbstractTokenProvider

from runtime.errors import LogRefused
from runtime.eventlog.kafka.tokens import TokenProvider
from runtime.secrets import secret_of
from runtime.settings import KafkaSettings

_SCHEME = "kafka://"
_DEFAULT_PORT = 9092
_LAST_PORT = 65535
_PREFIX = re.compile(r"[A-Za-z0-9._-]{0,60}")
_BROKER = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a cluster is and who we are to it. ``name`` is for messages; ``options`` holds secrets and is never shown.

    ``prefix`` stands before the name of every topic, group and transaction: logs that share a cluster stay apart.
    """

    name: str
    prefix: str
    options: dict[str, Any] = field(repr=False)

    def full(self, name: str) -> str:
        """The cluster's own name of our topic or group."""
        return self.prefix + name

    def ours(self, full: str) -> str:
        return full.removeprefix(self.prefix)


def connection(url: str, settings: KafkaSettings) -> Connection:
    """The cluster at ``kafka://host:port,host:port``, or the part of it that ``.../prefix`` names.

    Raises ``LogRefused`` or ``SettingsInvalid``.
    """
    brokers, _, path = url.removeprefix(_SCHEME).partition("/")
    if not url.startswith(_SCHEME) or not _PREFIX.fullmatch(path):
        raise _no_url(url)
    servers = [_broker(part.strip(), url) for part in brokers.split(",")]
    options: dict[str, Any] = {"bootstrap_servers": servers, "security_protocol": _protocol(settings)}
    if settings.tls:
        options["ssl_context"] = tls_context(settings)
    if settings.sasl is not None:
        options |= _credentials(settings)
    prefix = path and path + "."
    return Connection(_SCHEME + ",".join(servers) + (path and "/" + path), prefix, options)


def _no_url(url: str) -> LogRefused:
    shown = "with a user in it" if "@" in url else repr(url)
    return LogRefused(f"log url {shown}: not Kafka's; write kafka://host:9092,host:9092 or kafka://host:9092/prefix")


def _broker(text: str, url: str) -> str:
    """``host:port``; an IPv6 address stands in brackets. Raises ``LogRefused``, which shows no password."""
    found = _BROKER.fullmatch(text)
    port = int(found["port"] or _DEFAULT_PORT) if found else 0
    if not found or not 0 < port <= _LAST_PORT:
        raise _no_url(url)
    return f"{found['host']}:{port}"


def _protocol(settings: KafkaSettings) -> str:
    return ("SASL_" if settings.sasl else "") + ("SSL" if settings.tls else "PLAINTEXT")


def tls_context(settings: KafkaSettings) -> ssl.SSLContext:
    """Trusts ``ca_file``, else the system's authorities, and shows the client's certificate where there is one."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise LogRefused(
            f"kafka.ca_file, cert_file, key_file: cannot be used ({type(error).__name__}: {error}); give PEM files"
        ) from error
    return context


def _credentials(settings: KafkaSettings) -> dict[str, Any]:
    password = secret_of("kafka.password", settings.password or "").value.decode()
    if settings.sasl != "OAUTHBEARER":
        return {
            "sasl_mechanism": settings.sasl,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": password,
        }
    assert settings.token_url is not None  # noqa: S101 - the settings' promise, for the type checker
    assert settings.username is not None  # noqa: S101 - the same
    provider: AbstractTokenProvider = TokenProvider(
        settings.token_url, settings.username, password, settings.token_scope
    )
    return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": provider}
