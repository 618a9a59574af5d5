"""The few calls of a schema registry that are needed, as Confluent's "Schema Registry API Reference" describes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from schemas.registry.errors import RegistryRefused
from schemas.registry.transport import Access, Transport, connected

FULL_TRANSITIVE = "FULL_TRANSITIVE"
AVRO = "AVRO"
_ADVICE = "see whether the address is the base of a registry's API"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held:
    """A version that the registry holds of a subject. ``kind`` is AVRO, unless somebody else put it there."""

    version: int
    id: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Registry:
    """One registry. Every method raises ``RegistryUnavailable`` after some attempts, and ``RegistryRefused``."""

    transport: Transport

    @property
    def name(self) -> str:
        return self.transport.name

    async def id_of(self, subject: str, text: str) -> int | None:
        """The id of this schema, where it is registered under the subject."""
        answer = await self.transport.call("POST", "subjects", subject, body={"schema": text})
        return None if answer is None else self._field(answer, "id", int)

    async def schema_of(self, schema_id: int) -> str | None:
        """The Avro schema with this id; ``None`` where there is none, or one of another kind."""
        answer = await self.transport.call("GET", "schemas", "ids", str(schema_id))
        return None if answer is None or _kind(answer) != AVRO else self._field(answer, "schema", str)

    async def held(self, subject: str) -> list[Held]:
        """Every version that is registered under the subject, oldest first; empty where the subject is not known."""
        numbers = await self.transport.call("GET", "subjects", subject, "versions")
        if not isinstance(numbers, list | None):
            raise RegistryRefused(f"{self.name}: answers without a list of versions; {_ADVICE}")
        return [await self._version(subject, number) for number in numbers or ()]

    async def level(self, subject: str) -> str | None:
        """The compatibility that the subject itself was given; ``None``: none, the registry's own holds."""
        answer = await self.transport.call("GET", "config", subject)
        return None if answer is None else self._field(answer, "compatibilityLevel", str)

    async def set_level(self, subject: str, level: str) -> None:
        """From now on the registry refuses a version of the subject that is not compatible in this way."""
        answer = await self.transport.call("PUT", "config", subject, body={"compatibility": level})
        self._field(answer, "compatibility", str)

    async def accepts(self, subject: str, text: str) -> bool:
        """Whether the registry finds the schema compatible, by its own level; a subject it does not know takes any."""
        path = "compatibility", "subjects", subject, "versions"
        answer = await self.transport.call("POST", *path, body={"schema": text})
        return answer is None or self._field(answer, "is_compatible", bool)

    async def register(self, subject: str, text: str) -> int:
        """The id of this schema, which is registered now; the same id however often it is done."""
        answer = await self.transport.call("POST", "subjects", subject, "versions", body={"schema": text})
        return self._field(answer, "id", int)

    async def _version(self, subject: str, number: object) -> Held:
        answer = await self.transport.call("GET", "subjects", subject, "versions", str(number))
        return Held(
            version=self._field(answer, "version", int),
            id=self._field(answer, "id", int),
            text=self._field(answer, "schema", str),
            kind=_kind(answer),
        )

    def _field(self, answer: object, key: str, kind: type[T]) -> T:
        value = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(value, kind):
            raise RegistryRefused(f"{self.name}: answers without {key!r}; {_ADVICE}")
        return value


def _kind(answer: object) -> str:
    """Confluent leaves the type out where it is Avro."""
    return str(answer.get("schemaType", AVRO)) if isinstance(answer, dict) else AVRO


@asynccontextmanager
async def open_registry(access: Access) -> AsyncIterator[Registry]:
    """The registry, while the context is open. Raises ``RegistryRefused`` for an address that is none."""
    async with connected(access) as transport:
        yield Registry(transport)
