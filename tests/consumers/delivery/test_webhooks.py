"""Signed webhooks, one attempt at a time: what goes out, and what each answer or lie comes to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import WebhookVerificationError

from consumers.alerts.delivery.channel import Outcome, Result, send_once
from consumers.alerts.delivery.webhook import outcome_of, signer_of
from schemas.alert import AlertScope, Severity
from tests.consumers.delivery.alerts import CONSOLE, alert, channel
from tests.consumers.delivery.receivers import (
    OTHER_SECRET,
    SECRET,
    Mood,
    Receiver,
    drops,
    garbage,
    half_a_head,
    hangs,
    says,
    slow_body,
    takes_too_long,
)


async def test_a_receiver_that_knows_the_secret_can_verify_and_read_it(heard: Receiver) -> None:
    """With the library that Standard Webhooks itself gives to receivers."""
    one = alert()
    assert Result.TAKEN == (await send_once(channel("ops", f"{heard.url}/hook?team=a"), one)).result
    (told,) = heard.heard
    assert ("/hook?team=a", "application/json") == (told.path, told.headers["content-type"])
    assert (one.alert_id, "hookline.alert") == (told.id, told.verified()["type"])
    assert one.raised_at == datetime.fromisoformat(told.document["timestamp"])


async def test_its_data_are_the_alerts_fields_and_a_link(heard: Receiver) -> None:
    one = alert()
    await send_once(channel("ops", heard.url), one)
    data = heard.heard[0].document["data"]
    raised_at = datetime.fromisoformat(data.pop("raised_at"))
    assert one.raised_at == raised_at
    assert {
        "alert_id": one.alert_id,
        "rule": "rejected-for-fraud",
        "severity": "WARNING",
        "provider": "idenfy",
        "source": "idenfy-eu",
        "verification_id": "scan-1",
        "event_ids": list(one.event_ids),
        "message": "idenfy rejected verification scan-1 for fraud (FAKE_FACE).",
        "outcome": "REJECTED",
        "test": False,
        "scope": "VERIFICATION",
        "count": 1,
        "url": f"{CONSOLE}/verifications/idenfy/scan-1",
    } == data


async def test_what_is_about_no_verification_links_to_the_alerts(heard: Receiver) -> None:
    await send_once(channel("ops", heard.url), alert(scope=AlertScope.SYSTEM, verification_id="", provider=""))
    assert f"{CONSOLE}/alerts" == heard.heard[0].document["data"]["url"]


async def test_an_id_that_is_no_path_is_none_in_the_link_either(heard: Receiver) -> None:
    await send_once(channel("ops", heard.url), alert(verification_id="../<script>?x=1#y"))
    url = heard.heard[0].document["data"]["url"]
    assert f"{CONSOLE}/verifications/idenfy/..%2F%3Cscript%3E%3Fx%3D1%23y" == url


async def test_each_of_several_secrets_signs_so_that_one_can_be_changed_without_a_gap(heard: Receiver) -> None:
    await send_once(channel("ops", heard.url, secrets=(OTHER_SECRET, SECRET)), alert())
    (told,) = heard.heard
    assert told.verified(SECRET) == told.verified(OTHER_SECRET)


async def test_who_knows_none_of_the_secrets_verifies_nothing(heard: Receiver) -> None:
    await send_once(channel("ops", heard.url), alert())
    with pytest.raises(WebhookVerificationError):
        heard.heard[0].verified(OTHER_SECRET)


LIES: dict[str, tuple[Mood, Outcome]] = {
    "an error": (says(500), Outcome(Result.FAILED, "answers 500")),
    "an error with a time": (says(503, "Retry-After: 7"), Outcome(Result.FAILED, "answers 503", 7.0)),
    "too many": (says(429, "Retry-After: 30"), Outcome(Result.FAILED, "answers 429", 30.0)),
    "a strange time": (says(429, "Retry-After: soon"), Outcome(Result.FAILED, "answers 429")),
    "a request that took too long": (says(408), Outcome(Result.FAILED, "answers 408")),
    "nothing": (hangs, Outcome(Result.FAILED, "no answer within 0.5 s")),
    "an answer that comes too late": (takes_too_long, Outcome(Result.FAILED, "no answer within 0.5 s")),
    "a dropped connection": (drops, Outcome(Result.FAILED, "no answer (ClientOSError)")),
    "bytes that are no HTTP": (garbage, Outcome(Result.FAILED, "no answer (ClientResponseError)")),
    "half a head": (half_a_head, Outcome(Result.FAILED, "no answer (ServerDisconnectedError)")),
    "gone": (says(410), Outcome(Result.REFUSED, "answers 410; see the channel's url and secrets, then redrive")),
    "not allowed": (says(401), Outcome(Result.REFUSED, "answers 401; see the channel's url and secrets, then redrive")),
    "an empty receipt": (says(204), Outcome(Result.TAKEN)),
    "a receipt with a page": (says(200, body=b"<html>" * 1000), Outcome(Result.TAKEN)),
    "a receipt without an end": (slow_body, Outcome(Result.TAKEN)),
}


@pytest.mark.parametrize("lie", LIES)
async def test_whatever_is_answered_is_an_outcome_in_time(heard: Receiver, lie: str) -> None:
    heard.mood, expected = LIES[lie]
    async with asyncio.timeout(5):
        found = await send_once(channel("ops", heard.url), alert())
    known = {"ClientOSError", "ServerDisconnectedError", "ClientPayloadError", "ClientResponseError"}
    if expected.detail.startswith("no answer ("):
        assert expected.result is found.result
        assert found.detail.removeprefix("no answer (").rstrip(")") in known
    else:
        assert expected == found


async def test_a_redirect_is_not_followed(heard: Receiver, other: Receiver) -> None:
    """Else whoever answers for an address could have alerts posted to any other."""
    heard.mood = says(301, f"Location: {other.url}/elsewhere")
    found = await send_once(channel("ops", heard.url), alert())
    assert (Result.FAILED, True, []) == (found.result, "put the new address into url" in found.detail, other.heard)


async def test_nobody_there_is_an_outcome_too() -> None:
    found = await send_once(channel("ops", "http://127.0.0.1:9/"), alert())
    assert Outcome(Result.FAILED, "no answer (ClientConnectorError)") == found


async def test_a_server_that_speaks_no_tls_is_an_outcome_too(heard: Receiver) -> None:
    heard.mood = garbage
    found = await send_once(channel("ops", heard.url.replace("http:", "https:")), alert())
    assert (Result.FAILED, []) == (found.result, heard.heard)


def test_the_other_form_of_retry_after_is_a_date() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    found = outcome_of(503, format_datetime(now + timedelta(seconds=90), usegmt=True), now)
    assert Outcome(Result.FAILED, "answers 503", 90.0) == found


@pytest.mark.parametrize("wish", ["soon", "Mon, 01 Jan 2024 00:00:00 +99999999999999999999", "-1", ""])
def test_a_retry_after_that_nobody_understands_is_none(wish: str) -> None:
    """The delivery is tried again all the same."""
    assert Outcome(Result.FAILED, "answers 503", None) == outcome_of(503, wish, datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!!", "whsec_QUJD", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="])
def test_a_secret_is_named_whsec_and_long_enough(text: str) -> None:
    with pytest.raises(ValueError, match="write it as whsec_ and 24 to 64 random bytes in base64"):
        signer_of(text)


def test_a_channel_wants_what_is_severe_enough_and_no_tests() -> None:
    """A severity that this version does not know is kept from no one."""
    strict, all_of_it = channel("a", "https://x.example", min_severity="critical"), channel("b", "https://x.example")
    assert [False, False, True, True] == [
        strict.wants(alert(severity=severity))
        for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL, Severity.UNKNOWN)
    ]
    assert (True, False) == (all_of_it.wants(alert()), all_of_it.wants(alert(test=True)))
    assert channel("c", "https://x.example", test=True).wants(alert(test=True))
