"""``hookline alert`` and its commands, as somebody at a terminal uses them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from getpass import getuser

import pytest
from aiohttp import web

from consumers.alerts.finding import alert_of
from consumers.alerts.numbers import findings_in
from consumers.alerts.rule import BUILT_IN
from runtime.eventlog import open_log
from schemas.codec import alert_to_message
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, is_compacted
from tests.examples import NOON
from tests.hookline.conftest import Shell

EVERYBODY = """
[[operator]]
name = "ada"
token = "env:ADA"
[[operator]]
name = "vera"
token = "env:VERA"
role = "viewer"
"""
ADA, VERA = "a" * 32, "v" * 32
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
async def hook() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A receiver of webhooks, and the bodies that it took."""
    taken: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.read())
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/hook", taken
    await runner.cleanup()


def channel(name: str, url: str) -> str:
    return f'[[alert.channel]]\nname = "{name}"\nkind = "webhook"\nurl = "{url}"\nsecrets = ["{SECRET}"]\ntest = true\n'


async def raised(shell: Shell) -> str:
    """An alert on the topic, and its id."""
    log = await open_log(f"sqlite:///{shell.folder}/hookline.db", is_compacted=is_compacted)
    letters = Observation(ObservationKind.LETTERS, NOON, "idenfy", "idenfy", {"normalize/NOT_JSON": 3})
    rule = BUILT_IN["dead-letters"]
    alert = alert_of(rule, findings_in(rule, letters, {})[0], 3)
    await log.append(ALERTS, alert_to_message(alert))
    await log.close()
    return alert.alert_id


async def test_the_rules_that_are_active_are_shown_with_their_parameters(shell: Shell) -> None:
    """The settings' own included; those that are switched off are not there."""
    shell.write_settings(
        more='[[alert.rule]]\nname = "vendor-silent"\nenabled = false',
        own='[[alert.rule]]\nname = "mine"\nwhen = "event-matches"\nevent = { kind = "AML" }',
    )
    rows = {row["name"]: row for row in await shell.rows("alert", "rules")}
    assert rows.keys() == {*BUILT_IN, "mine"} - {"vendor-silent"}
    assert (24.0, "WARNING") == (rows["needs-review-too-old"]["hours"], rows["needs-review-too-old"]["severity"])
    assert {"kind": ["AML"]} == rows["mine"]["event"]
    status, output, _ = await shell.run("alert", "rules")
    assert status == 0
    assert "hours 24" in output


async def test_a_sample_goes_through_the_rules_channels(shell: Shell, hook: tuple[str, list[bytes]]) -> None:
    """Marked as a test; of each channel it is said what came of it, and one that did not take it is a failure."""
    url, taken = hook
    closed = url.replace("/hook", "/nobody")
    shell.write_settings(
        rule='[[alert.rule]]\nname = "dead-letters"\nchannels = ["desk"]',
        desk=channel("desk", url),
        gone=channel("gone", closed),
    )
    status, output, errors = await shell.run("alert", "test", "dead-letters")
    assert status == 0, errors
    assert "desk: taken" in output
    (body,) = taken
    sent = json.loads(body)
    assert ("hookline.alert", "dead-letters", True) == (sent["type"], sent["data"]["rule"], sent["data"]["test"])
    status, output, _ = await shell.run("alert", "test", "screening-hit")
    assert status == 11
    assert "desk: taken" in output
    assert "gone: refused" in output
    assert 2 == len(taken)


async def test_a_dry_run_sends_nothing_and_makes_no_log(shell: Shell, hook: tuple[str, list[bytes]]) -> None:
    """It only shows the sample; an unknown rule is an error."""
    url, taken = hook
    shell.write_settings(desk=channel("desk", url))
    for rule in BUILT_IN:
        (row,) = await shell.rows("alert", "test", rule, "--dry-run")
        assert (rule, True) == (row["rule"], row["test"])
    assert [] == taken
    assert not (shell.folder / "hookline.db").exists()
    status, _, errors = await shell.run("alert", "test", "nothing")
    assert (1, "hookline: no active rule nothing; `hookline alert rules` shows them\n") == (status, errors)


