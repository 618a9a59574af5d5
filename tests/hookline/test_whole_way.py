"""Every recorded case the whole way: the request on a real socket, its answer, and what lies on the topics after it."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from hookline.parts import NORMALIZE, RECEIVE
from hookline.serving import Running, running
from runtime.settings import parse_settings
from schemas import deadletter, topics
from schemas.callback import from_record
from schemas.codec import event_from_record, event_to_record
from tests.waiting import until

CASES = Path(__file__).parents[1] / "normalizers" / "idenfy" / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())
KEY = "test-signing-key"


@dataclass(frozen=True, slots=True)
class Case:
    headers: dict[str, str]
    body: bytes
    after: list[str]
    expected: dict[str, Any]


def case_of(name: str) -> Case:
    request = json.loads((CASES / name / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (CASES / name / request["body_file"]).read_bytes() if raw is None else raw.encode()
    expected = json.loads((CASES / name / "expected.json").read_bytes())
    headers = request["headers"]
    if expected["answer"] == 200 and "Idenfy-Signature" not in headers:
        headers["Idenfy-Signature"] = hmac.digest(KEY.encode(), body, "sha256").hex()
    return Case(headers, body, request.get("after", []), expected)


@asynccontextmanager
async def hookline(folder: Path) -> AsyncIterator[Running]:
    source = {"name": "idenfy", "vendor": "idenfy", "secrets": [KEY]}
    content = {
        "log": {"url": f"sqlite:///{folder}/hookline.db"},
        "receiver": {"listen": "127.0.0.1:0"},
        "source": [source],
    }
    async with running(parse_settings(content, "test", environ={}), {RECEIVE, NORMALIZE}) as process:
        yield process


async def post(process: Running, client: ClientSession, case: Case) -> int:
    async with client.post(f"{process.receiver}/callbacks/idenfy", data=case.body, headers=case.headers) as answer:
        return answer.status


async def settled(process: Running) -> None:
    async def finished() -> bool:
        lags = [await process.log.lag(topic, stage.name) for stage in process.stages for topic in stage.topics]
        return not any(lags)

    await until(finished)


def spelt(record: dict[str, Any], callback_id: str) -> dict[str, Any]:
    """An event as ``expected.json`` spells it."""
    plain: dict[str, Any] = json.loads(json.dumps(record, default=lambda moment: moment.isoformat()))
    if plain["verification_id"] == callback_id:
        plain["verification_id"] = "$callback"
    return plain


@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_request_has_its_answer_and_its_events(tmp_path: Path, name: str) -> None:
    """What is answered 200 is on the log byte for byte and is an event or a dead letter; the rest leaves nothing."""
    case = case_of(name)
    async with hookline(tmp_path) as process, ClientSession() as client:
        for earlier in case.after:
            assert await post(process, client, case_of(earlier)) == 200
        assert case.expected["answer"] == await post(process, client, case)
        await settled(process)
        log = process.log
        stored = [from_record(record) async for record in log.scan("callbacks.idenfy")][len(case.after) :]
        events = [event_from_record(record) async for record in log.scan(topics.VERIFICATION_EVENTS)][len(case.after) :]
        letters = [deadletter.from_record(record) async for record in log.scan(topics.DEAD_LETTERS)]
    assert [case.body] * (case.expected["answer"] == 200) == [callback.body for callback in stored]
    callback_id = stored[0].id if stored else ""
    got = [spelt(event_to_record(event), callback_id) for event in events]
    assert case.expected["events"] == [
        {key: row[key] for key in wanted} for row, wanted in zip(got, case.expected["events"], strict=True)
    ]
    assert [case.expected["dead_letter"]] * (case.expected["dead_letter"] is not None) == [
        letter.reason for letter in letters
    ]
