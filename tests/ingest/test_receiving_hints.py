"""Handshakes, options and headers with secrets, through a real receiver."""

from __future__ import annotations

import hmac

from tests.ingest.conftest import KEY, OpenDoor

HANDSHAKE = {"Solaris-Webhook-Event-Type": "WEBHOOK-SUBSCRIPTION"}
BODY = b'{"id":"i-1cidt","status":"successful"}'


def signed(key: str) -> dict[str, str]:
    signature = hmac.digest(key.encode(), BODY, "sha256").hex()
    return {"Solaris-Webhook-Event-Type": "IDENTIFICATION", "Solaris-Webhook-Signature": f"sha256={signature}"}


async def test_a_handshake_is_answered_before_there_is_any_secret_and_never_stored(open_door: OpenDoor) -> None:
    """Solaris asks while the subscription is being made. Anything else is not authenticated: there is no key yet."""
    door = await open_door(secrets=(), vendor="solaris", awaiting_secrets=True)
    statuses = []
    for body, headers in ((b"", HANDSHAKE), (b" \n", HANDSHAKE), (b"{}", HANDSHAKE), (BODY, signed("")), (b"", {})):
        async with door.client.post(f"{door.url}/callbacks/solaris", data=body, headers=headers) as answer:
            statuses.append(answer.status)
    assert ([200, 200, 401, 401, 401], []) == (statuses, await door.records("solaris"))


async def test_a_signed_callback_is_stored_with_what_it_is_about(open_door: OpenDoor) -> None:
    """Its signature is not: with the body it would let anybody send it again about somebody else."""
    door = await open_door(vendor="solaris")
    async with door.client.post(f"{door.url}/callbacks/solaris", data=BODY, headers=signed(KEY)) as answer:
        assert 200 == answer.status
    (stored,) = await door.stored("solaris")
    assert ("i-1cidt", "hmac-sha256 secrets[0]") == (stored.verification_id, stored.checked_by)
    assert stored.http_header("solaris-webhook-signature") is None


async def test_the_header_that_proves_a_hint_is_checked_whole_and_never_stored(open_door: OpenDoor) -> None:
    """Whatever it is called; the options that say how to read travel on the record."""
    options = {"auth_header": "X-Idverse-Key", "product": "idkit", "flagged": "rejected"}
    door = await open_door(secrets=("Bearer canary-value",), vendor="idverse", options=options)
    statuses = []
    for value in ("Bearer canary-value", "Bearer canary", "canary-value"):
        url, form = f"{door.url}/callbacks/idverse", {"status": "COMPLETED", "transaction_id": "01HH3KA3"}
        async with door.client.post(url, data=form, headers={"X-Idverse-Key": value}) as answer:
            statuses.append(answer.status)
    (stored,) = await door.stored("idverse")
    assert ([200, 401, 401], "01HH3KA3") == (statuses, stored.verification_id)
    assert (("flagged", "rejected"), ("product", "idkit")) == stored.options
    assert "canary" not in repr(await door.records("idverse"))


async def test_an_unsigned_hint_is_taken_where_the_settings_say_so_aloud(open_door: OpenDoor) -> None:
    """Its id may stand in the query."""
    door = await open_door(secrets=(), vendor="idverse")
    async with door.client.post(f"{door.url}/callbacks/idverse?status=COMPLETED&transaction_id=01HH3KA3") as answer:
        assert 200 == answer.status
    (stored,) = await door.stored("idverse")
    assert ("01HH3KA3", "unsigned") == (stored.verification_id, stored.checked_by)
