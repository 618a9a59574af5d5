"""From callbacks to requests: what each gives to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from ingest.api import Target, Unfetchable
from ingest.calling.account import Account
from ingest.door import VendorDoor
from schemas.callback import Callback
from schemas.fetching import FetchRequest


def requests_of(
    callback: Callback, door: VendorDoor, accounts: Mapping[str, Account], now: datetime
) -> list[FetchRequest]:
    """What the callback gives to read; nothing where it speaks for itself.

    Raises ``Unfetchable`` when it names nothing that can be read, or its source has no API in the settings.
    """
    targets = door.api.targets(callback) if door.api is not None and door.api.targets is not None else ()
    if targets and callback.source not in accounts:
        raise Unfetchable(f"source {callback.source} has no [source.api]; add it, then redrive")
    return [request_of(target, callback.source, callback.id, now) for target in targets]


def request_of(target: Target, source: str, cause: str | None, now: datetime, tick: int | None = None) -> FetchRequest:
    return FetchRequest(source, target.kind, target.verification_id, target.subject_ref, cause, now, tick)


def newest(requests: Iterable[FetchRequest]) -> list[FetchRequest]:
    """One for each target, the last: together they cost one call."""
    return list({(each.source, each.kind, each.verification_id): each for each in requests}.values())
