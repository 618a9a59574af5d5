"""``hookline vendor``: what people do at a vendor, against the sandboxes and a receiver that is a process."""

from __future__ import annotations

import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.sandboxes import served
from sandbox import idverse, solaris
from tests.hookline.conftest import Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import free_port, post
from tests.waiting import until

TRANSACTION = "01HH3KA3FBT5NW60H8PC2KAD3N"
IDENTIFICATION = "b80ea8c7f76909749763e77f3efc2c87cidt"


@pytest.fixture
async def at_solaris() -> AsyncIterator[str]:
    """Its first retry comes after 55 ms, and there are 24 of them."""
    async with served(solaris.make_app(None, solaris.Behaviour(time_scale=0.01)), 0) as url:
        yield url


@pytest.fixture
async def at_idverse() -> AsyncIterator[str]:
    async with served(idverse.make_app(), 0) as url:
        yield url


async def get(url: str) -> Any:  # noqa: ANN401 - any JSON
    async with ClientSession() as http, http.get(url) as answer:
        assert answer.ok
        return await answer.json()


async def statuses(at_solaris: str) -> list[int | None]:
    """What the webhooks' attempts were answered with so far."""
    attempts = (await get(f"{at_solaris}/_sandbox/deliveries"))["attempts"]
    return [each["status"] for each in attempts]


def everything_written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_subscription_lives_from_its_handshake_to_its_replacement(shell: Shell, at_solaris: str) -> None:
    """Made while the receiver awaits secrets; its webhooks get 401 until the secret stands in the settings, and none
    of them is lost. The secret is printed once and is nowhere in the log or in what the receiver prints.
    """
    shell.environ["HOOKLINE_RECEIVER__LISTEN"] = f"127.0.0.1:{free_port()}"
    shell.write_settings(solaris=source("solaris", at_solaris, "awaiting_secrets = true"))
    async with shell.serve("receive") as receiver:
        url = f"{receiver.url}/callbacks/solaris"
        made = await answer(shell, "solaris", "subscribe", "identification", url)
        secret = made["secret"]
        [first] = await answer(shell, "solaris", "subscriptions")
        begun = await post(f"{at_solaris}/_sandbox/identifications", {})
        await until(lambda: was_answered(at_solaris, 401))
        assert 200 not in await statuses(at_solaris)
        assert 0 == await receiver.end(signal.SIGTERM)
        assert receiver.process.stderr is not None
        printed = await receiver.process.stderr.read()
    assert ("IDENTIFICATION", url) == (first["event_type"], first["url"])
    assert {"action"} == {row["kind"] for row in await shell.rows("callbacks")}

    shell.environ["SOLARIS_SECRET"] = secret
    shell.write_settings(solaris=source("solaris", at_solaris, 'secrets = ["env:SOLARIS_SECRET"]'))
    async with shell.serve("receive") as receiver:
        await until(lambda: all_delivered(at_solaris))
        again = await answer(shell, "solaris", "subscribe", "IDENTIFICATION", url)
        assert 0 == await receiver.end(signal.SIGTERM)
    stored = [row for row in await shell.rows("callbacks") if row["kind"] == "callback"]
    assert {begun["id"]} == {row["verification_id"] for row in stored}
    assert (await statuses(at_solaris)).count(200) == len(stored) > 0
    assert ([first["id"]], True) == (again["replaces"], again["secret"] not in {None, secret})
    assert secret.encode() not in everything_written(shell.folder) + printed
    assert again["secret"].encode() not in everything_written(shell.folder)

    assert {"unsubscribed": first["id"]} == await answer(shell, "solaris", "unsubscribe", first["id"])
    left = await answer(shell, "solaris", "subscriptions")
    assert [{name: again[name] for name in ("id", "event_type", "url")}] == left


async def answer(shell: Shell, *arguments: str) -> Any:  # noqa: ANN401 - any JSON
    """What an action's vendor said."""
    [row] = await shell.rows("vendor", *arguments)
    assert "DONE" == row["state"]
    return row["answer"]


async def was_answered(at_solaris: str, status: int) -> bool:
    return status in await statuses(at_solaris)


