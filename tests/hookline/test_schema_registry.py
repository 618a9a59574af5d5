"""The program with a schema registry: registering, starting, and going on when the registry does not."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import fastavro
import pytest
import trustme
from aiohttp import ClientSession

from hookline.parts import PARTS, PROJECT, RECEIVE
from hookline.registry import SchemasNotReady, access, schemas_ready
from hookline.serving import Running, running
from runtime.errors import SettingsInvalid
from runtime.eventlog import open_log
from runtime.settings import RegistrySettings, parse_settings
from schemas import topics
from schemas.codec import event_to_record
from schemas.message import Message
from schemas.registry import newest, versions
from schemas.registry.client import open_registry
from schemas.registry.transport import Access
from tests.examples import event
from tests.hookline.conftest import KEY, Shell, headers, result
from tests.schemas.registry.front import Front, front_of
from tests.servers.ports import free_ports
from tests.servers.registry import LocalRegistry, local_registry
from tests.waiting import until

EVENTS = "verification-events-value"
NEWER = newest(EVENTS).schema()
NEWER["fields"] = [*NEWER["fields"], {"name": "mood", "type": "string", "default": "calm"}]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry whose ids are not the local ones, as somebody else was there first."""
    with local_registry(tmp_path_factory.mktemp("registry")) as local:
        asyncio.run(_register(local.url, "others-value", '"string"'))
        yield local.url


async def _register(url: str, subject: str, schema: str) -> None:
    async with open_registry(Access(url)) as registry:
        await registry.register(subject, schema)


@pytest.fixture
async def front(shared: str) -> AsyncIterator[Front]:
    """A registry where no subject of ours is yet."""
    async with front_of(shared, prefix=f"{uuid4().hex}-") as front:
        yield front


def named(url: str) -> str:
    return f'[registry]\nurl = "{url}"'


def newer_record(schema_id: int) -> Message:
    """The example event as a program of tomorrow writes it."""
    value = BytesIO()
    value.write(struct.pack(">bI", 0, schema_id))
    fastavro.schemaless_writer(value, fastavro.parse_schema(NEWER), event_to_record(event()) | {"mood": "grim"})
    return Message(event().key, event().key, (), value.getvalue())


async def nobody() -> str:
    """An address where no registry is."""
    (port,) = free_ports(1)
    return f"http://127.0.0.1:{port}"


@asynccontextmanager
async def everything(folder: Path, registry: str) -> AsyncIterator[Running]:
    content = {
        "log": {"url": f"sqlite:///{folder}/hookline.db"},
        "receiver": {"listen": "127.0.0.1:0"},
        "registry": {"url": registry},
        "source": [{"name": "idenfy", "vendor": "idenfy", "secrets": [KEY]}],
    }
    async with running(parse_settings(content, "test", environ={}), PARTS) as process:
        yield process


async def post(client: ClientSession, process: Running, scan_ref: str) -> None:
    body = result(scan_ref)
    async with client.post(f"{process.receiver}/callbacks/idenfy", data=body, headers=headers(body)) as answer:
        assert answer.status == 200


async def troubles(client: ClientSession, process: Running) -> dict[str, str]:
    async with client.get(f"{process.operations}/ready") as answer:
        found: dict[str, str] = (await answer.json())["troubles"]
        return found


async def lag(process: Running) -> int:
    return await process.log.lag(topics.VERIFICATION_EVENTS, PROJECT)


async def test_schemas_are_checked_registered_and_found(shell: Shell, own_registry: LocalRegistry) -> None:
    """``check`` fails while something is to be done; ``register`` does it, once; then ``check`` passes."""
    shell.write_settings(registry=named(own_registry.url))
    status, output, errors = await shell.run("schema", "check")
    assert (1, len(versions())) == (status, output.count("not registered  no level of its own  to be done"))
    assert "run `hookline schema register`" in errors
    done, again = await shell.rows("schema", "register"), await shell.rows("schema", "register")
    assert [{"changed": True} | row for row in again] == [row | {"changed": False} for row in done]
    assert {(True, "FULL_TRANSITIVE")} == {(row["changed"], row["compatibility"]) for row in done}
    assert [row["registry_id"] for row in done] == [row["local_id"] for row in done]
    status, output, errors = await shell.run("schema", "check")
    assert (0, len(versions()), "") == (status, output.count("FULL_TRANSITIVE  in order"), errors)
    status, output, errors = await shell.run("check")
    assert (0, True) == (status, f"registry: {own_registry.url} has them" in output), errors


async def test_an_incompatible_version_in_the_registry_stops_registering(shell: Shell, front: Front) -> None:
    """Both commands say which two versions clash, and nothing is registered."""
    shell.write_settings(registry=named(front.url))
    async with open_registry(Access(front.url)) as registry:
        await registry.register(
            EVENTS, '{"type":"record","name":"VerificationEvent","namespace":"hookline","fields":[]}'
        )
        for command in ("check", "register"):
            status, _, errors = await shell.run("schema", command)
            assert (1, True) == (status, "not FULL_TRANSITIVE compatible with version 1 of" in errors), errors
        held = await registry.held("alerts-value"), await registry.held(EVENTS)
    assert (0, 1) == (len(held[0]), len(held[1]))


async def test_the_commands_need_a_registry(shell: Shell) -> None:
    """Without one there is nothing to register; the message names the setting."""
    shell.write_settings()
    for command in ("check", "register"):
        status, _, errors = await shell.run("schema", command)
        assert (1, "hookline: registry.url: not set; set it to a schema registry's address\n") == (status, errors)


