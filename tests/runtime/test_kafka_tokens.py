"""Tokens for OAUTHBEARER, from a server that gives them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiokafka.errors import KafkaConnectionError

from runtime.eventlog.kafka.tokens import TokenProvider


@dataclass(slots=True)
class TokenServer:
    """Answers ``status`` and ``body``, where ``<n>`` stands for the request's number. Notes what was asked."""

    url: str = ""
    status: int = 200
    body: str = '{"access_token": "token-<n>", "expires_in": 300}'
    asked: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers["Authorization"], dict(await request.post())))
        return web.Response(status=self.status, text=self.body.replace("<n>", str(len(self.asked))))

    def provider(self, scope: str | None = None) -> TokenProvider:
        return TokenProvider(self.url, "client", "the-secret", scope)


@pytest.fixture
async def server() -> AsyncIterator[TokenServer]:
    tokens = TokenServer()
    app = web.Application()
    app.router.add_post("/token", tokens.answer)
    async with TestServer(app) as running:
        tokens.url = str(running.make_url("/token"))
        yield tokens


async def test_a_token_is_asked_for_by_the_client_credentials_grant(server: TokenServer) -> None:
    """RFC 6749, section 4.4.2: the grant and the scope in a form, the client in the Authorization header."""
    assert "token-1" == await server.provider("kafka").token()
    client = "Basic " + b64encode(b"client:the-secret").decode()
    assert [(client, {"grant_type": "client_credentials", "scope": "kafka"})] == server.asked


async def test_no_scope_is_asked_for_where_none_is_set(server: TokenServer) -> None:
    """The server then gives the client's own."""
    await server.provider().token()
    assert {"grant_type": "client_credentials"} == server.asked[0][1]


@pytest.mark.parametrize("body", ['{"access_token": "token-<n>", "expires_in": 300}', '{"access_token": "token-<n>"}'])
async def test_a_token_is_kept_while_it_is_good(server: TokenServer, body: str) -> None:
    """One that does not say how long it lasts is taken to last for some minutes."""
    server.body = body
    provider = server.provider()
    assert ["token-1", "token-1"] == [await provider.token(), await provider.token()]


async def test_a_token_that_is_about_to_end_is_renewed(server: TokenServer) -> None:
    """30 s before its end it would be refused at a slow broker."""
    server.body = '{"access_token": "token-<n>", "expires_in": 30}'
    provider = server.provider()
    assert ["token-1", "token-2"] == [await provider.token(), await provider.token()]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (401, '{"error": "invalid_client"}', "it answered 401"),
        (503, "", "it answered 503"),
        (200, "", "TypeError"),
        (200, "<html>", "JSONDecodeError"),
        (200, "{}", "KeyError"),
        (200, '{"access_token": null}', "TypeError"),
        (200, '{"access_token": "token-1", "expires_in": "soon"}', "ValueError"),
    ],
)
async def test_an_answer_without_a_token_is_a_failed_connection(
    server: TokenServer, status: int, body: str, why: str
) -> None:
    """A failed connection is tried again later; the message tells what was wrong and no secret."""
    server.status, server.body = status, body
    with pytest.raises(KafkaConnectionError) as failed:
        await server.provider().token()
    assert f"kafka.token_url gave no token ({why})" in str(failed.value)
    assert "the-secret" not in str(failed.value)


async def test_a_server_that_is_away_is_a_failed_connection_until_it_is_back(server: TokenServer) -> None:
    """Nothing of the failure is kept."""
    server.status = 503
    provider = server.provider()
    with pytest.raises(KafkaConnectionError):
        await provider.token()
    server.status = 200
    assert "token-2" == await provider.token()


async def test_an_address_where_nobody_answers_is_a_failed_connection() -> None:
    """Port 9 is nobody's."""
    with pytest.raises(KafkaConnectionError, match=r"kafka\.token_url gave no token"):
        await TokenProvider("http://127.0.0.1:9/token", "client", "the-secret", None).token()
