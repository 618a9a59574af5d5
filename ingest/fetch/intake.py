"""The first hop: callbacks in, requests for what they give to read out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from ingest.api import Unfetchable
from ingest.calling.account import Account
from ingest.door import VendorDoor
from ingest.fetch.asking import newest, requests_of
from ingest.fetch.letters import letter_of
from runtime.eventlog import Batch, Emit, Record
from schemas import callback as callbacks
from schemas import fetching, topics
from schemas.callback import CallbackKind, header
from schemas.deadletter import DeadLetterReason
from schemas.fetching import FetchRequest
from schemas.message import Undecodable

_log = structlog.get_logger(__name__)


def take_in(batch: Batch, door: VendorDoor, accounts: Mapping[str, Account]) -> list[Emit]:
    """What the batch's callbacks come to: requests, and dead letters."""
    now = datetime.now(UTC)
    requests: list[FetchRequest] = []
    letters: list[Emit] = []
    for record in batch.records:
        if record.value is None or header(record.headers, "kind") != CallbackKind.CALLBACK:
            continue
        try:
            requests += requests_of(callbacks.from_record(record), door, accounts, now)
        except Unfetchable as error:
            letters.append(_letter(record, DeadLetterReason.NOT_FETCHABLE, str(error)))
        except Undecodable:
            continue  # the normalizer reads the same record, and makes it a dead letter
        except Exception as error:  # a fault of ours in a vendor's file must not stop its other callbacks
            _log.exception("asking failed", topic=record.topic, offset=record.offset)
            letters.append(_letter(record, DeadLetterReason.PROGRAM_ERROR, type(error).__name__))
    topic = topics.fetch_requests(door.vendor)
    emits = [(topic, fetching.to_message(request)) for request in newest(requests)]
    return emits + letters


def _letter(record: Record, reason: DeadLetterReason, detail: str) -> Emit:
    return letter_of(record, record.key.rsplit("/", 1)[0], reason, detail)
