from __future__ import annotations

import pytest

from runtime.eventlog import Position
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.message import Message
from tests.consumers.api.api_served import Api
from tests.examples import callback, stored


async def put(api: Api, document: Callback) -> Position:
    return await api.log.append(topics.callbacks("idenfy"), callbacks.to_message(document))


def path_of(place: Position) -> str:
    return f"/documents/{place.topic}/{place.partition}/{place.offset}"


@pytest.mark.parametrize("who", ["ada", "dora"])
async def test_a_document_is_opened_as_it_came_by_those_who_may(api: Api, who: str) -> None:
    """An admin, or who has the right; it is a file to save, and the look is written down."""
    body = bytes(range(256))
    place = await put(api, callback(body=body))
    found = await api.get(path_of(place), who)
    assert (200, body) == (found.status, found.body)
    assert 'attachment; filename="0195f3c2-7e5b-7d4e-9c2b-2f1f6e0a9c11"' == found.headers["content-disposition"]
    assert ("nosniff", "no-store") == (found.headers["x-content-type-options"], found.headers["cache-control"])
    assert [(who, "document", f"callbacks.idenfy/{place.partition}/{place.offset}")] == await api.looked()


@pytest.mark.parametrize("who", ["vic", "olga"])
async def test_a_document_is_not_opened_by_others(api: Api, who: str) -> None:
    place = await put(api, callback())
    assert 403 == (await api.get(path_of(place), who)).status
    assert [] == await api.looked()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("application/json; charset=utf-8", "application/json"),
        ("IMAGE/PNG", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/javascript", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
async def test_a_documents_type_is_believed_only_where_it_is_harmless(api: Api, said: str, expected: str) -> None:
    place = await put(api, callback(http_headers=(("Content-Type", said),)))
    found = await api.get(path_of(place), "ada")
    assert expected == found.headers["content-type"].partition(";")[0]
    assert "x-evil" not in found.headers


async def test_a_documents_name_is_no_header_of_its_own(api: Api) -> None:
    place = await put(api, callback(id='a"; filename="b.html\r\nX-Evil: 1'))
    found = await api.get(path_of(place), "ada")
    assert 'attachment; filename="a___filename__b_html__X-Evil__1"' == found.headers["content-disposition"]
    assert "x-evil" not in found.headers


async def test_a_dead_letters_body_is_its_originals(api: Api) -> None:
    """Bytes, whatever its original said of itself, and only until it is gone."""
    original = callbacks.to_message(callback(body=b"not JSON", http_headers=(("Content-Type", "text/plain"),)))
    letter = deadletter.of_record(
        stored(original, "callbacks.idenfy"),
        "scan-1",
        stage="normalize",
        reason=DeadLetterReason.NOT_JSON,
        detail="the body is not JSON",
        version="1",
    )
    message = deadletter.to_message(letter)
    path = path_of(await api.log.append(topics.DEAD_LETTERS, message))
    found = await api.get(path, "ada")
    assert (200, b"not JSON", "application/octet-stream") == (found.status, found.body, found.headers["content-type"])
    assert 403 == (await api.get(path, "vic")).status
    await api.log.append(topics.DEAD_LETTERS, Message(message.key, message.partition_key, (), None))
    assert 404 == (await api.get(path, "ada")).status


async def test_what_was_erased_or_never_was_is_not_there(api: Api) -> None:
    """Nor is anything of a topic that holds no documents. That none is there is told too, and written down first; where
    none can lie, nothing is told.
    """
    place = await put(api, callback())
    message = callbacks.to_message(callback())
    await api.log.append(topics.callbacks("idenfy"), Message(message.key, message.partition_key, (), None))
    event = await api.log.append(topics.VERIFICATION_EVENTS, message)
    gone = [
        path_of(place),
        f"/documents/callbacks.idenfy/{place.partition}/99",
        f"/documents/callbacks.idenfy/9/{place.offset}",
        f"/documents/callbacks.idenfy/{place.partition}/{2**63 - 1}",
        "/documents/callbacks.unknown/0/0",
        path_of(event),
        "/documents/audit/0/0",
    ]
    for path in gone:
        assert 404 == (await api.get(path, "ada")).status, path
    told = [("ada", "document", path.removeprefix("/documents/")) for path in gone[:4]]
    assert told == await api.looked()
