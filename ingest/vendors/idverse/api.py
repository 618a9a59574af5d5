"""IDVerse's API: facts, sections 4 (when to ask), 5 (the transaction), 7 (calls) and 8 (errors)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingest.api import (
    Budget,
    Call,
    Credentials,
    Fetched,
    Open,
    Request,
    Target,
    TokenRequest,
    Unfetchable,
    VendorApi,
    segment,
)
from ingest.vendors.idverse.door import ENTERPRISE, ID
from ingest.vendors.shared import document_about
from schemas.callback import Callback

_CLOSED = ("EXPIRED", "CANCELLED")
_DEFAULT_SCOPE = "transactions/get"


def targets(callback: Callback) -> Sequence[Target]:
    """IDKit's transaction (section 1). Of Enterprise nothing: how to read there is not public (section 12)."""
    if callback.option("product") == ENTERPRISE:
        return ()
    if callback.verification_id == callback.id:
        raise Unfetchable("body and query name no transaction, or two of them, or none that is written as IDKit does")
    return (transaction_of(callback.verification_id),)


def target_of(verification: Open) -> Target:
    return transaction_of(verification.verification_id)


def transaction_of(name: str) -> Target:
    """Raises ``Unfetchable`` for what can be no id."""
    segment(name, ID)
    return Target("transaction", name)


def json_of(target: Target) -> Request:
    return Request("GET", f"/transactions/{segment(target.verification_id, ID)}/json")


async def fetch(call: Call, target: Target) -> Fetched:
    """The transaction (section 5), settled once it is closed; while it is complete without results it is not (6.2)."""
    answer = await call(json_of(target))
    transaction = document_about(answer, "transaction_id", target.verification_id)
    status, results = transaction.get("status"), transaction.get("results")
    overall = results.get("overall") if isinstance(results, dict) else None
    settled = status in _CLOSED or (status == "COMPLETE" and overall not in (None, ""))
    return Fetched((answer.body,), settled=settled)


def token_request(credentials: Credentials) -> TokenRequest:
    """Section 3.2: the API key behind ``Basic`` as it was given, grant and scope in the query."""
    return TokenRequest(
        f"Basic {credentials.secret.value.decode()}",
        query=(("grant_type", "client_credentials"), ("scope", credentials.scope or _DEFAULT_SCOPE)),
    )


def is_error(document: object) -> bool:
    """Section 8: an error's body, whatever the status it came with."""
    return isinstance(document, dict) and "error_message" in document and "transaction_id" not in document


API = VendorApi(
    targets=targets,
    target_of=target_of,
    fetch=fetch,
    # Section 4: every 6 hours while the link lives, and once it must have expired (7 days after it was made).
    ticks_since_first=tuple(
        sorted([*(timedelta(hours=6 * count) for count in range(1, 33)), timedelta(days=7, minutes=5)])
    ),
    token_request=token_request,
    is_error=is_error,
    # Section 4; the ten minutes are those of a transaction that is complete without results (section 6.2).
    again=(0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0),
    after_limit=60.0,
    budget=Budget(per_day=1500, reconcile_share=0.25),
)
