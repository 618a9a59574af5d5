"""Reading and writing in the ids of a registry."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import avro.io
import avro.schema
import fastavro
import pytest
from aiohttp import ClientSession

from schemas import wire
from schemas.codec import event_from_record, event_to_message, event_to_record, prepare_events
from schemas.message import Message, Undecodable
from schemas.registry import RegistryError, RegistryRefused, RegistryUnavailable, newest, versions
from schemas.registry.client import Registry, open_registry
from schemas.registry.ids import RegistryIds
from schemas.registry.registration import inspect, register
from schemas.registry.transport import Access
from tests.examples import Stored, event, stored
from tests.schemas.registry.front import Front
from tests.schemas.registry.making import EVENTS, FIRST, NEWER_EVENT, subject
from tests.servers.registry import LocalRegistry
from tests.servers.registry import Registry as Server

NOBODYS = 999_999_999
"""An id that no registry of the tests has given."""


@pytest.fixture
async def ids(client: Registry, front: Front) -> AsyncIterator[RegistryIds]:
    """The shared registry's ids, in use; they are asked for by way of the front, which has seen nothing yet."""
    await register(client, await inspect(client, versions()))
    async with open_registry(Access(front.url, deadline=1.0)) as registry:
        known = RegistryIds(registry)
        await known.look_up_history()
        front.asked.clear()
        with wire.using(known):
            yield known


def written_by(schema: dict[str, Any], schema_id: int, **more: object) -> Stored:
    """A record of the example event, written with this schema and its id, by somebody else's program."""
    value = BytesIO(struct.pack(">bI", 0, schema_id))
    value.seek(5)
    fastavro.schemaless_writer(value, fastavro.parse_schema(schema), event_to_record(event()) | more)
    return stored(Message("k", "k", (), value.getvalue()))


def id_in(value: bytes | None) -> int:
    assert value is not None
    magic, schema_id = struct.unpack_from(">bI", value)
    assert magic == 0
    return int(schema_id)


async def newer_id(client: Registry) -> int:
    """The id of the newer program's schema, registered where it disturbs no other test."""
    return await client.register(subject(), json.dumps(NEWER_EVENT))


async def test_ids_that_differ_from_the_local_ones_are_written_and_read(own_registry: LocalRegistry) -> None:
    """A registry that others used before us counts on from theirs."""
    async with open_registry(Access(own_registry.url)) as registry:
        await registry.register(subject(), json.dumps(FIRST))
        await register(registry, await inspect(registry, versions()))
        known = RegistryIds(registry)
        await known.look_up_history()
        with wire.using(known):
            message = event_to_message(event())
            assert await registry.id_of(EVENTS, newest(EVENTS).text()) == id_in(message.value) != newest(EVENTS).id
            assert event() == event_from_record(stored(message))
    assert newest(EVENTS).id == id_in(event_to_message(event()).value)


async def test_todays_records_need_no_resolution(ids: RegistryIds) -> None:
    """Written and read with one and the same schema object, which is what fastavro looks for: the way that is hot."""
    schema_id = ids.written(EVENTS)
    assert wire._writer(EVENTS, schema_id) is wire._reader(EVENTS)
    assert ids.schema(EVENTS, schema_id) == newest(EVENTS).schema()


async def test_another_avro_library_reads_an_event_with_the_registrys_schema(
    ids: RegistryIds, registry: Server
) -> None:
    """Apache's own, knowing only the bytes and the registry's address."""
    value = event_to_message(event()).value
    assert value is not None
    async with ClientSession() as session, session.get(f"{registry.url}/schemas/ids/{id_in(value)}") as answer:
        schema = avro.schema.parse((await answer.json())["schema"])
    decoder = avro.io.BinaryDecoder(BytesIO(value[5:]))
    assert event_to_record(event()) == avro.io.DatumReader(schema).read(decoder)
    assert ids.written(EVENTS) == id_in(value)


async def test_a_newer_programs_record_is_read_with_the_schema_that_wrote_it(
    ids: RegistryIds, client: Registry, front: Front
) -> None:
    """Its schema is fetched once; what is new in it is left out."""
    newer = await newer_id(client)
    records = [written_by(NEWER_EVENT, newer, mood="grim")] * 3
    for _ in range(2):
        await prepare_events(records)
        assert [event()] * 3 == [event_from_record(record) for record in records]
    assert [f"GET /schemas/ids/{newer}"] == front.asked
    assert NEWER_EVENT == ids.schema(EVENTS, newer)


