"""How to talk with IDVerse. Its two products differ: facts, sections 2 and 3 (callbacks), 4, 7 and 8 (the API).

IDKit only hints that a transaction is closed, so the transaction is read. Enterprise's events speak for themselves.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from urllib.parse import parse_qsl

import orjson

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
from ingest.door import Delivery, VendorDoor
from ingest.vendors.shared import document_about
from runtime.secrets import Secret
from schemas.callback import Callback

_IDKIT, _ENTERPRISE = "idkit", "enterprise"
_MEMBERS = {_IDKIT: "transaction_id", _ENTERPRISE: "transactionId"}

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Section 3.1: not to be checked as ULIDs, for published ones are none."""

_MAX_ENTERPRISE_ID = 128
"""Section 3.1: partners choose these themselves, with blanks in them too."""

_MAX_PARAMETERS = 64
"""A notification has two (section 2.1); more than this is none, and not worth the time of taking it apart."""

_CLOSED = ("EXPIRED", "CANCELLED")
_DEFAULT_SCOPE = "transactions/get"


def authenticate(delivery: Delivery, secrets: Sequence[Secret]) -> Secret | None:
    """The secret that the one header called ``auth_header`` holds whole: sections 3.1 and 11.

    Only white space around the value does not count.
    """
    given = delivery.headers.getall(delivery.options.get("auth_header", "Authorization"), [])
    if len(given) != 1:
        return None
    value = given[0].strip().encode("utf-8", "surrogateescape")
    holding = [secret for secret in secrets if hmac.compare_digest(secret.value, value)]
    return holding[0] if holding else None


def verification_id(delivery: Delivery) -> str | None:
    """The one transaction that body and query name; ``None`` where they name two (section 2.1) or none."""
    product = delivery.options.get("product", _IDKIT)
    named = set(_named_in_body(delivery.body, product))
    if product == _IDKIT:
        named |= set(_named_in_form(delivery.query))
    return named.pop() if len(named) == 1 and all(_is_id(each, product) for each in named) else None


def _is_id(text: str, product: str) -> bool:
    if product == _IDKIT:
        return _ID.fullmatch(text) is not None
    return 0 < len(text.strip()) <= len(text) <= _MAX_ENTERPRISE_ID and text.isprintable()


def _named_in_body(body: bytes, product: str) -> Iterator[str]:
    """IDKit's form and, for want of a printed content type, JSON too; of Enterprise's JSON alone (section 2.2)."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        if product == _IDKIT:
            yield from _named_in_form(body.decode("utf-8", "replace"))
        return
    named = document.get(_MEMBERS[product]) if isinstance(document, dict) else None
    if isinstance(named, str) and named:
        yield named


def _named_in_form(text: str) -> Iterator[str]:
    try:
        parameters = parse_qsl(text.strip(), max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return
    yield from (value for name, value in parameters if name == _MEMBERS[_IDKIT])


def refuses(options: Mapping[str, str], *, unsigned: bool, asked: bool) -> str | None:
    """Section 6.4: Enterprise's outcomes rest on the body, so nobody else may be able to send it. Section 12: how to
    ask it is not public.
    """
    if asked and options.get("product") == _ENTERPRISE:
        return "api: there is none that Hookline knows of enterprise; remove it"
    if unsigned and options.get("product") == _ENTERPRISE:
        return "unsigned: true, though an enterprise callback decides by itself; give secrets instead"
    return None


def targets(callback: Callback) -> Sequence[Target]:
    """IDKit's transaction (section 1). Of Enterprise nothing: how to read there is not public (section 12)."""
    if callback.option("product") == _ENTERPRISE:
        return ()
    if callback.verification_id == callback.id:
        raise Unfetchable("body and query name no transaction, or two of them, or none that is written as IDKit does")
    return (_transaction(callback.verification_id),)


def target_of(verification: Open) -> Target:
    return _transaction(verification.verification_id)


def _transaction(name: str) -> Target:
    segment(name, _ID)
    return Target("transaction", name)


async def fetch(call: Call, target: Target) -> Fetched:
    """The transaction (section 5), settled once it is closed; while it is complete without results it is not (6.2)."""
    answer = await call(Request("GET", f"/transactions/{segment(target.verification_id, _ID)}/json"))
    transaction = document_about(answer, "transaction_id", target.verification_id)
    status, results = transaction.get("status"), transaction.get("results")
    overall = results.get("overall") if isinstance(results, dict) else None
    settled = status in _CLOSED or (status == "COMPLETE" and overall not in (None, ""))
    return Fetched((answer.body,), settled=settled)


async def report(call: Call, transaction: str) -> bytes:
    """The PDF report of a completed transaction (section 7). Raises the kinds of ``VendorError``, ``Unfetchable``."""
    path = f"/transactions/{segment(transaction, _ID)}/pdf"
    return (await call(Request("GET", path, form="application/pdf", counts=False))).body


def token_request(credentials: Credentials) -> TokenRequest:
    """Section 3.2: the API key behind ``Basic`` as it was given, grant and scope in the query."""
    return TokenRequest(
        f"Basic {credentials.secret.value.decode()}",
        query=(("grant_type", "client_credentials"), ("scope", credentials.scope or _DEFAULT_SCOPE)),
    )


def is_error(document: object) -> bool:
    """Section 8: an error's body, whatever the status it came with."""
    return isinstance(document, dict) and "error_message" in document and "transaction_id" not in document


_API = VendorApi(
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

DOOR = VendorDoor(
    vendor="idverse",
    scheme="static-header",
    authenticate=authenticate,
    verification_id=verification_id,
    header_option="auth_header",
    words={"product": (_IDKIT, _ENTERPRISE), "flagged": ("needs_review", "rejected")},
    refuses=refuses,
    api=_API,
)
