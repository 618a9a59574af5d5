"""Tokens for SASL OAUTHBEARER, by the OAuth 2.0 client credentials grant (RFC 6749, section 4.4)."""

from __future__ import annotations

from time import monotonic

import aiohttp
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError

_DEADLINE = aiohttp.ClientTimeout(total=10)
_EARLY = 30.0
_DEFAULT_LIFETIME = 300.0


class TokenProvider(AbstractTokenProvider):  # type: ignore[misc]
    """Gives a token that is still good for a while; asks for a new one when the old one is about to end."""

    def __init__(self, url: str, client_id: str, client_secret: str, scope: str | None) -> None:
        self._url = url
        self._auth = {"Authorization": aiohttp.encode_basic_auth(client_id, client_secret)}
        self._form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        self._token = ""
        self._good_until = 0.0

    async def token(self) -> str:
        """Raises ``KafkaConnectionError``: aiokafka tries again after it, and its tasks would end by any other error.

        What went wrong is named without the request and the answer: both hold secrets.
        """
        if monotonic() >= self._good_until:
            try:
                await self._renew()
            except aiohttp.ClientResponseError as error:
                raise _no_token(f"it answered {error.status}") from None
            except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as error:
                raise _no_token(type(error).__name__) from None
        return self._token

    async def _renew(self) -> None:
        asked_at = monotonic()
        async with (
            aiohttp.ClientSession(timeout=_DEADLINE) as session,
            session.post(self._url, data=self._form, headers=self._auth, raise_for_status=True) as answer,
        ):
            content = await answer.json(content_type=None)
        token = content["access_token"]
        if not isinstance(token, str):
            raise TypeError("an access token is a text")
        self._token = token
        self._good_until = asked_at + float(content.get("expires_in", _DEFAULT_LIFETIME)) - _EARLY


def _no_token(why: str) -> KafkaConnectionError:
    return KafkaConnectionError(f"kafka.token_url gave no token ({why}); see that server, kafka.username and password")