async def test_ids_that_are_known_need_the_registry_no_more(ids: RegistryIds, front: Front) -> None:
    """Writing and reading go on while it is away, without asking it."""
    front.answers(503)
    records = [stored(event_to_message(event()))]
    await prepare_events(records)
    assert ([event()], []) == ([event_from_record(record) for record in records], front.asked)
    assert ids.written(EVENTS) == id_in(records[0].value)


@pytest.mark.parametrize(("status", "body"), [(503, ""), (404, "<html>"), (401, "{}"), (200, "[]")])
async def test_an_unknown_id_waits_while_the_registry_cannot_tell(
    ids: RegistryIds, client: Registry, front: Front, status: int, body: str
) -> None:
    """Only the registry's own word that there is no such schema makes a record undecodable."""
    newer = await newer_id(client)
    record = written_by(NEWER_EVENT, newer, mood="grim")
    front.answers(status, body)
    with pytest.raises(RegistryError):
        await prepare_events([record])
    with pytest.raises(RegistryUnavailable, match=f"not asked yet for schema id {newer}"):
        event_from_record(record)
    front.times = 0
    await prepare_events([record])
    assert (event(), NEWER_EVENT) == (event_from_record(record), ids.schema(EVENTS, newer))


async def test_an_id_that_the_registry_does_not_know_is_undecodable(ids: RegistryIds) -> None:
    """Whoever wrote it did not use this registry."""
    record = written_by(NEWER_EVENT, NOBODYS, mood="grim")
    await prepare_events([record])
    with pytest.raises(Undecodable, match=f"schema id {NOBODYS} is not one of this subject's"):
        event_from_record(record)
    assert ids.schema(EVENTS, NOBODYS) is None


async def test_an_id_that_was_not_there_is_asked_for_again(ids: RegistryIds, client: Registry, front: Front) -> None:
    """A registry of several servers may know tomorrow what it did not know today."""
    newer = await newer_id(client)
    record = written_by(NEWER_EVENT, newer, mood="grim")
    front.answers(404, '{"error_code": 40403, "message": "Schema not found"}')
    await prepare_events([record])
    with pytest.raises(Undecodable):
        event_from_record(record)
    front.times = 0
    await prepare_events([record])
    assert (event(), NEWER_EVENT) == (event_from_record(record), ids.schema(EVENTS, newer))


async def test_the_schema_of_something_else_is_undecodable(ids: RegistryIds, client: Registry) -> None:
    """The registry has it, but today's schema cannot read what it wrote."""
    thing = await client.register(subject(), json.dumps(FIRST))
    alert = await client.id_of("alerts-value", newest("alerts-value").text())
    assert alert is not None
    for foreign in (thing, alert):
        record = stored(Message("k", "k", (), struct.pack(">bI", 0, foreign) + b"\x06abc"))
        await prepare_events([record])
        with pytest.raises(Undecodable, match=f"schema id {foreign} is not one of this subject's"):
            event_from_record(record)
    assert ids.schema(EVENTS, thing) is None


async def test_what_has_no_id_is_not_asked_for(ids: RegistryIds, front: Front) -> None:
    """Tombstones, torn prefixes and other magic bytes are told apart without the registry."""
    await prepare_events([stored(Message("k", "k", (), value)) for value in (None, b"", b"\0\0\0", b"\1\0\0\0\7x")])
    assert ([], True) == (front.asked, ids.written(EVENTS) > 0)


async def test_a_schema_of_today_that_is_not_registered_is_said_at_once(front: Front) -> None:
    """The message says what to run; waiting would not help. Versions that are not today's any more may be missing."""
    front.answers(404, '{"error_code": 40401, "message": "Subject not found"}')
    async with open_registry(Access(front.url)) as registry:
        with pytest.raises(
            RegistryRefused, match=r"today's schema of .* is not registered; run `hookline schema register`"
        ):
            await RegistryIds(registry).look_up_history()
    known = list(versions())
    todays = next(place for place, version in enumerate(known) if version == newest(version.subject))
    assert [f"POST /subjects/{version.subject}" for version in known[: todays + 1]] == front.asked
