"""What the registry's answers mean, and how much of who we are is shown."""

from __future__ import annotations

import ssl

import pytest
import trustme
from aiohttp import encode_basic_auth

from schemas.registry import RegistryError, RegistryRefused, RegistryUnavailable
from schemas.registry.client import Registry, open_registry
from schemas.registry.transport import Access
from tests.schemas.registry.front import Front, front_of
from tests.schemas.registry.making import subject
from tests.servers.ports import free_ports
from tests.servers.registry import Registry as Server

PASSWORD = "a-password-that-nobody-may-see"


async def asked(access: Access) -> str | None:
    """The level of a subject that nobody knows: ``None`` where the registry answers as it should."""
    async with open_registry(access) as registry:
        return await registry.level(subject())


async def test_requests_carry_confluents_media_type(front: Front) -> None:
    """Registries other than Confluent's are looser; Confluent's documentation asks for this one."""
    async with open_registry(Access(front.url)) as registry:
        await registry.id_of(subject(), '"string"')
    assert {"application/vnd.schemaregistry.v1+json"} == front.media_types


async def test_username_and_password_open_a_registry_that_asks_for_them(front: Front) -> None:
    """They are sent as basic authentication, in UTF-8."""
    front.authorization = encode_basic_auth("hookline", "pässword")
    assert await asked(Access(front.url, "hookline", "pässword")) is None


@pytest.mark.parametrize("username", [None, "hookline"])
async def test_a_wrong_password_is_refused_and_not_shown(
    front: Front, caplog: pytest.LogCaptureFixture, username: str | None
) -> None:
    """The message names what to mend; it is no use to try again, so it was asked once."""
    front.authorization = encode_basic_auth("hookline", "the right one")
    access = Access(front.url, username, PASSWORD)
    with pytest.raises(RegistryRefused, match="401; its username or password is missing or wrong") as caught:
        await asked(access)
    assert 1 == len(front.asked)
    assert PASSWORD not in str(caught.value) + repr(access) + caplog.text


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (403, '{"error_code": 40301, "message": "no right\\nto do it"}', RegistryRefused, "403: no right to do it"),
        (404, "<html>not found</html>", RegistryRefused, "answers 404, but not as a registry does"),
        (404, '{"message": "no such page"}', RegistryRefused, "answers 404, but not as a registry does"),
        (200, "<html>log in</html>", RegistryRefused, "answers 200, but not as a registry does"),
        (200, '{"level": "FULL"}', RegistryRefused, "answers without 'compatibilityLevel'"),
        (200, '["FULL"]', RegistryRefused, "answers without 'compatibilityLevel'"),
        (307, "", RegistryRefused, "answers 307, but not as a registry does"),
        (422, '{"error_code": 42203, "message": "bad level"}', RegistryRefused, "422: bad level"),
        (429, "", RegistryUnavailable, "answers 429"),
        (500, '{"error_code": 50001, "message": "its store"}', RegistryUnavailable, "answers 500: its store"),
        (503, "<html>soon</html>", RegistryUnavailable, "answers 503"),
    ],
)
async def test_an_answer_that_is_none_is_an_error_that_says_what_to_do(
    front: Front, status: int, body: str, error: type[RegistryError], says: str
) -> None:
    """Whatever passes by itself is tried again some times, and nothing else is."""
    front.answers(status, body)
    with pytest.raises(error, match=says) as caught:
        await asked(Access(front.url))
    assert str(caught.value).startswith(f"registry {front.url}: ")
    assert (error is RegistryUnavailable) == (len(front.asked) > 1)


async def test_a_short_trouble_is_not_noticed(front: Front) -> None:
    """Two refusals, then the answer."""
    front.times = 2
    assert await asked(Access(front.url)) is None
    assert 3 == len(front.asked)


async def test_a_registry_that_does_not_answer_is_not_waited_for_for_ever(front: Front) -> None:
    """Each attempt has its deadline."""
    front.silent = True
    with pytest.raises(RegistryUnavailable, match=r"not reached \(.*Timeout"):
        await asked(Access(front.url, deadline=0.1))


async def test_a_registry_that_is_not_there_is_unavailable() -> None:
    """The message names the address."""
    (port,) = free_ports(1)
    with pytest.raises(RegistryUnavailable, match=rf"registry http://127.0.0.1:{port}: not reached"):
        await asked(Access(f"http://127.0.0.1:{port}/"))


async def test_a_registry_behind_tls_is_trusted_by_its_own_authority(registry: Server) -> None:
    """Whoever has not been given the authority refuses it, and does not wait for it to change."""
    authority, server, client = (
        trustme.CA(),
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    async with front_of(registry.url, server) as front:
        assert await asked(Access(front.url, tls=client)) is None
        with pytest.raises(RegistryRefused, match="its certificate is not trusted"):
            await asked(Access(front.url))


@pytest.mark.parametrize(
    "url", ["", "registry:8081", "ftp://registry", "http://", "http://registry?x=1", "http://[", "/a"]
)
async def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Before anything is sent."""
    with pytest.raises(RegistryRefused, match="not its API's address"):
        await asked(Access(url))


async def test_credentials_in_the_address_are_refused_and_not_shown() -> None:
    """An address is shown in messages; a password has a place of its own."""
    with pytest.raises(RegistryRefused, match="carries a user or password") as caught:
        await asked(Access(f"http://hookline:{PASSWORD}@registry:8081"))
    assert PASSWORD not in str(caught.value)


async def test_a_username_that_cannot_be_sent_is_refused() -> None:
    """RFC 7617, section 2: no colon in the user-id."""
    with pytest.raises(RegistryRefused, match="holds a colon"):
        await asked(Access("http://registry", "a:b", PASSWORD))


async def test_a_list_of_versions_that_is_none_is_refused(front: Front) -> None:
    """The one answer that is no object."""
    front.answers(200, '{"1": 2}')
    async with open_registry(Access(front.url)) as registry:
        with pytest.raises(RegistryRefused, match="answers without a list of versions"):
            await registry.held(subject())


async def test_an_invalid_schema_is_refused_in_the_registrys_words(client: Registry) -> None:
    """422, as the registry itself says it."""
    with pytest.raises(RegistryRefused, match="answers 422: "):
        await client.register(subject(), "no schema")
