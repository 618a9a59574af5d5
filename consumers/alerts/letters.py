"""The stage that reads dead letters for the rules: how many of which kind came, told in the one place where they cool.

It keeps nothing and writes no dead letters itself, so that no dead letter ever leads to another one here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from runtime.eventlog import Batch, Record
from runtime.stage import Handled, Stage
from schemas import observation
from schemas.callback import header
from schemas.deadletter import from_record
from schemas.message import Headers, Undecodable
from schemas.observation import Observation, ObservationKind
from schemas.topics import DEAD_LETTERS, OBSERVATIONS

_log = structlog.get_logger(__name__)

NAME = "alert-dead-letters"


async def handle(batch: Batch) -> Handled:
    """An observation for each account whose records are among the batch's dead letters; erased ones are none."""
    at = datetime.fromtimestamp(batch.records[-1].appended_at / 1e6, UTC)
    told = [Observation(ObservationKind.LETTERS, at, *account, numbers) for account, numbers in _counted(batch.records)]
    return Handled([(OBSERVATIONS, observation.to_message(each)) for each in told])


def _counted(records: Iterable[Record]) -> list[tuple[tuple[str, str], Counter[str]]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for record in records:
        if record.value is None:
            continue
        try:
            letter = from_record(record)
        except Undecodable as error:
            _log.warning("not a dead letter", error=str(error))
            continue
        found.setdefault(_account(letter.headers), Counter())[f"{letter.stage}/{letter.reason}"] += 1
    return list(found.items())


def _account(headers: Headers) -> tuple[str, str]:
    """Provider and source of the record that died; empty where it is no account's."""
    vendor, source = header(headers, "vendor"), header(headers, "source")
    if vendor and source:
        return vendor, source
    _, _, told = (header(headers, "ce_source") or "").partition("/")
    provider, _, source = told.partition("/")
    return (provider, source) if source else ("", "")


def stage() -> Stage:
    return Stage(NAME, (DEAD_LETTERS,), handle)