async def all_delivered(at_solaris: str) -> bool:
    return int((await get(f"{at_solaris}/_sandbox/deliveries"))["pending"]) == 0


async def test_a_receiver_that_is_not_there_is_not_subscribed(shell: Shell, at_solaris: str) -> None:
    """Refused, no secret; the message names the URL and what must run there."""
    shell.write_settings(solaris=source("solaris", at_solaris, "awaiting_secrets = true"))
    url = f"http://127.0.0.1:{free_port()}/callbacks/solaris"
    status, output, errors = await shell.run("vendor", "solaris", "subscribe", "IDENTIFICATION", url)
    assert (5, "") == (status, output)
    assert f"does {url} answer from outside, over https? hookline receive must run there" in errors
    assert [] == await answer(shell, "solaris", "subscriptions")


async def test_without_an_api_a_vendor_cannot_be_asked(shell: Shell) -> None:
    """The message names the source and its missing section."""
    shell.write_settings(more='[[source]]\nname = "bank"\nvendor = "solaris"\nsecrets = ["a"]')
    status, _, errors = await shell.run("vendor", "solaris", "subscriptions")
    assert (2, "hookline: source (bank).api: missing; solaris cannot be asked without it\n") == (status, errors)


async def test_the_report_is_written_for_its_reader_alone(shell: Shell, at_idverse: str) -> None:
    """A file of mode 0600 that begins as a PDF does, and is never replaced."""
    shell.write_settings(idverse=source("idverse", at_idverse, 'secrets = ["a"]'))
    name = (await post(f"{at_idverse}/_sandbox/transactions", {}))["transaction_id"]
    await post(f"{at_idverse}/_sandbox/transactions/{name}/complete", {})
    command = ("vendor", "idverse", "pdf", name, "--output", "report.pdf")
    status, output, errors = await shell.run(*command)
    report = shell.folder / "report.pdf"
    written = report.read_bytes()
    assert (0, "", f"report.pdf: {len(written)} bytes") == (status, errors, output.splitlines()[1])
    assert (b"%PDF-", 0o600) == (written[:5], stat.S_IMODE(report.stat().st_mode))

    report.write_bytes(b"mine")
    status, _, errors = await shell.run(*command)
    assert (1, b"mine") == (status, report.read_bytes())
    assert "report.pdf: is there already; name another file" in errors


@pytest.mark.parametrize(
    ("name", "output", "status", "said"),
    [
        (TRANSACTION, "report.pdf", 4, "nothing of that id there; check the ids and the source"),
        ("../transactions", "report.pdf", 2, "is not written as this vendor writes ids"),
    ],
)
async def test_a_report_that_is_not_there_leaves_no_file(
    shell: Shell, at_idverse: str, name: str, output: str, status: int, said: str
) -> None:
    """An id that IDVerse does not know is not found, what can be no id is a mistake in the command's use."""
    shell.write_settings(idverse=source("idverse", at_idverse, 'secrets = ["a"]'))
    found, _, errors = await shell.run("vendor", "idverse", "pdf", name, "--output", output)
    assert (status, True) == (found, said in errors), errors
    assert not (shell.folder / output).exists()


async def test_what_is_registered_is_pending_once(shell: Shell) -> None:
    """A second registration of the same verification is an action of somebody's, and opens nothing."""
    shell.write_settings()
    register = ("vendor", "idenfy", "register", "scan-1", "--subject", "customer-1", "--operator", "somebody")
    for _ in range(2):
        status, output, errors = await shell.run(*register)
        assert (0, "") == (status, errors)
        assert output.startswith("done: idenfy register idenfy:scan-1, at source idenfy (")
    assert (await shell.run("vendor", "idenfy", "register", "scan-2"))[0] == 0
    async with shell.serve("normalize"), shell.serve("project"):
        await until(lambda: answers_status(shell, "idenfy:scan-2"))
    [told] = await shell.rows("status", "idenfy:scan-1")
    events = await shell.rows("events")
    assert [("scan-1", "VERIFICATION"), ("scan-1", "ACTION"), ("scan-2", "VERIFICATION")] == [
        (event["verification_id"], event["kind"]) for event in events
    ]
    assert ["scan-1", "scan-1", "scan-2"] == [row["verification_id"] for row in await shell.rows("callbacks")]
    assert ("PENDING", False, "customer-1", "REGISTERED") == (
        *(told["outcome"], told["final"], told["subject_ref"], told["vendor_status"]),
    )
    assert {("OPERATOR", "OPERATOR")} == {(event["decided_by"], event["provenance"]) for event in events}


