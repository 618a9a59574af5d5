"""Avro in the Confluent wire format: a zero byte, the schema's id as four bytes, the record."""

from __future__ import annotations

import struct
from functools import cache
from io import BytesIO
from typing import Any

import fastavro

from schemas.message import Undecodable
from schemas.registry import by_id, newest

_PREFIX = struct.Struct(">bI")


@cache
def _parsed(schema_id: int) -> Any:  # noqa: ANN401 - fastavro has no type for a parsed schema
    return fastavro.parse_schema(by_id()[schema_id].schema())


@cache
def _prefix(subject: str) -> tuple[bytes, int]:
    schema_id = newest(subject).id
    return _PREFIX.pack(0, schema_id), schema_id


def encode(subject: str, record: dict[str, Any]) -> bytes:
    """The record under the subject's newest schema."""
    prefix, schema_id = _prefix(subject)
    buffer = BytesIO()
    buffer.write(prefix)
    fastavro.schemaless_writer(buffer, _parsed(schema_id), record)
    return buffer.getvalue()


def decode(subject: str, value: bytes | None) -> dict[str, Any]:
    """The record, read with the schema that wrote it and resolved to the subject's newest. Raises ``Undecodable``."""
    if value is None or len(value) < _PREFIX.size:
        raise Undecodable("no Avro record in the Confluent wire format: shorter than its five-byte prefix")
    magic, schema_id = _PREFIX.unpack_from(value)
    version = by_id().get(schema_id)
    if magic != 0 or version is None or version.subject != subject:
        raise Undecodable(
            f"no {subject} record: magic byte {magic}, schema id {schema_id} is not one of this subject's"
        )
    try:
        record = fastavro.schemaless_reader(
            BytesIO(value[_PREFIX.size :]), _parsed(schema_id), _parsed(_prefix(subject)[1])
        )
    except Exception as error:  # fastavro raises whatever the torn bytes lead it into
        raise Undecodable(
            f"a {subject} record that its schema {schema_id} cannot read: {type(error).__name__}"
        ) from error
    return dict(record)  # type: ignore[arg-type]
