"""Channels through Apprise: what arrives at real servers, and what never appears in a log line."""

from __future__ import annotations

import asyncio
import io
import logging
from contextlib import redirect_stderr
from email.header import decode_header, make_header
from email.message import Message

import pytest
import structlog

from consumers.alerts.delivery.channel import Result, send_once
from consumers.alerts.delivery.notifying import service_of
from consumers.alerts.delivery.telling import text_of, title_of
from runtime.observability import configure_logging
from runtime.settings import ObservabilitySettings
from schemas.alert import AlertScope, Severity
from tests.consumers.delivery.alerts import CONSOLE, alert, channel
from tests.consumers.delivery.conftest import Desk
from tests.consumers.delivery.receivers import Receiver, drops, garbage, says, slow_body
from tests.consumers.delivery.smtp import mail_server
from tests.waiting import until

CANARY = "canary-5e1f-token"


def json_url(receiver: Receiver, more: str = "") -> str:
    return f"{receiver.url.replace('http:', 'json:')}/{CANARY}{more}"


async def test_an_alert_arrives_as_a_title_and_a_text(heard: Receiver) -> None:
    one = alert()
    found = await send_once(channel("chat", json_url(heard), kind="apprise", timeout=10), one)
    document = heard.heard[0].document
    assert Result.TAKEN is found.result, found
    assert ("WARNING: rejected-for-fraud, idenfy scan-1", "warning") == (document["title"], document["type"])
    assert text_of(one, CONSOLE) == document["message"]


async def test_severities_are_apprises_types(heard: Receiver) -> None:
    made = channel("chat", json_url(heard), kind="apprise", timeout=10)
    for severity in Severity:
        await send_once(made, alert(severity=severity))
    assert ["warning", "info", "warning", "failure"] == [each.document["type"] for each in heard.heard]


async def test_an_e_mail_arrives(heard: Receiver) -> None:
    del heard
    async with mail_server() as server:
        url = f"mailto://127.0.0.1:{server.port}/?from=hookline@example.org&to=ops@example.org&mode=insecure"
        found = await send_once(channel("mail", url, kind="apprise", timeout=10), alert(severity=Severity.CRITICAL))
    assert Result.TAKEN is found.result, found
    (mail,) = server.mails
    assert "CRITICAL: rejected-for-fraud, idenfy scan-1" == str(make_header(decode_header(mail["Subject"])))
    assert f"{CONSOLE}/verifications/idenfy/scan-1" in plain(mail)


def plain(mail: Message) -> str:
    part = next(part for part in mail.walk() if part.get_content_maintype() == "text")
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


async def test_a_mail_server_that_refuses_is_an_attempt_that_failed() -> None:
    async with mail_server() as server:
        server.refuses = True
        url = f"mailto://127.0.0.1:{server.port}/?from=hookline@example.org&to=ops@example.org&mode=insecure"
        found = await send_once(channel("mail", url, kind="apprise", timeout=10), alert())
    assert (Result.FAILED, "not taken (through Apprise, E-Mail)") == (found.result, found.detail)


async def test_an_error_is_told_by_its_status_alone(heard: Receiver) -> None:
    heard.mood = says(503, body=CANARY.encode())
    found = await send_once(channel("chat", json_url(heard), kind="apprise", timeout=10), alert())
    assert (Result.FAILED, "answers 503 (through Apprise, JSON)") == (found.result, found.detail)


async def test_who_hangs_costs_a_bounded_time_and_bounded_threads(heard: Receiver) -> None:
    """A thread that hangs cannot be ended, so no more than so many are begun: here an answer that never ends, of which
    each part comes in time.
    """
    heard.mood = slow_body
    made = channel("chat", json_url(heard), kind="apprise", timeout=0.2, parallel=1)
    async with asyncio.timeout(10), made.opened() as send:
        assert ["not taken within 0.2 s"] * 2 == [(await send(alert())).detail for _ in range(2)]
        assert "earlier attempts still hang" == (await send(alert())).detail
        assert 2 == len(heard.heard)


async def test_a_channel_that_comes_back_has_everything(desk: Desk, heard: Receiver) -> None:
    heard.moods.extend([drops, says(500), garbage])
    async with desk.running(channel("chat", json_url(heard), kind="apprise", timeout=10)):
        await desk.raise_(*(alert(number) for number in range(5)))
        await desk.done()
    titles = {each.document["title"] for each in heard.heard}
    assert {f"WARNING: rejected-for-fraud, idenfy scan-{number}" for number in range(5)} == titles


