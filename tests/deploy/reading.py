"""The files of ``deploy/`` as Docker reads them, as far as they go."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OUR_IMAGE = "hookline:dev"

Service = dict[str, Any]


def compose() -> dict[str, Any]:
    """The compose file with its fragments merged, and each ``${NAME:-default}`` as for somebody who set nothing."""
    return dict(_with_defaults(yaml.safe_load((DEPLOY / "compose.yaml").read_text())))


def _with_defaults(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    if isinstance(value, dict):
        return {key: _with_defaults(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_defaults(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
    return value


def services() -> dict[str, Service]:
    return dict(compose()["services"])


def ours() -> dict[str, Service]:
    """The services that run this project's image."""
    return {name: service for name, service in services().items() if service["image"] == OUR_IMAGE}


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile. ``stage`` counts from 0; what stands before the first ``FROM`` has -1."""

    stage: int
    keyword: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words of the exec form, else those between blanks."""
        found = re.search(r"\[.*\]$", self.text)
        return list(json.loads(found.group())) if found else self.text.split()


def dockerfile() -> list[Instruction]:
    """The Dockerfile's instructions, with the defaults of its global arguments put in."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    logical = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    found: list[Instruction] = []
    arguments: dict[str, str] = {}
    stage = -1
    for line in filter(str.strip, logical):
        keyword, _, text = line.strip().partition(" ")
        if keyword == "ARG" and stage < 0:
            name, _, default = text.partition("=")
            arguments[name] = default
        if keyword == "FROM":
            stage += 1
            text = re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], text)
        found.append(Instruction(stage, keyword, text.strip()))
    return found


def final(keyword: str) -> list[Instruction]:
    """The instructions of this kind in the last stage, which is the image."""
    instructions = dockerfile()
    return [each for each in instructions if (each.stage, each.keyword) == (instructions[-1].stage, keyword)]


def is_sent(path: str) -> bool:
    """Whether ``.dockerignore`` lets the file into the build: the last line that matches it or its folder decides."""
    parts = path.split("/")
    prefixes = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            expression = _expression(pattern.removeprefix("!"))
            if any(expression.fullmatch(prefix) for prefix in prefixes):
                sent = pattern.startswith("!")
    return sent


def _expression(pattern: str) -> re.Pattern[str]:
    pieces = {r"\*\*/": "(?:.*/)?", r"\*\*": ".*", r"\*": "[^/]*", r"\?": "[^/]"}
    text = re.escape(pattern)
    return re.compile(re.sub(r"\\\*\\\*/|\\\*\\\*|\\\*|\\\?", lambda match: pieces[match.group()], text))
