"""Which ids stand for which schemas: the local history's, or those that a registry gave."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Protocol

from schemas.registry.compatibility import unreadable
from schemas.registry.errors import RegistryRefused, RegistryUnavailable
from schemas.registry.history import by_id, newest, versions

Schema = dict[str, Any] | list[Any] | str
"""An Avro schema as JSON has it: a definition, a union, or a name."""


class Ids(Protocol):
    """What the codec must know of each subject. An id never comes to mean another schema."""

    def written(self, subject: str) -> int:
        """The id of the subject's newest schema, under which records are written today."""
        ...

    def schema(self, subject: str, schema_id: int) -> Schema | None:
        """The schema that wrote the subject's records with this id; ``None``: no record of the subject has it.

        Raises ``RegistryUnavailable`` for an id that ``look_up`` was not asked for.
        """
        ...

    async def look_up(self, subject: str, ids: Collection[int]) -> None:
        """``schema`` can answer for these ids. Raises ``RegistryUnavailable`` and ``RegistryRefused``."""
        ...


class LocalIds:
    """The numbers of the files in ``schemas/history/``."""

    def written(self, subject: str) -> int:
        return newest(subject).id

    def schema(self, subject: str, schema_id: int) -> Schema | None:
        version = by_id().get(schema_id)
        return version.schema() if version is not None and version.subject == subject else None

    async def look_up(self, subject: str, ids: Collection[int]) -> None:
        """Nothing to be asked: all there is lies here."""


class Source(Protocol):
    """The two calls of a registry that give ids and schemas; ``client.Registry`` is one."""

    @property
    def name(self) -> str: ...
    async def id_of(self, subject: str, text: str) -> int | None: ...
    async def schema_of(self, schema_id: int) -> str | None: ...


class RegistryIds:
    """The ids of a registry, kept in memory: what was looked up once is known while the registry is down."""

    def __init__(self, registry: Source) -> None:
        self._registry = registry
        self._written: dict[str, int] = {}
        self._schemas: dict[tuple[str, int], Schema | None] = {}

    def written(self, subject: str) -> int:
        return self._written[subject]

    def schema(self, subject: str, schema_id: int) -> Schema | None:
        try:
            return self._schemas[subject, schema_id]
        except KeyError:
            raise RegistryUnavailable(f"{self._registry.name}: not asked yet for schema id {schema_id}") from None

    async def look_up_history(self) -> None:
        """Every version of the local history that is registered is known by its id, today's among them.

        Raises ``RegistryRefused`` when today's are not registered, and ``RegistryUnavailable``.
        """
        for version in versions():
            found = await self._registry.id_of(version.subject, version.text())
            if found is not None:
                # A registry may give versions that differ in their words alone one id; they are read alike.
                self._schemas.setdefault((version.subject, found), version.schema())
            if version == newest(version.subject):
                self._written[version.subject] = self._required(found, version.subject)

    def _required(self, found: int | None, subject: str) -> int:
        if found is None:
            raise RegistryRefused(
                f"{self._registry.name}: today's schema of {subject} is not registered; run `hookline schema register`"
            )
        return found

    async def look_up(self, subject: str, ids: Collection[int]) -> None:
        """An id that the registry did not know is asked for again: its schema may have been registered meanwhile."""
        for schema_id in sorted(ids):
            if self._schemas.get((subject, schema_id)) is None:
                text = await self._registry.schema_of(schema_id)
                self._schemas[subject, schema_id] = None if text is None else _readable(subject, text)


def _readable(subject: str, text: str) -> Schema | None:
    """The schema, if today's can read what it wrote; another subject's is none of ours."""
    if unreadable(newest(subject).text(), text):
        return None
    schema: Schema = json.loads(text)
    return schema
