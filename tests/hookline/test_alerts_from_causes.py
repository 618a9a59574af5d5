"""Every built-in rule from its real cause, a request at a door where there is one, to one alert on the topic."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from consumers.alerts import observer
from consumers.alerts.rule import BUILT_IN
from hookline.parts import ALERT, NORMALIZE, PROJECT, RECEIVE
from hookline.serving import Running, running
from ingest.receive import observing
from runtime.eventlog import open_log
from runtime.settings import parse_settings
from schemas import observation
from schemas.alert import Alert
from schemas.codec import alert_from_record
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, OBSERVATIONS, is_compacted
from tests.hookline.conftest import result
from tests.waiting import until

CASES = Path(__file__).parents[1] / "normalizers"
KEY = "test-signing-key"
CANARY = "Canary"


@asynccontextmanager
async def hookline(folder: Path, *rules: dict[str, Any], views: str | None = None) -> AsyncIterator[Running]:
    """Every part that has to do with alerts; with ``views`` somewhere else, nobody fills them."""
    sources = (
        {"name": "idenfy", "vendor": "idenfy", "secrets": [KEY]},
        {"name": "solaris", "vendor": "solaris", "unsigned": True},
    )
    content = {
        "log": {"url": f"sqlite:///{folder}/hookline.db"},
        "receiver": {"listen": "127.0.0.1:0"},
        "source": sources,
        "alert": {"tick": 0.1, "rule": rules},
        "projections": {} if views is None else {"url": views},
    }
    parts = {RECEIVE, NORMALIZE, ALERT} | ({PROJECT} if views is None else set())
    async with running(parse_settings(content, "test", environ={}), parts) as process:
        yield process


async def post(process: Running, body: bytes, headers: dict[str, str], source: str = "idenfy") -> int:
    url = f"{process.receiver}/callbacks/{source}"
    async with ClientSession() as client, client.post(url, data=body, headers=headers) as answer:
        return answer.status


async def told(process: Running, body: bytes, event: str = "IDENTIFICATION_MANUAL_FINISHED") -> None:
    signature = hmac.digest(KEY.encode(), body, "sha256").hex()
    assert 200 == await post(process, body, {"Idenfy-Signature": signature, "Idenfy-Event-Type": event})


async def recorded(process: Running, vendor: str, case: str) -> None:
    request = json.loads((CASES / vendor / "cases" / case / "request.json").read_bytes())
    body = (CASES / vendor / "cases" / case / request["body_file"]).read_bytes()
    signed = {"Idenfy-Signature": hmac.digest(KEY.encode(), body, "sha256").hex()}
    assert 200 == await post(process, body, {**signed, **request["headers"]}, vendor)


async def alerts(process: Running) -> list[Alert]:
    return [alert_from_record(record) async for record in process.log.scan(ALERTS)]


async def has(process: Running, rule: str, least: int = 1) -> bool:
    return least <= len([alert for alert in await alerts(process) if alert.rule == rule])


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver tells at once what it saw, and the read model is looked at with each tick: no test waits for it."""
    monkeypatch.setattr(observing, "EVERY", 0.1)
    monkeypatch.setattr(observer, "LOOK_EVERY", timedelta(0))


async def test_what_vendors_tell_raises_one_alert_a_cause(tmp_path: Path) -> None:
    """And none of them holds anything of what the bodies say of a person."""
    async with hookline(tmp_path) as process:
        fraud = {"overall": "DENIED", "fraudTags": ["FAKE_PHOTO"], "manualFace": "FAKE_FACE"}
        await told(process, result("fraud", "DENIED", status=fraud, data={"docFirstName": CANARY}))
        await told(process, result("contrary", "APPROVED"))
        await told(process, result("contrary", "DENIED"))
        await told(process, result("drift", "APPROVED", newMember=CANARY, otherMember={"name": CANARY}))
        await told(process, CANARY.encode())
        await recorded(process, "idenfy", "aml-monitoring-flags-found")
        await recorded(process, "idenfy", "document-expiration-expires-within-7-days")
        await recorded(process, "solaris", "person-deleted")
        for _ in range(2):  # each comes again, as vendors do it
            await told(process, result("fraud", "DENIED", status=fraud, data={"docFirstName": CANARY}))
            await told(process, result("contrary", "DENIED"))
        expected = {
            "rejected-for-fraud": "fraud",
            "contradicting-decisions": "contrary",
            "screening-hit": None,
            "document-expires": "ref-doc-document_expires_within_7_days",
            "person-erased": "7cf09c3c5547b974a664201f24b454eecper",
            "unmapped-words": "",
            "dead-letters": "",
        }
        for rule in expected:
            await until(lambda rule=rule: has(process, rule))  # type: ignore[misc]
        found = await alerts(process)
    assert Counter(dict.fromkeys(expected, 1)) == Counter(alert.rule for alert in found)
    about = {alert.rule: alert.verification_id for alert in found}
    assert {rule: of for rule, of in expected.items() if of is not None}.items() <= about.items()
    assert [] == [alert for alert in found if CANARY in repr(alert)]
    (drift,) = [alert for alert in found if alert.rule == "unmapped-words"]
    assert "idenfy says what no table has: newMember, otherMember." == drift.message


