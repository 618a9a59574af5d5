from __future__ import annotations

from pathlib import Path

import pytest

from schemas.registry import RegistryRefused
from schemas.registry.client import FULL_TRANSITIVE, Registry, open_registry
from schemas.registry.registration import inspect, register
from schemas.registry.transport import Access
from tests.schemas.registry.front import Front
from tests.schemas.registry.making import CLASHING, FIRST, SECOND, history, subject


async def test_a_registry_that_knows_nothing_of_a_subject_says_so(client: Registry, tmp_path: Path) -> None:
    """Looking changes nothing: neither a version nor a level is there afterwards."""
    name = subject()
    for _ in range(2):
        (found,) = await inspect(client, history(tmp_path, name, FIRST))
        assert (None, [name], (), False) == (
            found.level,
            [version.subject for version in found.missing],
            found.faults,
            found.in_order,
        )


async def test_every_version_is_registered_in_order_under_full_transitive(client: Registry, tmp_path: Path) -> None:
    """The registry's versions are the history's, and its ids are those that it gives for the schemas."""
    name = subject()
    past = history(tmp_path, name, FIRST, SECOND)
    await register(client, await inspect(client, past))
    (found,) = await inspect(client, past)
    held = await client.held(name)
    assert (FULL_TRANSITIVE, True) == (found.level, found.in_order)
    assert [1, 2] == [there.version for there in held]
    assert [there.id for there in held] == [number for _, number in found.ids]
    assert [version.schema() for version in past] == [FIRST, SECOND]


async def test_registering_twice_changes_nothing(client: Registry, tmp_path: Path) -> None:
    """The second time the same ids are found, and no version is added."""
    name = subject()
    past = history(tmp_path, name, FIRST)
    await register(client, await inspect(client, past))
    before = await inspect(client, past), await client.held(name)
    await register(client, before[0])
    assert before == (await inspect(client, past), await client.held(name))


async def test_only_the_newer_version_is_added(client: Registry, tmp_path: Path) -> None:
    """A deployment that brings a new version leaves the old ones as they are."""
    name = subject()
    await register(client, await inspect(client, history(tmp_path, name, FIRST)))
    (first,) = await client.held(name)
    await register(client, await inspect(client, history(tmp_path, name, FIRST, SECOND)))
    again, second = await client.held(name)
    assert (first, 2) == (again, second.version)


async def test_what_is_incompatible_with_a_version_there_is_refused(client: Registry, tmp_path: Path) -> None:
    """Though the registry's newest version would do: all are looked at, and nothing is registered or set."""
    name, other = subject(), subject()
    for version in history(tmp_path, name, CLASHING, FIRST):
        await client.set_level(name, "BACKWARD")
        await client.register(name, version.text())
    past = [*history(tmp_path, other, FIRST), *history(tmp_path, name, FIRST, SECOND)]
    with pytest.raises(RegistryRefused, match=rf"2-{name}.avsc: not FULL_TRANSITIVE compatible with version 1"):
        await register(client, await inspect(client, past))
    assert ([], 2, "BACKWARD") == (await client.held(other), len(await client.held(name)), await client.level(name))


async def test_a_schema_of_another_kind_under_the_subject_is_refused(client: Registry, tmp_path: Path) -> None:
    """Whoever put JSON Schema there has readers that no Avro record would please."""
    name = subject()
    schema = '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}'
    body = {"schema": schema, "schemaType": "JSON"}
    await client.transport.call("POST", "subjects", name, "versions", body=body)
    with pytest.raises(RegistryRefused, match="it is JSON, not Avro"):
        await register(client, await inspect(client, history(tmp_path, name, FIRST)))


async def test_a_lower_level_is_raised(client: Registry, tmp_path: Path) -> None:
    """A subject whose versions are all there, but that lets others in, is not in order."""
    name = subject()
    past = history(tmp_path, name, FIRST)
    await register(client, await inspect(client, past))
    await client.set_level(name, "NONE")
    (found,) = await inspect(client, past)
    assert not found.in_order
    await register(client, [found])
    assert FULL_TRANSITIVE == await client.level(name)


async def test_the_registrys_own_no_counts_too(front: Front, client: Registry, tmp_path: Path) -> None:
    """Where only the registry finds a version incompatible, none is registered."""
    name, other = subject(), subject()
    past = [*history(tmp_path, other, FIRST), *history(tmp_path, name, FIRST)]
    async with open_registry(Access(front.url)) as strict:
        front.answers(200, '{"is_compatible": false}')
        front.only = f"/compatibility/subjects/{name}/versions"
        with pytest.raises(RegistryRefused, match=f"1-{name}.avsc: it finds this not compatible"):
            await register(strict, await inspect(strict, past))
    assert ([], []) == (await client.held(name), await client.held(other))
