"""Registering the local history, at deploy time: every version in order, under FULL_TRANSITIVE, or none at all.

A registry whose level was lower until today may hold what it should not, and some find anything compatible with a
subject that they do not know. So every version is first held against all that there is, by our own check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.registry.client import AVRO, FULL_TRANSITIVE, Held, Registry
from schemas.registry.compatibility import faults
from schemas.registry.errors import RegistryRefused
from schemas.registry.history import Version


@dataclass(frozen=True, slots=True)
class Subject:
    """How the registry stands to the history of one subject.

    ``level`` is the compatibility that the subject itself was given, if it was. ``ids`` has the registry's id of each
    local version, ``None`` where it is missing. ``faults`` say which two versions not everybody could read.
    """

    name: str
    level: str | None
    ids: tuple[tuple[Version, int | None], ...]
    faults: tuple[str, ...]

    @property
    def missing(self) -> tuple[Version, ...]:
        return tuple(version for version, found in self.ids if found is None)

    @property
    def in_order(self) -> bool:
        return self.level == FULL_TRANSITIVE and not self.missing and not self.faults


async def inspect(registry: Registry, history: Sequence[Version]) -> tuple[Subject, ...]:
    """How the registry stands to the history, subject by subject. Changes nothing."""
    names = dict.fromkeys(version.subject for version in history)
    return tuple([await _inspect(registry, name, _versions(history, name)) for name in names])


async def register(registry: Registry, found: Sequence[Subject]) -> None:
    """Every version that ``inspect`` found missing is registered, and the subjects are FULL_TRANSITIVE.

    Versions are registered in the order of the history, so an empty registry that counts from 1 gives the local ids.
    Done again, it changes nothing. Raises ``RegistryRefused`` when a version is incompatible; then none was registered.
    """
    _refuse(registry, [fault for subject in found for fault in subject.faults])
    for subject in found:
        if subject.level != FULL_TRANSITIVE:
            await registry.set_level(subject.name, FULL_TRANSITIVE)
    missing = sorted((each for subject in found for each in subject.missing), key=lambda version: version.id)
    refused = [version for version in missing if not await registry.accepts(version.subject, version.text())]
    _refuse(registry, [f"{each.path.name}: it finds this not compatible with its {each.subject}" for each in refused])
    for version in missing:
        await registry.register(version.subject, version.text())


def _versions(history: Sequence[Version], subject: str) -> list[Version]:
    return [version for version in history if version.subject == subject]


async def _inspect(registry: Registry, name: str, past: Sequence[Version]) -> Subject:
    held = await registry.held(name)
    is_avro = all(there.kind == AVRO for there in held)  # where it is not, asking for an Avro schema is an error
    return Subject(
        name=name,
        level=await registry.level(name),
        ids=tuple([(each, await registry.id_of(name, each.text()) if is_avro else None) for each in past]),
        faults=tuple(fault for version in past for there in held for fault in _faults(version, there)),
    )


def _faults(version: Version, there: Held) -> list[str]:
    found = faults(version.text(), there.text) if there.kind == AVRO else [f"it is {there.kind}, not Avro"]
    where = f"version {there.version} of {version.subject} in the registry (id {there.id})"
    return [f"{version.path.name}: not FULL_TRANSITIVE compatible with {where}: {fault}" for fault in found]


def _refuse(registry: Registry, mistakes: Sequence[str]) -> None:
    if mistakes:
        raise RegistryRefused("\n".join([f"{registry.name}: nothing was registered", *mistakes]))
