"""``hookline check``: what is in order, and what is allowed but dangerous."""

from __future__ import annotations

from tests.hookline.conftest import Shell
from tests.hookline.sources import source

NOWHERE = "http://127.0.0.1:9"


async def test_sources_that_cannot_do_all_are_warned_of(shell: Shell) -> None:
    """Without an API, without secrets yet, unsigned: one line each that names the source, and still status 0."""
    shell.write_settings(
        idverse=source("idverse", NOWHERE, "unsigned = true"),
        solaris=source("solaris", NOWHERE, "awaiting_secrets = true"),
    )
    status, output, errors = await shell.run("check")
    assert (0, "") == (status, errors)
    assert [
        "warning: source idverse is unsigned: whoever can reach it can write to it",
        "warning: source solaris awaits its secrets: it answers handshakes and accepts nothing",
        "warning: source idenfy has no [source.api]: nothing is fetched for it, nothing reconciled",
    ] == [line for line in output.splitlines() if line.startswith("warning: ")]


async def test_sources_with_secret_and_api_are_warned_of_by_nothing(shell: Shell) -> None:
    """Each of the three vendors can be set up without a warning."""
    settings = "\n".join(source(vendor, NOWHERE, 'secrets = ["a"]') for vendor in ("idenfy", "idverse", "solaris"))
    (shell.folder / "hookline.toml").write_text(settings)
    status, output, errors = await shell.run("check")
    assert (0, "") == (status, errors)
    assert "warning" not in output
    assert "settings: in order; sources: idenfy, idverse, solaris" in output.splitlines()


async def test_a_secret_of_the_api_that_is_not_set_is_said(shell: Shell) -> None:
    """Status 1, and the name of the variable; it is found before anything is asked."""
    text = source("idverse", NOWHERE, 'secrets = ["a"]').replace("sandbox-api-key", "env:IDVERSE_API_KEY")
    shell.write_settings(idverse=text)
    status, _, errors = await shell.run("check")
    assert (1, True) == (status, "the environment variable IDVERSE_API_KEY is not set" in errors), errors


async def test_channels_of_alerts_and_tokens_are_looked_at_before_they_are_needed(shell: Shell) -> None:
    """Each one's missing secret is named and ends the check; with both there the channel is listed."""
    channel = '[[alert.channel]]\nname = "desk"\nkind = "apprise"\nurl = "env:DESK"'
    shell.write_settings(channel=channel, ann='[[operator]]\nname = "ann"\ntoken = "env:ANNS"')
    status, _, errors = await shell.run("check")
    assert (1, True) == (status, "DESK is not set" in errors), errors
    shell.environ["DESK"] = "json://127.0.0.1:9/"
    status, _, errors = await shell.run("check")
    assert (1, True) == (status, "ANNS is not set" in errors), errors
    shell.environ["ANNS"] = "0" * 32
    status, output, errors = await shell.run("check")
    assert (0, "", True) == (status, errors, "alerts: 12 rules, channels: desk" in output.splitlines()), output
