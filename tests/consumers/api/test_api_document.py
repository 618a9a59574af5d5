"""What docs/api.md tells people to type."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consumers.projections.tables import STATUS
from schemas import callback as callbacks
from schemas import topics
from tests.consumers.api.api_served import TOKENS, Api
from tests.consumers.seeding import put, put_alert, put_letter, status_row, verification
from tests.examples import callback

_TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
_BLOCKS = re.findall(r"```(\w+)\n(.*?)```", _TEXT, re.DOTALL)
_EXAMPLES = [
    (content, _BLOCKS[place + 1] if place + 1 < len(_BLOCKS) and _BLOCKS[place + 1][0] != "sh" else None)
    for place, (language, content) in enumerate(_BLOCKS)
    if language == "sh" and not content.startswith("export ")
]


@pytest.mark.parametrize(("commands", "expected"), _EXAMPLES, ids=lambda value: str(value)[:40])
async def test_its_commands_do_what_it_says(
    api: Api, tmp_path: Path, commands: str, expected: tuple[str, str] | None
) -> None:
    """Each block as it stands, against a console that has something of everything; what it shows is in the answer."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    await _something_of_everything(api)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", commands),
        cwd=tmp_path,
        env={"CONSOLE": api.url, "TOKEN": TOKENS["ada"], "PATH": "/usr/bin:/bin:/usr/local/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        printed, _ = await process.communicate()
    assert 0 == process.returncode, printed.decode()
    if expected is not None and expected[0] == "text":
        assert expected[1].strip() == printed.decode().strip()
    if expected is not None and expected[0] == "json":
        told = json.loads(printed)
        missing = list(_missing(json.loads(expected[1]), told, "answer"))
        assert [] == missing


def _missing(shown: Any, told: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """What is shown and not told; more may be told."""
    if isinstance(shown, dict) and isinstance(told, dict):
        for name, value in shown.items():
            yield from _missing(value, told.get(name, "nothing"), f"{where}.{name}")
    elif isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
        for number, (one, other) in enumerate(zip(shown, told, strict=True)):
            yield from _missing(one, other, f"{where}[{number}]")
    elif shown != told:
        yield f"{where}: {shown!r} is shown, {told!r} told"


async def _something_of_everything(api: Api) -> None:
    await verification(api.store, 1)
    await put(api.store, STATUS, status_row(2, waits_for="REVIEWER", waits_since=status_row(2)["received_at"]))
    await put_alert(api.store, 1)
    await put_letter(api.store, 1)
    message = callbacks.to_message(callback())
    place = await api.log.append(topics.callbacks("idenfy"), message)
    assert (0, 1) == (place.partition, place.offset)
