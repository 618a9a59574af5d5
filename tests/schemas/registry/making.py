"""Schemas of subjects that no other test has, and versions of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from schemas.registry import Version, newest

EVENTS = "verification-events-value"

FIRST: dict[str, Any] = {"type": "record", "name": "Thing", "fields": [{"name": "id", "type": "string"}]}


def with_field(schema: dict[str, Any], **field: object) -> dict[str, Any]:
    return schema | {"fields": [*schema["fields"], field]}


SECOND = with_field(FIRST, name="more", type="int", default=0)
CLASHING = with_field(FIRST, name="more", type="string", default="")
"""Everybody who reads FIRST can read it, but nobody who reads SECOND."""
NEWER_EVENT = with_field(newest(EVENTS).schema(), name="mood", type="string", default="calm")
"""The verification event of a program that was written after this one."""


def subject() -> str:
    """A subject that the registry has never seen."""
    return f"things-{uuid4()}-value"


def history(folder: Path, name: str, *schemas: dict[str, Any]) -> Sequence[Version]:
    """A local history of one subject."""
    found = []
    for number, schema in enumerate(schemas, start=1):
        path = folder / f"{number}-{name}.avsc"
        path.write_text(json.dumps(schema))
        found.append(Version(number, name, path))
    return found
