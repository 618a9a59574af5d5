"""The code of docs/alert-channels.md with which a receiver verifies a webhook, run as it stands there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from consumers.alerts.delivery.channel import send_once
from tests.consumers.delivery.alerts import alert, channel
from tests.consumers.delivery.receivers import OTHER_SECRET, SECRET, Heard, Receiver

DOCUMENT = (Path(__file__).parents[3] / "docs" / "alert-channels.md").read_text(encoding="utf-8")
THIRD_SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"

PYTHON = """
import json, sys
told = json.load(open(sys.argv[1]))
print(*(is_ours(told["headers"], told["body"].encode(), secret) for secret in told["secrets"]))
"""
NODE = """
const told = JSON.parse(require("node:fs").readFileSync(process.argv[2]));
console.log(told.secrets.map((secret) => isOurs(told.headers, Buffer.from(told.body), secret)).join(" "));
"""
JAVA = """
class Main {
    public static void main(String[] told) throws Exception {
        var headers = new java.util.HashMap<String, String>();
        for (int each = 2; each < told.length; each += 2) headers.put(told[each], told[each + 1]);
        for (String file : told[0].split(",")) {
            byte[] body = java.nio.file.Files.readAllBytes(java.nio.file.Path.of(file));
            for (String secret : told[1].split(",")) System.out.println(Webhooks.isOurs(headers, body, secret));
        }
    }
}
"""


def code(language: str) -> str:
    return DOCUMENT.split(f"```{language}\n")[1].partition("```")[0]


def said(command: Sequence[str | Path]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the document's
    assert done.returncode == 0, done.stderr
    return done.stdout.lower().split()


async def told_to(receiver: Receiver) -> Heard:
    """A webhook signed with two secrets."""
    await send_once(channel("ops", receiver.url, secrets=(OTHER_SECRET, SECRET)), alert())
    return receiver.heard[0]


def written(folder: Path, heard: Heard, body: str | None = None) -> Path:
    secrets = [SECRET, OTHER_SECRET, THIRD_SECRET]
    file = folder / "told.json"
    text = heard.body.decode() if body is None else body
    file.write_text(json.dumps({"headers": heard.headers, "body": text, "secrets": secrets}))
    return file


@pytest.mark.parametrize(("language", "program", "main"), [("python", sys.executable, PYTHON), ("js", "node", NODE)])
async def test_the_code_of_the_document_knows_ours_from_others(
    heard: Receiver, tmp_path: Path, language: str, program: str, main: str
) -> None:
    """Either secret fits, a third does not, and nothing fits a body that was changed."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here: the document's code in it was not tried")
    told = await told_to(heard)
    script = tmp_path / "verify.cjs"
    script.write_text(code(language) + main)
    assert ["true", "true", "false"] == said([program, script, written(tmp_path, told)])
    changed = told.body.decode().replace("scan-1", "scan-2")
    assert ["false"] * 3 == said([program, script, written(tmp_path, told, changed)])


async def test_the_code_in_java_does_too(heard: Receiver, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None or "jdk.compiler" not in " ".join(said([java, "--list-modules"])):
        pytest.skip("no Java with a compiler here: the document's code in it was not tried")
    told = await told_to(heard)
    source, body, changed = tmp_path / "Main.java", tmp_path / "body.json", tmp_path / "changed.json"
    imports, _, verifying = code("java").partition("class Webhooks")
    source.write_text(f"{imports}{JAVA}class Webhooks{verifying}")
    secrets = f"{SECRET},{OTHER_SECRET},{THIRD_SECRET}"
    headers = [part for pair in told.headers.items() for part in pair]
    body.write_bytes(told.body)
    changed.write_bytes(told.body + b" ")
    expected = ["true", "true", "false"] + ["false"] * 3
    assert expected == said([java, "-XX:TieredStopAtLevel=1", source, f"{body},{changed}", secrets, *headers])
