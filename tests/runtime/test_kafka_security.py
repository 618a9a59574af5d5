"""Connections as the settings describe them, to a broker that asks who is there."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import time
from uuid import uuid4

import pytest
import trustme
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestServer
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError

from runtime.eventlog.kafka.connection import Connection, connection
from runtime.settings import KafkaSettings
from tests.servers.secured_kafka import OUTSIDER, PASSWORDS, USER, SecuredKafka, secured_kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("secured-kafka")) as secured:
        yield secured


def unsigned_token(user: str) -> str:
    """A JWT without a signature, which is what this broker takes."""
    claims = {"sub": user, "iat": time(), "exp": time() + 300}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, claims)]
    return b".".join([*parts, b""]).decode()


async def give_token(request: web.Request) -> web.Response:
    if request.headers["Authorization"] != encode_basic_auth("client", "secret"):
        raise web.HTTPUnauthorized
    return web.json_response({"access_token": unsigned_token(USER), "expires_in": 300})


@pytest.fixture
async def token_url() -> AsyncIterator[str]:
    """Where the client ``client`` with the password ``secret`` gets tokens that are ``USER``'s."""
    app = web.Application()
    app.router.add_post("/token", give_token)
    async with TestServer(app) as server:
        yield str(server.make_url("/token"))


async def topics(to: Connection) -> list[str]:
    admin = AIOKafkaAdminClient(**to.options, request_timeout_ms=5000)
    try:
        await admin.start()
        return list(await admin.list_topics())
    finally:
        await admin.close()


async def create_topic(to: Connection) -> str:
    admin = AIOKafkaAdminClient(**to.options)
    await admin.start()
    name = f"test-{uuid4().hex}"
    await admin.create_topics([NewTopic(name, 1, 1)])
    await admin.close()
    return name


async def produced_offset(to: Connection, topic: str) -> int:
    async with AIOKafkaProducer(**to.options, acks="all", request_timeout_ms=5000) as producer:
        metadata = await producer.send_and_wait(topic, b"value")
    return int(metadata.offset)


def by_password(broker: SecuredKafka, mechanism: str, user: str = USER, password: str | None = None) -> Connection:
    password = PASSWORDS[user] if password is None else password
    settings = {"tls": True, "ca_file": broker.ca_file, "sasl": mechanism, "username": user, "password": password}
    return connection(broker.sasl_url, KafkaSettings.model_validate(settings))


def by_token(broker: SecuredKafka, token_url: str, password: str) -> Connection:
    settings = {"tls": True, "ca_file": broker.ca_file, "sasl": "OAUTHBEARER", "token_url": token_url}
    user = {"username": "client", "password": password}
    return connection(broker.sasl_url, KafkaSettings.model_validate(settings | user))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_user_with_the_password_creates_a_topic_and_writes_to_it(broker: SecuredKafka, mechanism: str) -> None:
    """The settings' sasl, username, password and ca_file are all that it takes."""
    to = by_password(broker, mechanism)
    topic = await create_topic(to)
    assert 0 == await produced_offset(to, topic)
    assert topic in await topics(to)


async def test_a_user_with_a_token_creates_a_topic_and_writes_to_it(broker: SecuredKafka, token_url: str) -> None:
    """The token comes from token_url and says who the user is."""
    to = by_token(broker, token_url, "secret")
    topic = await create_topic(to)
    assert 0 == await produced_offset(to, topic)


async def test_a_client_that_is_given_no_token_makes_no_connection(broker: SecuredKafka, token_url: str) -> None:
    """The token server refuses it, which to aiokafka is a failed connection like any other."""
    with pytest.raises(KafkaConnectionError):
        await topics(by_token(broker, token_url, "wrong"))


async def test_a_user_with_a_certificate_creates_a_topic_and_writes_to_it(broker: SecuredKafka) -> None:
    """Mutual TLS: the broker knows the user by the certificate's common name."""
    settings = KafkaSettings(
        tls=True, ca_file=broker.ca_file, cert_file=broker.certificate_file, key_file=broker.key_file
    )
    to = connection(broker.certificate_url, settings)
    topic = await create_topic(to)
    assert 0 == await produced_offset(to, topic)


async def test_a_client_without_a_certificate_is_refused_where_one_is_asked_for(broker: SecuredKafka) -> None:
    """Trusting the broker is not enough."""
    to = connection(broker.certificate_url, KafkaSettings(tls=True, ca_file=broker.ca_file))
    with pytest.raises(KafkaConnectionError):
        await topics(to)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_wrong_password_is_refused(broker: SecuredKafka, mechanism: str) -> None:
    """By each mechanism; the right one is let in by the test above."""
    with pytest.raises(KafkaConnectionError):
        await topics(by_password(broker, mechanism, password="wrong"))


async def test_a_broker_with_an_untrusted_certificate_is_refused(broker: SecuredKafka, tmp_path: Path) -> None:
    """Another authority than the broker's, or the system's own ones, make no connection."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    for ca_file in (other, None):
        settings = KafkaSettings(tls=True, ca_file=ca_file, sasl="PLAIN", username=USER, password=PASSWORDS[USER])
        with pytest.raises(KafkaConnectionError):
            await topics(connection(broker.sasl_url, settings))


async def test_a_client_that_speaks_no_tls_is_refused(broker: SecuredKafka) -> None:
    """Its password would cross the network in clear; the broker has no listener for that."""
    settings = KafkaSettings(sasl="PLAIN", username=USER, password=PASSWORDS[USER])
    with pytest.raises(KafkaConnectionError):
        await topics(connection(broker.sasl_url, settings))


async def test_a_user_without_rights_is_let_in_and_may_not_write(broker: SecuredKafka) -> None:
    """Who one is and what one may do are two answers: the topic is not even listed."""
    topic = await create_topic(by_password(broker, "PLAIN"))
    outsider = by_password(broker, "PLAIN", OUTSIDER)
    assert topic not in await topics(outsider)
    with pytest.raises(TopicAuthorizationFailedError):
        await produced_offset(outsider, topic)
