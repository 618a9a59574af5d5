"""How the brokers are reached: from the log's URL and the settings to what each of aiokafka's clients is given."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a cluster is and who we are to it. ``options`` holds secrets; it is shown nowhere."""

    name: str
    options: dict[str, Any] = field(repr=False)

    @property
    def brokers(self) -> str:
        return self.name.removeprefix(_SCHEME)


def connection(url: str, settings: KafkaSettings) -> Connection:
    """The cluster at ``kafka://host:port,host:port``. Raises ``LogRefused`` or ``SettingsInvalid``."""
    brokers = _brokers(url)
    options: dict[str, Any] = {"bootstrap_servers": brokers, "security_protocol": _protocol(settings)}
    if settings.tls:
        options["ssl_context"] = tls_context(settings)
    if settings.sasl is not None:
        options |= _credentials(settings)
    return Connection(_SCHEME + ",".join(brokers), options)


def _brokers(url: str) -> list[str]:
    brokers = [_broker(part.strip(), url) for part in url.removeprefix(_SCHEME).rstrip("/").split(",")]
    if not url.startswith(_SCHEME):
        raise LogRefused(f"log url {url!r}: not Kafka's; write kafka://host:9092,host:9092")
    return brokers


def _broker(text: str, url: str) -> str:
    host, separator, port = text.rpartition(":")
    if not separator:
        host, port = text, str(_DEFAULT_PORT)
    if not host or not port.isdigit() or set(host) & set("/@? "):
        raise LogRefused(f"log url {url!r}: {text!r} is no broker; write kafka://host:9092,host:9092")
    return f"{host}:{port}"


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
