"""``hookline alert`` as a process: kill -9 between a channel's receipt and the log's, and what stands nowhere."""

from __future__ import annotations

import signal

from runtime.eventlog import open_log
from schemas import topics
from schemas.codec import alert_to_message
from tests.consumers.delivery.alerts import alert
from tests.consumers.delivery.receivers import SECRET, hangs, receiver, says
from tests.hookline.conftest import Shell
from tests.waiting import until

CANARY = "canary-5e1f-token"


async def test_an_alert_whose_receipt_was_lost_comes_again_under_the_same_id(shell: Shell) -> None:
    """The process is killed once the channel has read the alert and before it can know; its successor brings it again.
    A third one brings nothing: by then the log knows.
    """
    async with receiver() as heard:
        lines = ["[[alert.channel]]", 'name = "ops"', 'kind = "webhook"', 'secrets = ["env:HOOK_SECRET"]']
        shell.write_settings(channel="\n".join([*lines, 'url = "env:HOOK_URL"', "timeout = 30"]))
        shell.environ |= {"HOOK_SECRET": SECRET, "HOOK_URL": f"{heard.url}/{CANARY}"}
        heard.mood = hangs
        async with shell.serve("alert") as first:
            log = await open_log(f"sqlite:///{shell.folder}/hookline.db", is_compacted=topics.is_compacted)
            await log.append(topics.ALERTS, alert_to_message(alert()))
            await until(lambda: len(heard.heard) == 1, deadline=60)
            assert -signal.SIGKILL == await first.end(signal.SIGKILL)
        heard.mood = says(200)
        async with shell.serve("alert") as second:
            await until(lambda: len(heard.heard) == 2, deadline=60)
            assert 0 == await second.end(signal.SIGTERM)
            assert second.process.stderr is not None
            said = (await second.process.stderr.read()).decode()
        async with shell.serve("alert") as third:
            assert 0 == await third.end(signal.SIGTERM)
        await log.close()
    assert [alert().alert_id] * 2 == [each.verified()["data"]["alert_id"] for each in heard.heard]
    assert CANARY not in said


async def test_a_channel_without_its_secret_ends_the_start_in_words(shell: Shell) -> None:
    lines = ["[[alert.channel]]", 'name = "ops"', 'kind = "webhook"', 'secrets = ["env:HOOK_SECRET"]']
    shell.write_settings(channel="\n".join([*lines, 'url = "https://ops.example/hook"']))
    status, _, errors = await shell.run("alert")
    assert status != 0
    assert "alert.channel (ops).secrets[0]: the environment variable HOOK_SECRET is not set" in errors
