"""``hookline sandbox`` plays each vendor, and ``hookline dev`` all of them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth, web

from hookline.everything import dev_settings
from hookline.sandboxes import SUBSCRIBED, VENDORS, playing, served
from tests.hookline.conftest import Process, Shell
from tests.waiting import until


@dataclass(slots=True)
class Inbox:
    """Keeps what a vendor sends it."""

    url: str = ""
    got: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), request.headers.copy()))
        return web.Response()


@asynccontextmanager
async def inbox(port: int = 0) -> AsyncIterator[Inbox]:
    kept, app = Inbox(), web.Application()
    app.router.add_post("/hook", kept.take)
    async with served(app, port) as url:
        kept.url = f"{url}/hook"
        yield kept


def url_of(sandbox: Process) -> str:
    return sandbox.ready.split(" on ")[1].split(",")[0]


async def lines_of(sandbox: Process, count: int) -> list[str]:
    assert sandbox.process.stdout is not None
    async with asyncio.timeout(30):
        return [(await sandbox.process.stdout.readline()).decode().rstrip() for _ in range(count)]


async def post(url: str, body: object, **headers: str) -> Any:  # noqa: ANN401 - any JSON
    async with ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


async def test_idenfy_is_played_where_no_vendor_is_named(shell: Shell) -> None:
    """Its callback is signed with the key that ``--signing-key`` names; the settings to ask it are said."""
    async with inbox() as kept:
        arguments = ("--port", "0", "--send-to", kept.url, "--signing-key", "a key")
        async with shell.serve("sandbox", *arguments) as sandbox:
            settings = await lines_of(sandbox, 4)
            keys = encode_basic_auth("sandbox-api-key", "sandbox-api-secret")
            created = await post(f"{url_of(sandbox)}/api/v2/token", {"clientId": "c"}, Authorization=keys)
            await post(f"{url_of(sandbox)}/_sandbox/verifications/{created['scanRef']}/finish", {"review": False})
            await until(lambda: len(kept.got) > 0)
            assert 0 == await sandbox.end(signal.SIGTERM)
    body, headers = kept.got[0]
    assert hmac.new(b"a key", body, hashlib.sha256).hexdigest() == headers["Idenfy-Signature"]
    assert ["[source.api]", f'base_url = "{url_of(sandbox)}"'] == settings[:2]


async def test_idverse_sends_the_header_that_was_chosen(shell: Shell) -> None:
    """A transaction that names no receiver is told to ``--send-to``; base URL and token URL are said."""
    async with inbox() as kept:
        arguments = ("--port", "0", "--send-to", kept.url, "--header-value", "Bearer chosen")
        async with shell.serve("sandbox", "idverse", *arguments) as sandbox:
            url = url_of(sandbox)
            settings = await lines_of(sandbox, 5)
            created = await post(f"{url}/_sandbox/transactions", {})
            await post(f"{url}/_sandbox/transactions/{created['transaction_id']}/complete", {})
            await until(lambda: len(kept.got) > 0)
    [(body, headers)] = kept.got
    assert f"status=COMPLETED&transaction_id={created['transaction_id']}" == body.decode()
    assert "Bearer chosen" == headers["Authorization"]
    assert {f'base_url = "{url}/v1"', f'token_url = "{url}/oauth2/token"'} < {*settings}


async def test_credas_sends_the_header_that_was_chosen(shell: Shell) -> None:
    """Of that name and value, to ``--send-to`` where a process names nobody; the settings to ask it are said."""
    async with inbox() as kept:
        arguments = ("--port", "0", "--send-to", kept.url, "--header-name", "hookline", "--header-value", "chosen")
        async with shell.serve("sandbox", "credas", *arguments) as sandbox:
            url = url_of(sandbox)
            settings = await lines_of(sandbox, 3)
            created = await post(f"{url}/_sandbox/processes", {})
            await post(f"{url}/_sandbox/processes/{created['id']}/complete", {})
            await until(lambda: len(kept.got) > 0)
    [(body, headers)] = kept.got
    assert (created["id"], "chosen") == (json.loads(body)["ProcessId"], headers["hookline"])
    assert ["[source.api]", f'base_url = "{url}/api/v2/ci"', 'secret = "sandbox-api-key"'] == settings


async def test_solaris_subscribes_the_receiver_and_signs_with_the_chosen_secret(shell: Shell) -> None:
    """A handshake for each event type, then signed webhooks; the chosen client secret is not repeated."""
    arguments = ("--webhook-secret", "chosen", "--client-id", "me", "--client-secret", "not-to-be-seen")
    async with (
        inbox() as kept,
        shell.serve("sandbox", "solaris", "--port", "0", "--send-to", kept.url, *arguments) as sandbox,
    ):
        settings = await lines_of(sandbox, 6)
        assert [b""] * len(SUBSCRIBED) == [body for body, _ in kept.got]
        await post(f"{url_of(sandbox)}/_sandbox/identifications", {})
        await until(lambda: len(kept.got) == len(SUBSCRIBED) + 2)
    for body, headers in kept.got[len(SUBSCRIBED) :]:
        expected = "sha256=" + hmac.new(b"chosen", body, hashlib.sha256).hexdigest()
        assert expected == headers["Solaris-Webhook-Signature"]
    assert ('client_id = "me"', f"subscribed: {kept.url}") == (settings[3], settings[5])
    assert "not-to-be-seen" not in "".join(settings)


async def test_solaris_waits_for_a_receiver_that_comes_later(shell: Shell) -> None:
    """Nobody answers the first handshake; once somebody does, each type is subscribed once."""
    port = free_port()
    to = f"http://127.0.0.1:{port}/hook"
    async with shell.serve("sandbox", "solaris", "--port", "0", "--send-to", to) as sandbox:
        said = (await lines_of(sandbox, 7))[-1]
        async with inbox(port) as later:
            assert [f"subscribed: {to}"] == await lines_of(sandbox, 1)
    assert "invalid_webhook_url" in said
    assert len(SUBSCRIBED) == len(later.got)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("onfido",), "no such vendor"),
        (("idverse", "--signing-key", "x"), "none of idverse's options"),
        (("solaris", "--header-value", "x"), "none of solaris's options"),
        (("idenfy", "--client-id", "x"), "none of idenfy's options"),
        (("credas", "--header-name", "webhook-auth"), "letters and digits"),
    ],
)
async def test_what_cannot_be_played_is_refused(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    status, _, errors = await shell.run("sandbox", *arguments)
    assert 2 == status
    assert said in errors


async def test_each_vendor_listens_on_its_own_port_whichever_others_there_are() -> None:
    """Of a free port p, iDenfy has p and Solaris p + 2, also without IDVerse."""
    async with playing({"idenfy": VENDORS["idenfy"].app(None, "127.0.0.1")}, 0) as found:
        port = int(found["idenfy"].rpartition(":")[2])
    apps = {name: VENDORS[name].app(None, "127.0.0.1") for name in ("solaris", "idenfy")}
    async with playing(apps, port) as urls:
        assert {"idenfy": port, "solaris": port + 2} == {
            name: int(url.rpartition(":")[2]) for name, url in urls.items()
        }


def test_the_sources_of_dev_are_tests_that_ask_their_sandboxes() -> None:
    """Each with the secret that its sandbox uses; without any sandbox iDenfy's alone is left, which asks nobody."""
    urls = {name: f"http://127.0.0.1:{number}" for number, name in enumerate(VENDORS, start=1)}
    sources = {source.vendor: source for source in dev_settings(urls).source}
    [alone] = dev_settings({}).source

    assert {"test"} == {source.environment for source in sources.values()}
    assert {name: (vendor.secret,) for name, vendor in VENDORS.items()} == {
        name: source.secrets for name, source in sources.items()
    }
    assert {name: source.api.base_url for name, source in sources.items() if source.api is not None} == {
        "idenfy": urls["idenfy"],
        "idverse": f"{urls['idverse']}/v1",
        "solaris": urls["solaris"],
        "credas": f"{urls['credas']}/api/v2/ci",
    }
    assert ("idenfy", None, "test") == (alone.vendor, alone.api, alone.environment)