async def test_an_alert_is_acknowledged_by_somebody_who_may(shell: Shell) -> None:
    """With the operator's token; a viewer may not, and nobody may without one."""
    shell.write_settings(operators=EVERYBODY)
    alert_id = await raised(shell)
    shell.environ |= {"ADA": ADA, "VERA": VERA}
    status, _, errors = await shell.run("alert", "acknowledge", alert_id)
    assert (1, True) == (status, "HOOKLINE_OPERATOR_TOKEN: not set" in errors)
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = VERA
    status, _, errors = await shell.run("alert", "acknowledge", alert_id)
    assert (1, "hookline: vera is a viewer, and this is for operators\n") == (status, errors)
    shell.environ["HOOKLINE_OPERATOR_TOKEN"] = ADA
    (row,) = await shell.rows("alert", "acknowledge", alert_id, "--note", "called the branch")
    assert (alert_id, "ada", "called the branch") == (row["alert_id"], row["by"], row["note"])
    status, _, errors = await shell.run("alert", "acknowledge", "another")
    assert (1, "hookline: no alert another; `hookline alerts` shows them all\n") == (status, errors)


async def test_a_silence_lasts_until_its_end_or_until_somebody_ends_it(shell: Shell) -> None:
    """It names something, and ends; those that last are shown."""
    shell.write_settings()
    await raised(shell)
    (silence,) = await shell.rows("alert", "silence", "--rule", "vendor-silent", "--source", "idenfy", "--for", "2h")
    assert ("vendor-silent", "idenfy", "") == (silence["rule"], silence["source"], silence["provider"])
    assert [silence] == await shell.rows("alert", "silences")
    status, output, _ = await shell.run("alert", "unsilence", silence["id"])
    assert (0, f"silence {silence['id']} is over\n") == (status, output)
    assert [] == await shell.rows("alert", "silences")
    looks = [(look["who"], look["what"], look["about"].split()[:3]) for look in await shell.rows("audit")]
    assert [
        (getuser(), "silence", [silence["id"], "rule=vendor-silent", "source=idenfy"]),
        (getuser(), "unsilence", [silence["id"]]),
    ] == looks
    failures = [
        ("alert", "silence", "--for", "2h"),
        ("alert", "silence", "--for", "2h", "--rule", "nothing"),
        ("alert", "silence", "--for", "soon", "--rule", "vendor-silent"),
        ("alert", "silence", "--for", "9999d", "--rule", "vendor-silent"),
        ("alert", "silence", "--for", "\u00b2h", "--rule", "vendor-silent"),
        ("alert", "unsilence", silence["id"]),
    ]
    ends = await asyncio.gather(*[shell.run(*arguments) for arguments in failures])
    assert [1, 1, 2, 2, 2, 1] == [status for status, _, _ in ends]
    assert "a silence must name a rule, a provider, a source or a verification" in ends[0][2]


async def test_a_silence_is_about_something_that_there_is(shell: Shell) -> None:
    """Else it would silence nothing, and nobody would know. A verification is written as for every other command."""
    shell.write_settings()
    await raised(shell)
    silenced = ("alert", "silence", "--for", "1h")
    for verification in ("idenfy:scan:1", "scan:1"):
        (silence,) = await shell.rows(*silenced, "--verification", verification)
        assert "scan:1" == silence["verification_id"]
        assert silence["provider"] == verification.partition("scan")[0].rstrip(":")
    failures = [
        (("--provider", "idenfi"), (1, "--provider: no vendor idenfi; write one of: idenfy, idverse, solaris, credas")),
        (("--source", "idenfy-us"), (1, "--source: no source idenfy-us; write one of: idenfy")),
        (("--verification", "idenfy:"), (2, "'idenfy:': write it as idenfy:id")),
        (("--verification", "idenfy:x", "--provider", "credas"), (2, "'idenfy:x': write it as credas:id")),
    ]
    for arguments, (expected, said) in failures:
        status, _, errors = await shell.run(*silenced, *arguments)
        assert (expected, True) == (status, said in errors), errors
    assert 2 == len(await shell.rows("alert", "silences"))


async def test_a_rule_that_cannot_be_stops_the_start(shell: Shell) -> None:
    """With its place, before anything runs."""
    shell.write_settings(own='[[alert.rule]]\nname = "mine"\nwhen = "event-matches"\nevent = { kind = "MOON" }')
    status, _, errors = await shell.run("alert")
    assert status == 1
    assert "alert.rule[0] (mine).event.kind: MOON is no such word; write one of: UNKNOWN, VERIFICATION" in errors


async def test_alerts_about_accounts_are_listed_too(shell: Shell) -> None:
    """By the account's name, with how many findings they stand for."""
    shell.write_settings()
    await raised(shell)
    status, output, _ = await shell.run("alerts")
    assert status == 0
    assert "WARNING  dead-letters  idenfy  Records of source idenfy became dead letters" in output
    assert "(3 times)" in output
