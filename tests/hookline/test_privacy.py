"""Canaries in every place where a person can stand: none of them sings outside the callbacks and dead letters."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from aiohttp import ClientSession

from runtime.eventlog import open_log
from tests.hookline.conftest import Shell, headers
from tests.waiting import until

CANARY = "CANARY"
PERSON = {
    "docFirstName": CANARY,
    "docLastName": CANARY,
    "docNumber": CANARY,
    "docPersonalCode": CANARY,
    "docDob": CANARY,
    "address": CANARY,
    "fullName": CANARY,
    "additionalData": {"UTILITY_BILL": {"address": {"value": CANARY, "status": "MATCH"}}},
}
ROW = {"name": CANARY, "surname": CANARY, "reason": CANARY, "suspicion": "PEPS"}
SERVICE = {"status": {"serviceSuspected": True, "overallStatus": "SUSPECTED"}, "data": [ROW], "serviceName": "Aml"}
RESULT = {
    "final": True,
    "scanRef": "scan-1",
    "clientId": f"{CANARY}@example.com",
    "clientIp": CANARY,
    "clientLocation": CANARY,
    "status": {"overall": f"it was {CANARY}", "denyReasons": [CANARY], "fraudTags": [f"{CANARY} said so"]},
    "data": PERSON,
    "AML": [SERVICE],
    "fileUrls": {"FACE": f"https://files.example/{CANARY}"},
    "questionnaireAnswers": {"title": CANARY, "sections": [{"title": CANARY, "questions": [{"value": CANARY}]}]},
    "manualAddress": CANARY,
}
BODIES = (
    json.dumps(RESULT).encode(),
    json.dumps(RESULT | {"finishTime": CANARY, "scanRef": "scan-2"}).encode(),
    json.dumps(RESULT | {"final": CANARY, "scanRef": "scan-3"}).encode(),
    json.dumps({key: value for key, value in RESULT.items() if key != "scanRef"}).encode(),
    f"not JSON, by {CANARY}".encode(),
    b'{"a":' * 5000 + b'"CANARY"',
)
LOOKS = (
    ("events",),
    ("events", "--json"),
    ("callbacks",),
    ("callbacks", "--json"),
    ("dead-letters", "list"),
    ("dead-letters", "list", "--json"),
    ("dead-letters", "redrive", "--all", "--dry-run"),
    ("dead-letters", "redrive", "--all", "--dry-run", "--json"),
    ("alerts", "--json"),
    ("status", "idenfy:scan-1", "--json"),
    ("search", "scan-1"),
    ("search", "scan-1", "--json"),
    ("timeline", "idenfy:scan-1"),
    ("timeline", "idenfy:scan-1", "--json"),
)


async def test_no_canary_sings_where_people_and_programs_look(shell: Shell) -> None:
    """Log lines, metrics, health, every command, the projections' file, events, memory and dead letters' headers."""
    shell.write_settings(observability='[observability]\nlog_level = "debug"')
    texts = []
    async with shell.serve("dev", "--no-sandbox") as process, ClientSession() as client:
        for body in BODIES:
            url = f"{process.url}/callbacks/idenfy?name={CANARY}"
            for signature in (headers(body), {"Idenfy-Signature": CANARY}):
                async with client.post(url, data=body, headers=signature) as answer:
                    texts.append(await answer.text())
        await until(lambda: finished(shell))
        for path in ("metrics", "ready", "live"):
            async with client.get(f"{process.operations}/{path}") as answer:
                texts.append(await answer.text())
        process.process.send_signal(signal.SIGTERM)
        output, errors = await process.process.communicate()
        texts += [output.decode(), errors.decode()]
    for arguments in LOOKS:
        status, output_text, errors_text = await shell.run(*arguments)
        assert status == 0, errors_text
        texts += [output_text, errors_text]
    texts.append((shell.folder / "hookline-views.db").read_bytes().decode("latin-1"))
    texts += [path.name for path in shell.folder.iterdir()]
    texts += await records(shell.folder)
    assert [] == [text for text in texts if CANARY in text]


async def finished(shell: Shell) -> bool:
    """Whether every stored body is an event or a dead letter, and the event is projected."""
    status, _, _ = await shell.run("status", "idenfy:scan-1")
    letters = (await shell.run("dead-letters", "list"))[1].splitlines()
    events = (await shell.run("events"))[1].splitlines()
    return status == 0 and len(letters) + len(events) == len(BODIES)


async def records(folder: Path) -> list[str]:
    """Whatever lies on the topics that may hold nobody's data, and the words about dead letters."""
    log = await open_log(f"sqlite:///{folder}/hookline.db")
    names = (
        "verification-events",
        "alerts",
        "memory.idenfy",
        "memory.alerts",
        "memory.alerts.observations",
        "observations",
        "audit",
    )
    texts: list[str] = []
    for name in names:
        texts += [repr(record) async for record in log.scan(name)]
    async for record in log.scan("dead-letters"):
        texts += [repr(pair) for pair in record.headers if pair[0].startswith("dead-letter-")]
    await log.close()
    return texts
