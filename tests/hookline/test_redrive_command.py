"""``hookline dead-letters redrive``: from a callback that could not be worked off, its cause mended, to its event."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from hookline.sandboxes import DEV_WEBHOOK_SECRET, VENDORS, Target, served
from runtime.eventlog import Record, open_log
from sandbox import solaris
from schemas import audit, deadletter, topics
from schemas.codec import event_from_record
from schemas.deadletter import DeadLetter, DeadLetterReason
from tests.hookline.conftest import Shell
from tests.hookline.sources import source
from tests.hookline.test_sandbox_command import post
from tests.waiting import until

REDRIVE = ("dead-letters", "redrive")
UNASKED = (
    f'[[source]]\nname = "solaris"\nvendor = "solaris"\nenvironment = "test"\nsecrets = ["{DEV_WEBHOOK_SECRET}"]\n'
)


@pytest.fixture
async def at_solaris() -> AsyncIterator[str]:
    account = solaris.Account(webhook_secret=DEV_WEBHOOK_SECRET)
    async with served(solaris.make_app(account, solaris.Behaviour(first_retry=0.05)), 0) as url:
        yield url


@pytest.mark.timeout(240)  # nine processes, one after another
async def test_a_callback_whose_settings_were_mended_becomes_its_event_once(shell: Shell, at_solaris: str) -> None:
    """Its source had no [source.api], so that nothing could be read at the vendor. Redriven with it, it is read."""
    shell.write_settings(solaris=UNASKED)
    async with shell.serve("receive") as receive, shell.serve("fetch") as fetch:
        async with ClientSession() as http:
            await VENDORS["solaris"].call_back(http, at_solaris, Target(f"{receive.url}/callbacks/solaris"), None)
        begun = (await post(f"{at_solaris}/_sandbox/identifications", {}))["id"]
        await post(f"{at_solaris}/_sandbox/identifications/{begun}/result", {"result": "SUCCESS"})
        await until(lambda: has_letters(shell))
        assert [0, 0] == [await each.end(signal.SIGTERM) for each in (receive, fetch)]
    stopped = await shell.rows("dead-letters", "list")
    assert {("fetch", "NOT_FETCHABLE")} == {(row["stage"], row["reason"]) for row in stopped}
    assert [] == await verified(shell)

    shell.write_settings(solaris=source("solaris", at_solaris, f'secrets = ["{DEV_WEBHOOK_SECRET}"]'))
    told = await shell.rows(*REDRIVE, "--all", "--dry-run")
    assert [row["key"] for row in stopped] == [row["key"] for row in told]
    assert len(stopped) == len(await scanned(shell, topics.DEAD_LETTERS))
    done = await shell.rows(*REDRIVE, "--all", "--stage", "fetch", "--yes")
    assert {"callbacks.solaris"} == {row["topic"] for row in done}
    async with shell.serve("fetch"), shell.serve("normalize"):
        await until(lambda: is_verified(shell))
    assert [begun] == await verified(shell)
    assert [] == await shell.rows("dead-letters", "list")
    assert [row["key"] for row in stopped] == await audited(shell)


async def scanned(shell: Shell, topic: str) -> list[Record]:
    """The topic as it stands, without the price of a command."""
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db")
    try:
        return [record async for record in log.scan(topic)]
    finally:
        await log.close()


async def has_letters(shell: Shell) -> bool:
    return bool(await scanned(shell, topics.DEAD_LETTERS))


async def verified(shell: Shell) -> list[str]:
    events = [event_from_record(record) for record in await scanned(shell, topics.VERIFICATION_EVENTS)]
    return [each.verification_id for each in events if (each.kind, each.outcome) == ("VERIFICATION", "VERIFIED")]


async def is_verified(shell: Shell) -> bool:
    return bool(await verified(shell))


async def audited(shell: Shell) -> list[str]:
    """About what somebody wrote down that they would redrive it."""
    looks = [audit.from_record(record) for record in await scanned(shell, topics.AUDIT)]
    assert {("redrive", "command line")} == {(look.what, look.via) for look in looks}
    return [look.about for look in looks]


async def write_letters(shell: Shell, *letters: DeadLetter) -> None:
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db")
    for letter in letters:
        await log.append(topics.DEAD_LETTERS, deadletter.to_message(letter))
    await log.close()


async def back(shell: Shell) -> list[tuple[str, int]]:
    """The callbacks on their topic, each with where it stands."""
    return [(record.key.rpartition("/")[2], record.offset) for record in await scanned(shell, "callbacks.idenfy")]


def letter(number: int, reason: DeadLetterReason = DeadLetterReason.PROGRAM_ERROR, **changes: str) -> DeadLetter:
    topic, stage = changes.get("topic", "callbacks.idenfy"), changes.get("stage", "normalize")
    headers = (("id", f"callback-{number}".encode()),)
    key = f"scan-{number}/callback-{number}"
    return DeadLetter(stage, reason, "KeyError", topic, 0, number, "0", key, f"scan-{number}", headers, b"{}")


async def test_those_that_are_named_go_back_by_key_or_by_callback(shell: Shell) -> None:
    """One that is not there is said, and then nothing is done at all."""
    shell.write_settings()
    await write_letters(shell, letter(1), letter(2), letter(3))
    first, second, third = await shell.rows("dead-letters", "list")
    status, _, errors = await shell.run(*REDRIVE, first["key"], "callback-9")
    assert (1, True) == (status, "no such dead letter: callback-9" in errors)
    assert [first, second, third] == await shell.rows("dead-letters", "list")
    done = await shell.rows(*REDRIVE, first["key"], "callback-2")
    assert await back(shell) == [(row["callback_id"], row["redriven_to"]) for row in done]
    assert [third] == await shell.rows("dead-letters", "list")
    assert (1, "") == (await shell.run("dead-letters", "show", "callback-1"))[:2]


async def test_all_asks_before_it_does_anything_and_takes_what_the_filters_leave(shell: Shell) -> None:
    """Nobody answers: nothing is done."""
    shell.write_settings()
    await write_letters(
        shell, letter(1), letter(2, DeadLetterReason.NOT_JSON), letter(3, stage="project", topic="verification-events")
    )
    status, _, errors = await shell.run(*REDRIVE, "--all")
    assert (1, True) == (status, "Redrive 3 dead letters?" in errors)
    assert 3 == len(await shell.rows("dead-letters", "list"))
    done = await shell.rows(*REDRIVE, "--all", "--yes", "--reason", "PROGRAM_ERROR", "--stage", "normalize")
    assert ["callback-1"] == [row["callback_id"] for row in done]
    status, output, _ = await shell.run(*REDRIVE, "--all", "--yes")
    assert (0, "redriven: 2") == (status, output.splitlines()[-1])


async def test_what_cannot_go_back_is_said_and_the_others_go(shell: Shell) -> None:
    shell.write_settings()
    await write_letters(shell, letter(1, topic="memory.alert-handling", stage="project"), letter(2))
    status, output, errors = await shell.run(*REDRIVE, "--all", "--yes", "--json")
    assert (1, 1, True) == (status, len(output.splitlines()), "memory.alert-handling/0/1" in errors)
    (left,) = await shell.rows("dead-letters", "list")
    assert "callback-1" == left["callback_id"]


@pytest.mark.parametrize("arguments", [(), ("callback-1", "--all")])
async def test_which_ones_must_be_said(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.write_settings()
    status, _, errors = await shell.run(*REDRIVE, *arguments)
    assert (2, True) == (status, "or say --all" in errors)
