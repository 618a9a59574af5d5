"""docs/events.md is the contract for other services: its tables say what the schemas, the topics and the codecs do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import audit, deadletter, observation, topics
from schemas import callback as callbacks
from schemas.alert import Alert, AlertScope, Severity
from schemas.audit import Look
from schemas.codec import alert_to_message, event_to_message
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.event import Outcome
from schemas.message import Headers
from schemas.observation import Observation, ObservationKind
from schemas.registry import newest
from schemas.topics import Cleanup, TopicSpec
from tests.examples import NOON, callback, event, stored

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "events.md").read_text()

Row = list[str]
ALERT = Alert(
    "an-id", "vendor-silent", Severity.WARNING, "idenfy", "idenfy-eu", "", (), "Silent.", Outcome.UNKNOWN, False, NOON
)


def tables(section: str | None = None) -> Iterator[tuple[Row, list[Row]]]:
    """Header and rows of each table of the page, or of the section with that heading."""
    text = TEXT if section is None else re.split(rf"^## {re.escape(section)}$", TEXT, flags=re.MULTILINE)[1]
    text = text if section is None else re.split(r"^## ", text, flags=re.MULTILINE)[0]
    for block in re.findall(r"((?:^\|.*\|\n)+)", text, flags=re.MULTILINE):
        head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield head, rows


def table(first: str, section: str | None = None) -> list[Row]:
    """The rows of the table whose first column is called so."""
    return next(rows for head, rows in tables(section) if head[0] == first)


def words(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def named(rows: list[Row]) -> set[str]:
    return {word for row in rows for word in words(row[0])}


def specs() -> dict[str, TopicSpec]:
    """By its name on the page, each topic that is declared for a vendor called so."""
    return {spec.name: spec for spec in topics.declared(["<vendor>"])}


def test_every_topic_is_on_the_page_and_no_other() -> None:
    assert specs().keys() == named(table("topic"))


def test_records_are_kept_as_long_as_the_page_says() -> None:
    """``ever``: no record goes because of its age; without a number of days, only a newer one of its key ends one."""
    for row in table("topic"):
        for name in words(row[0]):
            spec, kept = specs()[name], row[3]
            days = re.match(r"(\d+) days", kept)
            assert spec.retention == (timedelta(days=int(days[1])) if days else None), name
            assert (spec.cleanup is Cleanup.DELETE) == (kept == "ever" or kept == f"{days and days[1]} days"), name


def test_what_a_stage_remembers_is_nobody_elses_business() -> None:
    private = {name for row in table("topic") for name in words(row[0]) if row[4] == "nobody else's business"}
    assert {name for name, spec in specs().items() if spec.cleanup is Cleanup.COMPACT} == private


def enums(schema: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Name and words of each enum of an Avro schema, wherever it stands."""
    if schema.get("type") == "enum":
        yield schema["name"], schema["symbols"]
    for part in schema.values():
        for each in part if isinstance(part, list) else [part]:
            if isinstance(each, dict):
                yield from enums(each)


@pytest.mark.parametrize("subject", ["verification-events", "alerts"])
def test_every_word_of_every_enum_is_explained(subject: str) -> None:
    for name, symbols in enums(newest(f"{subject}-value").schema()):
        assert set(symbols) == named(table(name)), name


@pytest.mark.parametrize("subject", ["verification-events", "alerts"])
def test_every_field_is_explained_with_its_type(subject: str) -> None:
    schema = newest(f"{subject}-value").schema()
    rows = {words(row[0])[0]: row for row in table("field", subject)}
    assert {field["name"] + "[]" * _is_list(field["type"]) for field in schema["fields"]} == rows.keys()
    for field in schema["fields"]:
        cell = rows[field["name"] + "[]" * _is_list(field["type"])][1]
        assert _told(field["type"]) <= set(re.findall(r"[\w-]+", cell)), field["name"]


def _is_list(avro: Any) -> bool:  # noqa: ANN401 - any Avro type
    return isinstance(avro, dict) and avro["type"] == "array"


def _told(avro: Any) -> set[str]:  # noqa: ANN401 - any Avro type
    """The words that must stand in a field's type."""
    if isinstance(avro, str):
        return {avro}
    if isinstance(avro, list):
        return {word for each in avro for word in _told(each)}
    if avro["type"] == "array":
        return _told(avro["items"]) if isinstance(avro["items"], dict) else {avro["items"]}
    if avro["type"] == "record":
        inner = {field["name"] for field in avro["fields"]}
        return inner | {name for field in avro["fields"] for name, _ in enums({"of": field["type"]})}
    return {avro["name"]} if avro["type"] == "enum" else {avro["logicalType"]}


def names_of(headers: Headers) -> list[str]:
    return [name for name, _ in headers]


def test_headers_of_events_and_alerts_are_those_that_are_written() -> None:
    rows = {words(row[0])[0]: row for row in table("header", "verification-events")}
    written = event_to_message(event())
    assert list(rows) == names_of(written.headers) == names_of(alert_to_message(ALERT).headers)
    by_name = {name: value.decode() for name, value in written.headers}
    for name in ("ce_specversion", "ce_type", "content-type"):
        assert words(rows[name][1]) == [by_name[name]]
    assert words(rows["ce_type"][2]) == [dict(alert_to_message(ALERT).headers)["ce_type"].decode()]


def test_headers_of_callbacks_are_those_that_are_written() -> None:
    full = callbacks.to_message(callback(cause="an-id", options=(("a", "b"),)))
    assert set(names_of(full.headers)) == named(table("header", "callbacks.\\<vendor\\>"))


def test_headers_and_reasons_of_dead_letters_are_those_that_are_written() -> None:
    origin = stored(event_to_message(event()))
    letter = deadletter.of_record(
        origin, "a-key", stage="normalize", reason=DeadLetterReason.NOT_JSON, detail="no JSON", version="1"
    )
    added = names_of(deadletter.to_message(letter).headers)[len(origin.headers) :]
    assert set(added) == named(table("header", "dead-letters"))
    assert set(DeadLetterReason) == named(table("reason", "dead-letters"))
    assert len(added) == len(fields(DeadLetter)) - len(("headers", "value"))


def test_keys_of_alerts_are_those_that_are_written() -> None:
    by_scope = {words(row[0])[0]: words(row[2])[0] for row in table("AlertScope")}
    for scope in AlertScope:
        written = Alert(
            "an-id", "r", Severity.INFO, "<provider>", "<source>", "<verification_id>", (), "", Outcome.UNKNOWN, False,
            NOON, scope,
        )  # fmt: skip
        assert by_scope[scope] == written.key == alert_to_message(written).key


def test_observations_are_those_that_are_written() -> None:
    """Each kind, each number with a fixed name, and each member."""
    rows = {words(row[0])[0]: row[2] for row in table("kind", "observations")}
    assert set(ObservationKind) == rows.keys()
    assert set(observation.DOORS) <= set(words(rows["DOORS"]))
    assert set(observation.BUDGET) == set(words(rows["BUDGET"]))
    written = observation.to_message(Observation(ObservationKind.TICK, datetime.now(UTC)))
    section = TEXT.split("\n## observations\n")[1].split("\n## ")[0]
    assert set(json.loads(written.value or b"")) <= set(words(section))
    assert 0 == written.partition_key


def test_looks_are_those_that_are_written() -> None:
    written = audit.to_message(Look("an-id", NOON, "ada", "admin", "token", "document", "idenfy:scan-1"))
    assert written.value is not None
    assert set(json.loads(written.value)) == named(table("member", "audit"))