async def test_what_dev_prints_plays_a_verification_of_each_vendor(shell: Shell) -> None:
    """Each printed line, pasted into a shell, ends as one verified event of that vendor, marked as a test."""
    shell.environ["HOOKLINE_RECEIVER__LISTEN"] = "127.0.0.1:0"
    async with shell.serve("dev", "--port", "0") as process:
        printed = await lines_of(process, 4 + 2 * len(VENDORS))
        for line in printed[5::2]:
            await pasted(line)
        await until(lambda: verified(shell, {*VENDORS}))
        events = await shell.rows("events")
        assert 0 == await process.end(signal.SIGTERM)
    assert {True} == {event["test"] for event in events}
    assert len({event["event_id"] for event in events}) == len(events)


async def pasted(line: str) -> None:
    process = await asyncio.create_subprocess_exec("sh", "-c", line.strip(), stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    assert 0 == process.returncode, output.decode()


async def verified(shell: Shell, vendors: set[str]) -> bool:
    events = await shell.rows("events")
    return vendors <= {event["provider"] for event in events if event["outcome"] == "VERIFIED"}


async def test_a_settings_file_gets_the_sandboxes_of_its_test_sources(shell: Shell) -> None:
    """One for the test account of iDenfy, none for another account that is no test; its key signs."""
    source = '[[source]]\nname = "try"\nvendor = "idenfy"\nsecrets = ["a-key"]\nenvironment = "test"'
    shell.write_settings(more=source)
    async with shell.serve("dev", "--port", "0") as process:
        assert "sandbox iDenfy on" in process.ready
        assert "sandbox Solaris on" not in process.ready
        line = (await lines_of(process, 6))[5]
        await pasted(line)
        await until(lambda: verified(shell, {"idenfy"}))
        events = await shell.rows("events")
    assert {"try"} == {event["source"] for event in events}
