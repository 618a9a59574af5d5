"""What a vendor answered, as it goes on the log."""

from __future__ import annotations

from datetime import UTC, datetime

from uuid_utils import uuid7

from ingest.api import Target
from ingest.calling.account import Account
from schemas.callback import Callback, CallbackKind

_JSON = (("content-type", "application/json"),)
_GONE = " gone"


def document_of(account: Account, target: Target, body: bytes, cause: str | None, *, gone: bool = False) -> Callback:
    """A record of the target's verification. ``checked_by`` ends in the target's kind, and in ``gone`` where ``body``
    is how the vendor said that there is nothing of that id any more.
    """
    host = account.credentials.base_url.partition("://")[2]
    return Callback(
        id=str(uuid7()),
        vendor=account.vendor,
        source=account.name,
        verification_id=target.verification_id,
        received_at=datetime.now(UTC),
        body=body,
        kind=CallbackKind.DOCUMENT,
        checked_by=f"fetched {host} {target.kind}{_GONE if gone else ''}",
        http_headers=() if gone else _JSON,
        cause=cause,
        test=account.test,
        options=account.options,
    )
