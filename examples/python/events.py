"""Hookline's verification events as a subscriber reads them: the wire format, the schemas, and where things stand."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import fastavro

HISTORY = Path(__file__).parents[2] / "schemas" / "history"
"""Every version of Hookline's schemas, ``<id>-<subject>.avsc``: copy the newest one of your topic into your project."""
SUBJECT = "verification-events-value"

_PREFIX = struct.Struct(">bI")
_SECONDS = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Event = dict[str, Any]


class Unreadable(ValueError):
    """The record is no verification event: somebody else wrote it, or its bytes are torn."""


class Schemas:
    """By id, the schemas that records were written with: a registry's, else those of Hookline's own history."""

    def __init__(self, registry: str | None, history: Path = HISTORY) -> None:
        self._registry = registry
        self._history = history
        self._known: dict[int, Any] = {}
        self.reader = fastavro.parse_schema(json.loads(_newest(history).read_text()))
        """What this program was written for. New fields are left out, an enum's new symbol is its default, UNKNOWN."""

    def writer(self, schema_id: int) -> Any:  # noqa: ANN401 - fastavro has no type for a parsed schema
        """Asked for once for each id. Raises ``OSError`` while the registry is away: try again later."""
        if schema_id not in self._known:
            self._known[schema_id] = fastavro.parse_schema(json.loads(self._text(schema_id)))
        return self._known[schema_id]

    def _text(self, schema_id: int) -> str:
        if self._registry is None:
            path = self._history / f"{schema_id}-{SUBJECT}.avsc"
            if not path.exists():
                raise Unreadable(f"schema id {schema_id} is not in {self._history}")
            return path.read_text()
        with urlopen(f"{self._registry}/schemas/ids/{schema_id}", timeout=_SECONDS) as answer:  # noqa: S310 - ours
            return str(json.load(answer)["schema"])


def _newest(history: Path) -> Path:
    return max(history.glob(f"*-{SUBJECT}.avsc"), key=lambda path: int(path.name.partition("-")[0]))


def decode(value: bytes, schemas: Schemas) -> Event:
    """The event, with the fields that this program knows. Raises ``Unreadable``."""
    if len(value) < _PREFIX.size or value[0] != 0:
        raise Unreadable("not in the Confluent wire format: a zero byte, the schema's id in four bytes, the record")
    _, schema_id = _PREFIX.unpack_from(value)
    writer = schemas.writer(schema_id)
    try:
        return dict(fastavro.schemaless_reader(BytesIO(value[_PREFIX.size :]), writer, schemas.reader))  # type: ignore[arg-type]
    except Exception as error:  # fastavro raises whatever torn bytes lead it into
        raise Unreadable(f"schema {schema_id} cannot read it: {type(error).__name__}") from error


def key_of(event: Event) -> str:
    return f"{event['provider']}:{event['verification_id']}"


class Order(NamedTuple):
    """Where an event stands among those of its verification: by the vendor's time, else ours; then as it came in."""

    micros: int
    partition: int
    offset: int
    event_id: str


@dataclass(frozen=True)
class Decision:
    """What of an event says where its verification stands."""

    order: Order
    outcome: str
    final: bool
    reopens: bool

    @property
    def speaks(self) -> bool:
        return self.reopens or self.outcome != "UNKNOWN"


def decision_of(event: Event) -> Decision | None:
    """``None`` for the kinds that never speak of the verification's own outcome."""
    if event["kind"] != "VERIFICATION":
        return None
    told_at = event["occurred_at"] or event["received_at"]
    raw = event["raw"]
    micros = (told_at - _EPOCH) // timedelta(microseconds=1)
    order = Order(micros, raw["partition"], raw["offset"], event["event_id"])
    return Decision(order, event["outcome"], event["final"], event["reopens"])


def standing(decisions: Iterable[Decision]) -> Decision | None:
    """The decision that counts, whatever order they came in and however often.

    It is the latest final one, unless the vendor reopened the verification after it; else the latest other one that
    says anything. So what comes late is not newer, and "in progress" never undoes "approved".
    """
    known = list(decisions)
    reopened = max((each.order for each in known if each.reopens), default=None)
    final = max((each for each in known if each.final), key=lambda each: each.order, default=None)
    if final is not None and (reopened is None or final.order >= reopened):
        return final
    still_open = [each for each in known if not each.final]
    return max(still_open, key=lambda each: (each.speaks, each.order), default=None)