@pytest.mark.parametrize("level", ["warning", "debug"])
async def test_neither_url_nor_answer_is_in_any_log_line(heard: Receiver, desk: Desk, level: str) -> None:
    """Whatever goes wrong, and whatever Apprise itself says of it."""
    said = io.StringIO()
    with redirect_stderr(said):
        configure_logging(ObservabilitySettings.model_validate({"log_level": level, "log_format": "json"}))
        heard.moods.extend([says(500, body=CANARY.encode()), drops, garbage, says(404, body=CANARY.encode())])
        made = channel("chat", json_url(heard, f"?+X-Key={CANARY}"), kind="apprise", timeout=10)
        async with desk.running(made):
            await desk.raise_(alert())
            await until(lambda: len(heard.heard) >= 5)
            await desk.done()
        assert service_of(f"slack://{CANARY}", 1.0) is None
        logging.getLogger("apprise").error("as Apprise would say: %s", CANARY)
        logging.getLogger("urllib3.connectionpool").warning("as urllib3 would say: %s", CANARY)
    structlog.reset_defaults()
    assert "alert waits" in said.getvalue()
    assert CANARY not in said.getvalue()
    assert CANARY not in repr(made)


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops", "Slack"),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        (
            "workflows://prod-01.westus.logic.azure.com:443/643e69f83c8944/abc-def",
            "Power Automate / Workflows (for MSTeams)",
        ),
        ("pagerduty://integration@apikey", "Pager Duty"),
        ("opsgenie://apikey", "Opsgenie"),
        ("mailtos://user:password@mail.example.com:587/?from=a@example.org&to=b@example.org", "E-Mail"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("ntfys://ntfy.example.org/alerts", "ntfy"),
        ("nonsense://x", None),
        ("slack://", None),
    ],
)
def test_urls_are_read_as_apprise_documents_them(url: str, service: str | None) -> None:
    """Read only: nobody is called."""
    found = service_of(url, 5.0)
    assert service == (None if found is None else str(found.service_name))


@pytest.mark.parametrize(("more", "texts"), [("", 1), ("?overflow=split", 10)])
def test_a_text_that_is_too_long_for_a_service_is_cut_unless_the_url_says_otherwise(more: str, texts: int) -> None:
    """PagerDuty refuses more than 1024 characters, and refuses them again with each attempt."""
    service = service_of(f"pagerduty://integration@apikey{more}", 5.0)
    assert service is not None
    cut = service._apply_overflow(body="x" * 9000, title=title_of(alert()))
    assert (texts, True) == (len(cut), all(len(each["title"]) + len(each["body"]) <= 1024 for each in cut))
    assert title_of(alert()) in cut[0]["body"]


def test_texts_are_short_and_say_what_is_a_test() -> None:
    system = alert(scope=AlertScope.SYSTEM, provider="", source="", verification_id="", count=3, test=True)
    assert "TEST WARNING: rejected-for-fraud, Hookline" == title_of(system)
    text = text_of(system, None)
    assert "Findings: 3\n" in text
    assert "This is about a test account; nobody has to act on it." == text.splitlines()[-1]


async def test_hostile_words_are_text_and_nothing_else(heard: Receiver) -> None:
    """A vendor's word or id may look like a mention of everyone, a link, markup, or the next line."""
    hostile = "<!channel> @everyone [x](https://evil.example) *b* `c` <b>\nSubject: x\x1b[31m\u202e"
    one = alert(message=hostile, verification_id="<!here>\r\n1")
    await send_once(channel("chat", json_url(heard), kind="apprise", timeout=10), one)
    document = heard.heard[0].document
    said = document["message"].split("\n")
    assert "\u2039!channel\u203a \uff20everyone (x)(https: //evil.example)" == said[0].partition(" \u2217")[0]
    assert "\u2217b\u2217 'c' \u2039b\u203a Subject: x (31m " == said[0].partition("example) ")[2]
    assert "WARNING: rejected-for-fraud, idenfy \u2039!here\u203a  1" == document["title"]
    assert f"{CONSOLE}/verifications/idenfy/%3C%21here%3E%0D%0A1" == said[-1]