async def test_forged_deliveries_raise_one_alert(tmp_path: Path) -> None:
    """Ten at a real door; however many more come within the hour, no second one."""
    async with hookline(tmp_path) as process:
        for _ in range(2):
            answers = await asyncio.gather(
                *[post(process, result("x"), {"Idenfy-Signature": "00" * 32}) for _ in range(10)]
            )
            assert {401} == set(answers)
            await until(lambda: has(process, "failed-authentications"))
        (alert,) = await alerts(process)
    assert ("failed-authentications", "source:idenfy", "") == (alert.rule, alert.key, alert.verification_id)


async def test_what_waits_raises_an_alert_out_of_the_projections(tmp_path: Path) -> None:
    """A review that nobody does, and a customer who does not go on; both settings shortened to what a test can wait."""
    old = {"name": "needs-review-too-old", "hours": 0.0001}
    soon = {"name": "verification-expires-soon", "hours": 24, "lifetimes": {"idenfy": 24}}
    async with hookline(tmp_path, old, soon) as process:
        await told(process, result("review", "SUSPECTED"))
        await recorded(process, "idenfy", "rule-4-auto-finished-without-final")
        await recorded(process, "idenfy", "rule-5-active")
        await until(lambda: has(process, "needs-review-too-old"))
        await until(lambda: has(process, "verification-expires-soon"))
        found = [alert for alert in await alerts(process) if alert.rule in {old["name"], soon["name"]}]
    assert len(found) == len({(alert.rule, alert.verification_id) for alert in found})


async def test_without_the_projections_database_all_other_rules_go_on(tmp_path: Path) -> None:
    """``/ready`` says which rules wait for what, and no password."""
    async with hookline(tmp_path, views="postgresql://nobody:secret@127.0.0.1:1/views") as process:
        fraud = {"overall": "DENIED", "fraudTags": ["FAKE_PHOTO"]}
        await told(process, result("fraud", "DENIED", status=fraud))
        await until(lambda: has(process, "rejected-for-fraud"))
        await until(lambda: says(process, "rules about open work wait: postgresql://nobody:***@127.0.0.1:1/views"))


async def says(process: Running, words: str) -> bool:
    """Whether /ready is 503 with these words."""
    async with ClientSession() as client, client.get(f"{process.operations}/ready") as answer:
        return answer.status == 503 and words in await answer.text()


async def test_silence_and_a_spent_budget_are_told_of_once(tmp_path: Path) -> None:
    """After eight days of callbacks every ten minutes, and an hour of nothing; observations as the doors write them."""
    now = datetime.now(UTC)
    log = await open_log(f"sqlite:///{tmp_path}/hookline.db", is_compacted=is_compacted)
    seen = []
    for minutes in range(8 * 24 * 60, 0, -10):
        at = now - timedelta(minutes=minutes)
        heard = Observation(ObservationKind.DOORS, at, "idenfy", "idenfy", {"stored": 30})
        seen.append(heard if minutes > 60 else Observation(ObservationKind.TICK, at))
    seen.append(Observation(ObservationKind.BUDGET, now, "idenfy", "idenfy", {"day_spent": 9, "day_most": 10}))
    await asyncio.gather(*[log.append(OBSERVATIONS, observation.to_message(each)) for each in seen])
    await log.close()
    async with hookline(tmp_path) as process:
        for rule in ("vendor-silent", "budget-nearly-spent"):
            await until(lambda rule=rule: has(process, rule))  # type: ignore[misc]
        found = await alerts(process)
    assert Counter({"vendor-silent": 1, "budget-nearly-spent": 1}) == Counter(alert.rule for alert in found)


def test_each_rule_has_its_cause_here() -> None:
    """A rule that is added is added here."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [] == [name for name in BUILT_IN if f'"{name}"' not in text]
