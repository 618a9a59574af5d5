from __future__ import annotations

import asyncio
import gzip
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.door import Delivery
from ingest.vendors.idenfy import authenticate, verification_id
from runtime.errors import SettingsInvalid
from runtime.secrets import Secret
from tests.ingest.conftest import KEY, Door, OpenDoor
from tests.waiting import until

BODY = b'{"scanRef":"scan-1","final":true,"status":{"overall":"APPROVED"}}'
VECTORS = json.loads((Path(__file__).parent / "vectors" / "idenfy-signatures.json").read_text())


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    return {"Idenfy-Signature": hmac.digest(key.encode(), body, "sha256").hex(), "Content-Type": "application/json"}


async def post(door: Door, body: Any = BODY, path: str = "/callbacks/idenfy", **headers: str) -> int:  # noqa: ANN401
    async with door.client.post(door.url + path, data=body, headers=signed(BODY) | headers) as answer:
        await answer.read()
        return answer.status


async def raw(door: Door, request: bytes, *, end: bool = False) -> bytes:
    """Whatever the receiver answers to these bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(request)
    if end:
        writer.write_eof()
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_callback_answered_with_200_is_on_the_log(open_door: OpenDoor) -> None:
    """Its bytes are those that came, and it names the key that it was signed with."""
    door = await open_door()
    assert await post(door) == 200
    [stored] = await door.stored()
    assert (stored.body, stored.verification_id, stored.checked_by) == (BODY, "scan-1", "hmac-sha256 secrets[0]")


async def test_bytes_and_ordered_headers_are_kept_as_they_came(open_door: OpenDoor) -> None:
    """White space, escapes, repeats of a header and their order survive; the query too."""
    door = await open_door()
    body = b' { "scanRef" : "a\\u0161" ,\n "x": 1.0 } '
    head = [("Host", "h"), ("X-Twice", "1"), ("Idenfy-Signature", signed(body)["Idenfy-Signature"]), ("X-Twice", "2")]
    lines = "".join(f"{name}: {value}\r\n" for name, value in [*head, ("Content-Length", str(len(body)))])
    request = f"POST /callbacks/idenfy?a=1&b=%20 HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode() + body
    assert (await raw(door, request)).startswith(b"HTTP/1.1 200")
    [stored] = await door.stored()
    assert (body, "a=1&b=%20") == (stored.body, stored.query)
    assert [*head, ("Content-Length", str(len(body))), ("Connection", "close")] == list(stored.http_headers)


async def test_bytes_that_are_no_text_are_kept_in_headers(open_door: OpenDoor) -> None:
    """A header that is not UTF-8 is no reason to refuse a signed callback; it is kept as Latin-1, byte for byte."""
    door = await open_door()
    signature = signed(BODY)["Idenfy-Signature"].encode()
    head = b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nX-Bytes: \xff\xc5\xa0\r\nIdenfy-Signature: " + signature
    request = head + b"\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
    assert (await raw(door, request)).startswith(b"HTTP/1.1 200")
    [stored] = await door.stored()
    assert stored.http_header("x-bytes") == b"\xff\xc5\xa0".decode("latin-1")


async def test_a_client_that_waits_for_continue_is_told_to(open_door: OpenDoor) -> None:
    """Only when the callback may come at all."""
    door = await open_door()
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY).items())
    head = f"HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(f"POST /callbacks/idenfy {head}".encode())
    async with asyncio.timeout(10):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(BODY)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()
    assert (await raw(door, f"POST /callbacks/nobody {head}".encode())).startswith(b"HTTP/1.1 404")


async def test_secrets_in_headers_are_not_stored(open_door: OpenDoor) -> None:
    """What opens a door elsewhere does not lie on the log."""
    door = await open_door()
    assert await post(door, Authorization="Bearer CANARY", Cookie="CANARY") == 200
    [record] = await door.records()
    assert "CANARY" not in repr(record)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
async def test_every_published_signature_vector_is_answered_right(open_door: OpenDoor, vector: dict[str, Any]) -> None:
    """Good ones are stored and answered with 200, bad ones get 401 and leave nothing."""
    door = await open_door(secrets=(vector["secret"],))
    headers = {"Idenfy-Signature": vector["header"]}
    async with door.client.post(
        f"{door.url}/callbacks/idenfy", data=vector["raw_body"].encode(), headers=headers
    ) as it:
        assert (200 if vector["valid"] else 401) == it.status
    assert [vector["raw_body"].encode()] * vector["valid"] == [stored.body for stored in await door.stored()]


async def test_any_live_key_may_sign(open_door: OpenDoor) -> None:
    """A key is changed without a gap, and the log says which one it was."""
    door = await open_door(secrets=("old", "new"))
    assert await post(door, **signed(BODY, "new")) == 200
    assert await post(door, **signed(BODY, "old")) == 200
    assert await post(door, **signed(BODY, "other")) == 401
    assert ["hmac-sha256 secrets[1]", "hmac-sha256 secrets[0]"] == [each.checked_by for each in await door.stored()]


async def test_an_unsigned_source_takes_anything_and_says_so(open_door: OpenDoor) -> None:
    """Only where the settings say it aloud."""
    door = await open_door(secrets=())
    assert await post(door, b"whatever", **{"Idenfy-Signature": ""}) == 200
    assert ["unsigned"] == [each.checked_by for each in await door.stored()]


async def test_the_callbacks_of_a_test_account_are_marked(open_door: OpenDoor) -> None:
    """Nobody may act on them by accident."""
    door = await open_door(environment="test")
    assert await post(door) == 200
    assert [True] == [each.test for each in await door.stored()]


async def test_what_is_signed_is_stored_whatever_it_is(open_door: OpenDoor) -> None:
    """The receiver does not interpret: not JSON, no id, 10,000 levels deep, bad UTF-8 are all for the normalizer."""
    door = await open_door()
    bodies = [b"", b"not json", b"[" * 10_000, b"\xff\xfe", b'{"a":NaN}', b'{"scanRef":5}', b"[]", b'{"data":[]}']
    assert [200] * len(bodies) == [await post(door, body, **signed(body)) for body in bodies]
    stored = await door.stored()
    assert bodies == [each.body for each in stored]
    assert [each.id for each in stored] == [each.verification_id for each in stored]


@pytest.mark.parametrize(
    ("path", "method", "headers", "expected"),
    [
        ("/callbacks/nobody", "POST", {}, 404),
        ("/callbacks/", "POST", {}, 404),
        ("/", "POST", {}, 404),
        ("/callbacks/idenfy/more", "POST", {}, 404),
        ("/callbacks/idenfy", "GET", {}, 405),
        ("/callbacks/idenfy", "PUT", {}, 405),
        ("/callbacks/idenfy", "POST", {"Content-Encoding": "gzip"}, 415),
        ("/callbacks/idenfy", "POST", {"Idenfy-Signature": "00"}, 401),
        ("/callbacks/idenfy", "POST", {"Idenfy-Signature": "ä" * 64}, 401),
    ],
)
async def test_refusals_say_why_and_store_nothing(
    open_door: OpenDoor, path: str, method: str, headers: dict[str, str], expected: int
) -> None:
    """Each row of the table of answers that needs no more than one request."""
    door = await open_door()
    all_headers = signed(BODY) | headers
    async with door.client.request(method, door.url + path, data=BODY, headers=all_headers) as answer:
        assert (expected, True) == (answer.status, bool(await answer.text()))
        assert answer.headers.get("Allow") == ("POST" if expected == 405 else None)
    assert await door.records() == []


@pytest.mark.parametrize("target", ["/callbacks/idenfy", "http://h/callbacks/idenfy?a=1", "/callbacks/%69denfy"])
async def test_a_target_is_found_however_it_is_spelt(open_door: OpenDoor, target: str) -> None:
    """A proxy may send the whole URL, or escapes; RFC 9112, section 3.2.2, wants the first to be taken."""
    door = await open_door()
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY).items())
    head = f"POST {target} HTTP/1.1\r\nHost: h\r\n{lines}Connection: close\r\nContent-Length: {len(BODY)}\r\n\r\n"
    assert (await raw(door, head.encode() + BODY)).startswith(b"HTTP/1.1 200")


async def test_two_signatures_are_none(open_door: OpenDoor) -> None:
    """A proxy that adds one must not be able to choose."""
    door = await open_door()
    good = signed(BODY)["Idenfy-Signature"]
    head = f"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n"
    request = (head + f"Idenfy-Signature: {good}\r\n" * 2 + "\r\n").encode() + BODY
    assert (await raw(door, request)).startswith(b"HTTP/1.1 401")


async def test_a_gzipped_bomb_is_not_unpacked(open_door: OpenDoor) -> None:
    """It is refused by its header, before its body."""
    door = await open_door()
    bomb = gzip.compress(b"0" * 50_000_000)
    assert await post(door, bomb, **{"Content-Encoding": "gzip"}) == 415


async def test_a_body_that_announces_too_much_is_refused_at_once(open_door: OpenDoor) -> None:
    """No byte of it needs to be sent."""
    door = await open_door(max_body_bytes=1024)
    request = b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nContent-Length: 1025\r\n\r\n"
    assert (await raw(door, request)).startswith(b"HTTP/1.1 413")


async def test_a_body_without_a_length_is_cut_off_at_the_limit(open_door: OpenDoor) -> None:
    """A chunked body cannot hide its size."""
    door = await open_door(max_body_bytes=1024)
    head = b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await raw(door, head + b"400\r\n" + b"x" * 1024 + b"\r\n1\r\nx\r\n")).startswith(b"HTTP/1.1 413")


async def test_a_body_of_just_the_limit_is_taken(open_door: OpenDoor) -> None:
    """The limit itself is allowed."""
    door = await open_door(max_body_bytes=1024)
    body = b"x" * 1024
    assert await post(door, body, **signed(body)) == 200


async def test_a_body_that_never_ends_is_timed_out(open_door: OpenDoor) -> None:
    """A length that promises more than comes costs a connection for so long and no longer."""
    door = await open_door(body_timeout=0.2)
    head = b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n"
    assert (await raw(door, head + b"only this")).startswith(b"HTTP/1.1 408")
    assert await door.records() == []


async def test_headers_that_never_end_are_timed_out(open_door: OpenDoor) -> None:
    """A connection that sends no complete request is closed."""
    door = await open_door(keepalive_timeout=0.2)
    assert await raw(door, b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nX-Slow") == b""


async def test_a_client_that_goes_away_leaves_nothing(open_door: OpenDoor) -> None:
    """Half a body is no callback."""
    door = await open_door()
    head = b"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n"
    await raw(door, head + b"half", end=True)
    await until(lambda: door.receiver.in_flight == 0)
    assert await door.records() == []


async def test_a_source_over_its_limit_is_told_to_wait(open_door: OpenDoor) -> None:
    """Within the limit nothing is refused; beyond it 429 and when to come again."""
    door = await open_door(max_per_second=2)
    assert [200, 200, 429] == [await post(door), await post(door), await post(door)]
    assert len(await door.records()) == 2


async def test_more_callbacks_at_once_than_the_limit_are_asked_to_come_again(open_door: OpenDoor) -> None:
    """What is held in memory is bounded; the one in hand is not disturbed."""
    door = await open_door(max_in_flight=1)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed(BODY).items())
    writer.write(f"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n".encode())
    await until(lambda: door.receiver.in_flight == 1)
    assert await post(door) == 503
    writer.write(BODY)
    async with asyncio.timeout(10):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()
    assert await post(door) == 200


async def test_when_the_log_is_unusable_the_vendor_is_asked_to_send_again(open_door: OpenDoor) -> None:
    """503 with Retry-After; never a 4xx for a fault of ours."""
    door = await open_door()
    await door.log.close()
    async with door.client.post(f"{door.url}/callbacks/idenfy", data=BODY, headers=signed(BODY)) as answer:
        assert (503, "2") == (answer.status, answer.headers["Retry-After"])


async def test_a_fault_of_the_program_is_no_fault_of_the_vendor(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception that nobody foresaw is 503 too, and the log line holds nothing of the body."""
    door = await open_door()

    async def broken(*_: object) -> None:
        raise ValueError("CANARY from a body")

    monkeypatch.setattr(door.log, "append", broken)
    from runtime.observability import configure_logging
    from runtime.settings import ObservabilitySettings

    configure_logging(ObservabilitySettings(log_format="json"))
    assert await post(door) == 503
    lines = capsys.readouterr().err
    assert ("receiving failed" in lines, "CANARY" in lines) == (True, False)


