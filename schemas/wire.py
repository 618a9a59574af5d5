"""Avro in the Confluent wire format: a zero byte, the schema's id as four bytes, the record."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from schemas.message import Undecodable
from schemas.registry import newest
from schemas.registry.ids import Ids, LocalIds

_PREFIX = struct.Struct(">bI")
_ids: Ids = LocalIds()


@contextmanager
def using(ids: Ids) -> Iterator[None]:
    """The whole process writes and reads with these ids while the context is open, and with those before it after."""
    global _ids  # noqa: PLW0603 - codecs are called everywhere, and one process has one set of ids
    before, _ids = _ids, ids
    _forget()
    try:
        yield
    finally:
        _ids = before
        _forget()


def _forget() -> None:
    _written.cache_clear()
    _writer.cache_clear()


@cache
def _reader(subject: str) -> Any:  # noqa: ANN401 - fastavro has no type for a parsed schema
    return fastavro.parse_schema(newest(subject).schema())


@cache
def _written(subject: str) -> bytes:
    """What stands before every record of the subject that is written today."""
    return _PREFIX.pack(0, _ids.written(subject))


@cache
def _writer(subject: str, schema_id: int) -> Any:  # noqa: ANN401 - the same
    """The schema that a record was written with. What is raised here is not remembered."""
    schema = _ids.schema(subject, schema_id)
    if schema is None:
        raise Undecodable(f"no {subject} record: schema id {schema_id} is not one of this subject's")
    if schema == newest(subject).schema():
        return _reader(subject)  # where reader and writer are one object, fastavro has nothing to resolve
    try:
        return fastavro.parse_schema(schema)
    except (SchemaParseException, UnknownType) as error:
        raise Undecodable(f"no {subject} record: schema id {schema_id} is no schema that can be read with") from error


def encode(subject: str, record: dict[str, Any]) -> bytes:
    """The record under the subject's newest schema."""
    buffer = BytesIO()
    buffer.write(_written(subject))
    fastavro.schemaless_writer(buffer, _reader(subject), record)
    return buffer.getvalue()


async def prepare(subject: str, values: Iterable[bytes | None]) -> None:
    """``decode`` can tell of each value which schema wrote it, or that none did.

    Ids that were never met before are looked up. Raises ``RegistryUnavailable`` and ``RegistryRefused``.
    """
    prefixes = {value[: _PREFIX.size] for value in values if value}
    met = [_PREFIX.unpack(prefix) for prefix in prefixes if len(prefix) == _PREFIX.size]
    await _ids.look_up(subject, {schema_id for magic, schema_id in met if magic == 0})


def decode(subject: str, value: bytes | None) -> dict[str, Any]:
    """The record, read with the schema that wrote it and resolved to the subject's newest.

    Raises ``Undecodable``, and ``RegistryUnavailable`` for an id that nobody has looked up yet: see ``prepare``.
    """
    if value is None or len(value) < _PREFIX.size:
        raise Undecodable("no Avro record in the Confluent wire format: shorter than its five-byte prefix")
    magic, schema_id = _PREFIX.unpack_from(value)
    if magic != 0:
        raise Undecodable(f"no Avro record in the Confluent wire format: its magic byte is {magic}")
    writer = _writer(subject, schema_id)
    try:
        record = fastavro.schemaless_reader(BytesIO(value[_PREFIX.size :]), writer, _reader(subject))
    except Exception as error:  # fastavro raises whatever the torn bytes lead it into
        raise Undecodable(
            f"a {subject} record that its schema {schema_id} cannot read: {type(error).__name__}"
        ) from error
    return dict(record)  # type: ignore[arg-type]
