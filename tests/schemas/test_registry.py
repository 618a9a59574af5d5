from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from schemas.registry import CURRENT, IncompatibleSchema, verify, versions

SUBJECT = "things-value"
PUBLISHED = {
    1: ("verification-events-value", "67dab575a0eebad4"),
    2: ("alerts-value", "3ba78c6da8044110"),
    3: ("verification-events-value", "5ba4e5b2da2ebbaa"),
    4: ("alerts-value", "a910e83f4614ec26"),
    5: ("verification-events-value", "39bb9efd432bffb9"),
}
"""A new version is a new line here; no line is ever changed."""

FIRST: dict[str, Any] = {
    "type": "record",
    "name": "Thing",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "word", "type": {"type": "enum", "name": "Word", "symbols": ["UNKNOWN", "A"], "default": "UNKNOWN"}},
    ],
}


def with_field(schema: dict[str, Any], **field: object) -> dict[str, Any]:
    return schema | {"fields": [*schema["fields"], field]}


def without_field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return schema | {"fields": [field for field in schema["fields"] if field["name"] != name]}


def history(folder: Path, *past: dict[str, Any]) -> tuple[Path, dict[str, Path]]:
    """A registry of one subject whose newest version is also today's schema."""
    for number, schema in enumerate(past, start=1):
        (folder / f"{number}-{SUBJECT}.avsc").write_text(json.dumps(schema))
    today = folder / "today.json"
    today.write_text(json.dumps(past[-1]))
    return folder, {SUBJECT: today}


def test_todays_schemas_are_in_order() -> None:
    """The repository's own history holds its own gate."""
    verify()
    assert set(CURRENT) == {version.subject for version in versions()}


def test_a_version_that_was_published_does_not_change() -> None:
    """Ids stand in records that are already written: to the letter, none can ever mean anything else."""
    known = {version.id: (version.subject, sha256(version.text().encode()).hexdigest()[:16]) for version in versions()}
    assert PUBLISHED == known


def test_a_schema_that_is_not_in_the_history_is_refused(tmp_path: Path) -> None:
    """Nobody could read its records by their id."""
    folder, current = history(tmp_path, FIRST)
    current[SUBJECT].write_text(json.dumps(with_field(FIRST, name="more", type="int", default=0)))
    with pytest.raises(IncompatibleSchema, match="add it there under the next free number"):
        verify(folder, current)


def test_a_new_field_with_a_default_is_compatible(tmp_path: Path) -> None:
    """Old records get the default, old readers skip the field."""
    verify(*history(tmp_path, FIRST, with_field(FIRST, name="more", type="int", default=0)))


@pytest.mark.parametrize(
    ("change", "next_version"),
    [
        ("a field without a default", with_field(FIRST, name="more", type="int")),
        ("a field taken away", without_field(FIRST, "id")),
        ("another type", with_field(without_field(FIRST, "id"), name="id", type="long")),
    ],
)
def test_a_change_that_somebody_could_not_read_is_refused(
    tmp_path: Path, change: str, next_version: dict[str, Any]
) -> None:
    """Compatibility is full: old programs read new records, and new programs old ones."""
    with pytest.raises(IncompatibleSchema, match="not FULL_TRANSITIVE compatible"):
        verify(*history(tmp_path, FIRST, next_version))
    assert change


def test_compatibility_is_transitive(tmp_path: Path) -> None:
    """A third version is held against the first, not only against the second."""
    second = with_field(FIRST, name="more", type="int", default=0)
    third = with_field(FIRST, name="more", type="string", default="")
    with pytest.raises(IncompatibleSchema, match=r"3-things-value.avsc: .* with 2-things-value.avsc"):
        verify(*history(tmp_path, FIRST, second, third))


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    """An id names one schema for ever."""
    folder, current = history(tmp_path, FIRST)
    (folder / "01-others-value.avsc").write_text(json.dumps(FIRST))
    with pytest.raises(IncompatibleSchema, match="two files carry the same id"):
        verify(folder, current)