async def test_stopping_answers_what_is_in_hand(open_door: OpenDoor) -> None:
    """A callback whose body is still arriving is stored and answered; the connection ends then."""
    door = await open_door()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    signature = signed(BODY)["Idenfy-Signature"]
    head = f"POST /callbacks/idenfy HTTP/1.1\r\nHost: h\r\nIdenfy-Signature: {signature}\r\n"
    writer.write(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:5])
    await until(lambda: door.receiver.in_flight == 1)
    draining = asyncio.create_task(door.receiver.drain())
    writer.write(BODY[5:])
    async with asyncio.timeout(10):
        answer = await reader.read()
        await draining
    writer.close()
    assert (answer.startswith(b"HTTP/1.1 200"), b"connection: close" in answer.lower()) == (True, True)
    assert [BODY] == [each.body for each in await door.stored()]


async def test_an_address_in_use_is_said_plainly(open_door: OpenDoor) -> None:
    """The message names the setting."""
    door = await open_door()
    with pytest.raises(SettingsInvalid, match=r"receiver.listen 127.0.0.1:\d+: .*choose another port"):
        await open_door(listen=f"127.0.0.1:{door.port}")


@given(st.binary(max_size=300))
def test_looking_for_the_verification_id_never_fails(body: bytes) -> None:
    """Whatever the bytes, it is an id or none."""
    found = verification_id(Delivery(CIMultiDictProxy(CIMultiDict()), body))
    assert found is None or found


@given(st.text(max_size=80))
def test_no_signature_but_the_right_one_holds(signature: str) -> None:
    """Any text in the header is compared, none raises."""
    headers = CIMultiDictProxy(CIMultiDict({"Idenfy-Signature": signature}))
    right = hmac.digest(b"k", BODY, "sha256").hex()
    assert (authenticate(Delivery(headers, BODY), [Secret("k", b"k")]) is not None) == (signature == right)