async def test_a_start_before_registering_fails_at_once(shell: Shell, front: Front) -> None:
    """No record is written under an id that nobody could look up."""
    shell.write_settings(registry=named(front.url))
    status, _, errors = await shell.run("normalize")
    assert 1 == status
    assert "is not registered; run `hookline schema register`" in errors


async def test_a_start_without_its_registry_waits_and_then_says_so() -> None:
    """The message names the address, how long it waited, and what must have been done."""
    url = await nobody()
    with pytest.raises(SchemasNotReady, match=rf"(?s){url}.*waited 0.2 s.*hookline schema register"):
        async with schemas_ready(RegistrySettings(url=url), patience=0.2):
            pass


async def test_the_receiver_needs_no_registry(shell: Shell) -> None:
    """It stores bytes as they came, so callbacks are taken while the registry is down."""
    shell.write_settings(registry=named(await nobody()))
    async with shell.serve(RECEIVE) as process, ClientSession() as client:
        body = result("scan-1")
        async with client.post(f"{process.url}/callbacks/idenfy", data=body, headers=headers(body)) as answer:
            assert 200 == answer.status


async def test_stages_go_on_without_the_registry_and_wait_for_it_only_to_read_what_they_do_not_know(
    shell: Shell, shared: str
) -> None:
    """Known ids need it no more. A newer program's record waits, is no dead letter, and is read once it is back."""
    (port,), prefix = free_ports(1), f"{uuid4().hex}-"
    async with AsyncExitStack() as stack, ClientSession() as client:
        async with front_of(shared, prefix=prefix, port=port) as front:
            shell.write_settings(registry=named(front.url))
            assert (await shell.run("schema", "register"))[0] == 0
            async with open_registry(Access(front.url)) as registry:
                expected = await registry.id_of(EVENTS, newest(EVENTS).text())
                newer = await registry.register(EVENTS, json.dumps(NEWER))
            process = await stack.enter_async_context(everything(shell.folder, front.url))
        await post(client, process, "scan-known")
        await until(lambda: projected(process))
        await process.log.append(topics.VERIFICATION_EVENTS, newer_record(newer))
        await until(lambda: waiting(client, process))
        await stack.enter_async_context(front_of(shared, prefix=prefix, port=port))
        await until(lambda: caught_up(client, process), 40.0)
        values = [record.value or b"" async for record in process.log.scan(topics.VERIFICATION_EVENTS)]
        letters = [record async for record in process.log.scan(topics.DEAD_LETTERS)]
    assert [struct.pack(">bI", 0, expected), struct.pack(">bI", 0, newer)] == [value[:5] for value in values]
    assert ([], True) == (letters, expected != newest(EVENTS).id)
    assert [event().event_id] == [row["event_id"] for row in await shell.rows("timeline", event().key)]


async def test_looking_at_events_asks_the_registry(shell: Shell, shared: str) -> None:
    """Each id is looked up when it is met. Without the registry the command fails and says so; nothing is skipped."""
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db", is_compacted=topics.is_compacted)
    async with front_of(shared, prefix=f"{uuid4().hex}-") as front:
        shell.write_settings(registry=named(front.url))
        async with open_registry(Access(front.url)) as registry:
            newer = await registry.register(EVENTS, json.dumps(NEWER))
        await log.append(topics.VERIFICATION_EVENTS, newer_record(newer))
        await log.close()
        assert [event().event_id] == [row["event_id"] for row in await shell.rows("events")]
    status, output, errors = await shell.run("events")
    assert (1, "") == (status, output)
    assert f"hookline: registry {front.url}: not reached" in errors


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (RegistrySettings(), "registry.url: not set"),
        (RegistrySettings(url="http://r", username="u"), "registry.username, registry.password: one without the other"),
        (
            RegistrySettings(url="http://r", username="u", password="file:/nowhere"),
            "registry.password: the file /nowhere",
        ),
        (RegistrySettings(url="http://r", ca_file=Path(__file__)), "registry.ca_file: cannot be used"),
        (RegistrySettings(url="http://r", ca_file=Path("/nowhere")), "registry.ca_file: cannot be used"),
    ],
)
def test_settings_that_lead_to_no_registry_are_said_by_name(settings: RegistrySettings, says: str) -> None:
    """Before anything is asked."""
    with pytest.raises(SettingsInvalid, match=says):
        access(settings)


def test_the_settings_say_who_asks_and_whom_to_trust(tmp_path: Path) -> None:
    """The secret is resolved, and shown by nothing."""
    (tmp_path / "secret").write_text("hush\n")
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    settings = RegistrySettings(
        url="https://r", username="u", password=f"file:{tmp_path}/secret", ca_file=tmp_path / "ca.pem"
    )
    found = access(settings)
    assert ("https://r", "u", "hush", True) == (found.url, found.username, found.password, found.tls is not None)
    assert "hush" not in repr(found)


async def projected(process: Running) -> bool:
    seen = [record async for record in process.log.scan(topics.VERIFICATION_EVENTS)]
    return len(seen) == 1 and await lag(process) == 0


async def waiting(client: ClientSession, process: Running) -> bool:
    found = await troubles(client, process)
    return {"project", "alert"} == found.keys() and all("not reached" in said for said in found.values())


async def caught_up(client: ClientSession, process: Running) -> bool:
    return await lag(process) == 0 and not await troubles(client, process)