async def answers_status(shell: Shell, verification: str) -> bool:
    return (await shell.run("status", verification))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("idenfy", "register", ""), "verification_id: missing"),
        (("idenfy", "register", "x" * 201), "verification_id: 201 characters; at most 200"),
        (("idenfy", "register", "scan-1", "--subject", "x" * 201), "subject: 201 characters; at most 200"),
        (("idverse", "register", "../transactions"), "is not written as this vendor writes ids"),
        (("solaris", "register", "two words"), "is not written as this vendor writes ids"),
        (("solaris", "unsubscribe", "../persons"), "is not written as this vendor writes ids"),
        (("solaris", "supported-documents", "a/b", IDENTIFICATION), "is not written as this vendor writes ids"),
    ],
)
async def test_what_can_be_no_id_is_a_mistake_in_the_commands_use(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    """Status 2; no vendor runs here, and the attempt is all that the log has."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    shell.write_settings(
        idverse=source("idverse", nowhere, 'secrets = ["a"]'), solaris=source("solaris", nowhere, 'secrets = ["a"]')
    )
    status, output, errors = await shell.run("vendor", *arguments)
    assert (2, "") == (status, output)
    assert said in errors
    assert ["action"] == [row["kind"] for row in await shell.rows("callbacks")]


async def test_of_several_accounts_one_is_named(shell: Shell) -> None:
    """Without ``--source`` the message lists them; a name that none has is refused too."""
    shell.write_settings(more='[[source]]\nname = "second"\nvendor = "idenfy"\nsecrets = ["a"]')
    register = ("vendor", "idenfy", "register", "scan-1")
    none = await shell.run(*register)
    wrong = await shell.run(*register, "--source", "third")
    named = await shell.run(*register, "--source", "second")
    assert (2, "hookline: source: idenfy, second are all idenfy; name one\n") == (none[0], none[2])
    assert (2, "hookline: source: none called third of vendor idenfy in the settings; add it\n") == (wrong[0], wrong[2])
    assert (0, ["second"]) == (named[0], [row["source"] for row in await shell.rows("callbacks")])


async def test_supported_documents_are_shown_as_solaris_says_them(shell: Shell, at_solaris: str) -> None:
    """An identification that Solaris does not know is not found."""
    shell.write_settings(solaris=source("solaris", at_solaris, 'secrets = ["a"]'))
    begun = await post(f"{at_solaris}/_sandbox/identifications", {})
    shown = await answer(shell, "solaris", "supported-documents", begun["personId"], begun["id"])
    assert [["document_type", "issuing_countries"]] * 2 == [sorted(each) for each in shown]
    command = ("vendor", "solaris", "supported-documents", begun["personId"], IDENTIFICATION)
    unknown, _, said = await shell.run(*command)
    assert (4, True) == (unknown, "nothing of that id there; check the ids and the source" in said)


async def test_an_identification_is_begun_from_the_person_to_its_link(shell: Shell, at_solaris: str) -> None:
    """A person, an identification of theirs, its start: pending by what Solaris then says, and the link is shown."""
    shell.write_settings(solaris=source("solaris", at_solaris, 'secrets = ["a"]'))
    person = (await answer(shell, "solaris", "create-person", "Jane", "Doe", "--birth-date", "1992-12-11"))["id"]
    made = await answer(shell, "solaris", "create-identification", person, "idnow", "--language", "DE")
    begun = await answer(shell, "solaris", "request-identification", person, made["id"])
    assert ("created", "pending") == (made["status"], begun["status"])
    async with shell.serve("normalize"), shell.serve("project"):
        await until(lambda: answers_status(shell, f"solaris:{made['id']}"))
    [told] = await shell.rows("status", f"solaris:{made['id']}")
    assert ("PENDING", person) == (told["outcome"], told["subject_ref"])
    assert begun["url"].startswith("https://")
