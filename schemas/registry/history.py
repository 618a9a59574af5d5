"""The local registry: ``schemas/history/`` holds every version of every subject, and a file's number is its schema id.

A file is called ``<id>-<subject>.avsc``. History is only added to. The newest version of a subject must be the schema
in ``avro/``, and each version must be FULL_TRANSITIVE compatible with all before it: whatever was written once can be
read by every program, older and newer. ``verify`` holds both; it runs at each start and in the tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas.registry.compatibility import faults
from schemas.registry.errors import IncompatibleSchema
from schemas.topics import ALERTS, VERIFICATION_EVENTS

_HERE = Path(__file__).parents[1]
HISTORY = _HERE / "history"
CURRENT = {
    f"{VERIFICATION_EVENTS}-value": _HERE / "avro" / "verification-event.avsc",
    f"{ALERTS}-value": _HERE / "avro" / "alert.avsc",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a subject. ``id`` is unique among all subjects.

    It stands in each record's first five bytes, unless a registry gives ids of its own.
    """

    id: int
    subject: str
    path: Path

    def schema(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text()))

    def text(self) -> str:
        """The schema as a registry is given it: JSON without needless space."""
        return json.dumps(self.schema(), separators=(",", ":"))


def versions(history: Path = HISTORY) -> tuple[Version, ...]:
    """Every version of every subject, by id."""
    found = []
    for path in history.glob("*.avsc"):
        number, _, subject = path.stem.partition("-")
        found.append(Version(int(number), subject, path))
    return tuple(sorted(found, key=lambda version: version.id))


@cache
def by_id() -> dict[int, Version]:
    return {version.id: version for version in versions()}


@cache
def newest(subject: str) -> Version:
    """The version that is written today."""
    return [version for version in versions() if version.subject == subject][-1]


def verify(history: Path = HISTORY, current: dict[str, Path] | None = None) -> None:
    """Returns when today's schemas are the newest of their history and compatible with all of it.

    Raises ``IncompatibleSchema`` with every mistake found.
    """
    mistakes: list[str] = []
    known = versions(history)
    if len({version.id for version in known}) != len(known):
        mistakes.append(f"{history}: two files carry the same id; give the newer one the next free number")
    for subject, path in (current or CURRENT).items():
        mistakes += _mistakes_of(subject, path, [version for version in known if version.subject == subject], history)
    if mistakes:
        raise IncompatibleSchema("\n".join(mistakes))


def _mistakes_of(subject: str, path: Path, past: list[Version], history: Path) -> list[str]:
    today = json.loads(path.read_text())
    if not past or past[-1].schema() != today:
        return [f"{path}: differs from the newest {subject} in {history}; add it there under the next free number"]
    return [
        f"{newer.path.name}: not FULL_TRANSITIVE compatible with {older.path.name}: {fault}"
        for index, newer in enumerate(past)
        for older in past[:index]
        for fault in faults(newer.text(), older.text())
    ]
