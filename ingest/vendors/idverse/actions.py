"""What can be done at IDVerse: facts, sections 2.1 (notifications) and 7 (calls). All of it is IDKit's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson

from ingest.action import Done, Effect, Field, FieldKind, InvalidArgument, Order, Plan, VendorAction, answered
from ingest.api import Answer, Call, Request, Target, Unconfirmed, Unfetchable, VendorError, segment
from ingest.vendors.checks import Check, written_as
from ingest.vendors.idverse.api import json_of, transaction_of
from ingest.vendors.idverse.door import DEFAULT_HEADER, ENTERPRISE, ID

_TRANSACTION = Field("transaction_id", "The transaction's id.", required=True)
_EXAMPLE = "01HH3KA3FBT5NW60H8PC2KAD3N"

_WEBHOOK = "webhook_url"
_HIDDEN = "(secret)"
_MOST = 2048
_VALUE = re.compile(rb"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""A header's value and name (RFC 9110, 5.1 and 5.5), as far as both sides take them for the same."""


_CREATE_HELP = """Create a transaction: a link with which a person can begin, on a mobile device, for 7 days.

Whoever has the link can take the person's place: it is shown, and never kept. With webhook_url IDVerse tells when the
transaction is closed, and proves itself with the header auth_header and the first of the source's secrets; without it
nobody tells, and `hookline reconcile` has to ask. It counts against the day's quota."""

_READ_HELP = """Read a transaction, and make it known: what it says becomes an event.

It is shown as IDVerse says it, names included. It counts against the day's quota."""

_PDF_HELP = """Read the PDF report of a completed transaction. It holds personal data: only you can read the file.

It is on no log."""


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= len(value) <= _MOST or not value.isprintable():
        raise InvalidArgument(name, f"give a text of 1 to {_MOST} characters, or leave it out")


def _url(name: str, value: object) -> None:
    _text(name, value)
    try:
        parts = urlsplit(str(value))
        usable = parts.scheme in {"https", "http"} and bool(parts.hostname) and str(value).isascii()
    except ValueError:
        usable = False
    if not usable or " " in str(value):
        raise InvalidArgument(name, "not a URL; write it as https://host/path")


_FIELDS = (
    Field("name", "What the transaction, or the person, is called."),
    Field("reference", "Your own reference of the transaction."),
    Field("customer_identifier", "Your own reference of the person."),
    Field("flow_type", "The flow, such as NORMAL2 or VOI2."),
    Field("phone_region_code", "The mobile number's region, such as 61: the link is sent there."),
    Field("phone_number", "The mobile number without it."),
    Field("redirect_url_success", "Where the person is sent afterwards."),
    Field("redirect_url_exit", "Where the person is sent who leaves."),
    Field("doc_only", "Whether only documents are looked at, and no face.", FieldKind.FLAG),
    Field(_WEBHOOK, "Where it is told when the transaction is closed: https, /callbacks/<source>."),
)
_CHECKS: Mapping[str, Check] = {
    "name": _text,
    "reference": _text,
    "customer_identifier": _text,
    "flow_type": written_as("[A-Z0-9_]{1,40}", "write it as IDVerse does, such as NORMAL2"),
    "phone_region_code": written_as("[0-9]{1,15}", "write digits alone, such as 61"),
    "phone_number": written_as("[0-9]{1,15}", "write digits alone, without the region code"),
    "redirect_url_success": _url,
    "redirect_url_exit": _url,
    _WEBHOOK: _url,
}


def _create(order: Order) -> Plan:
    _check_product(order)
    for name, check in _CHECKS.items():
        if name in order.arguments:
            check(name, order.arguments[name])
    if ("phone_number" in order.arguments) != ("phone_region_code" in order.arguments):
        raise InvalidArgument("phone_number", "comes with phone_region_code; give both or neither")
    url = order.optional(_WEBHOOK)
    if url is not None:
        _check_webhook(order, url)
    planned = Request("POST", "/transactions", json=_body(order, _HIDDEN))

    async def carry_out(call: Call) -> Done:
        sent = _body(order, order.secrets[0].value.decode() if order.secrets else "")
        try:
            answer = await call(Request("POST", "/transactions", json=sent))
        except VendorError as error:
            error.answer = None  # it may repeat what was sent, the header's value too
            raise
        return _created(order, answer)

    return Plan((planned,), carry_out)


def _body(order: Order, secret: str) -> Mapping[str, object]:
    body = {name: value for name, value in order.arguments.items() if name != _WEBHOOK}
    url = order.optional(_WEBHOOK)
    return body if url is None else {**body, "notifications": {"complete": [_notification(order, url, secret)]}}


def _notification(order: Order, url: str, secret: str) -> Mapping[str, str]:
    """Section 2.1. What proves it is what the door asks for (section 3.1): a header's whole value."""
    if order.unsigned:
        return {"type": "https", "url": url}
    header = order.options.get("auth_header", DEFAULT_HEADER)
    return {"type": "https", "url": url, "auth_header_name": header, "auth_header_value": secret}


def _check_webhook(order: Order, url: str) -> None:
    """Section 2.1: parameters are glued behind the URL, so it must not have any of its own."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not order.test:
        raise InvalidArgument(_WEBHOOK, 'not https; only a source with environment = "test" may do without')
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidArgument(_WEBHOOK, "write it without user, query and fragment")
    if order.unsigned:
        return
    if not order.secrets:
        raise InvalidArgument(_WEBHOOK, "none of the source's secrets is here, and the callback must prove itself")
    if _VALUE.fullmatch(order.secrets[0].value) is None:
        raise InvalidArgument(_WEBHOOK, "the first of the source's secrets can be no header's value: visible ASCII")
    if _NAME.fullmatch(order.options.get("auth_header", DEFAULT_HEADER)) is None:
        raise InvalidArgument(_WEBHOOK, "the source's option auth_header is no header's name")


def _created(order: Order, answer: Answer) -> Done:
    """Section 7: the id inside of the link is another one. Raises ``Unconfirmed`` where no transaction is named."""
    document = answer.document if isinstance(answer.document, dict) else {}
    name = document.get("transaction_id")
    if not isinstance(name, str) or ID.fullmatch(name) is None:
        raise Unconfirmed("IDVerse answers that it was done, but names no transaction")
    kept = {each: document[each] for each in ("transaction_id", "expires_at") if each in document}
    whose = order.optional("customer_identifier") or order.optional("reference")
    return Done(answer.body, document, orjson.dumps(kept), verification_id=name, subject_ref=whose)


def _read(order: Order) -> Plan:
    """The call is that of the target: what it says goes on the log as any fetched document does."""
    target = _target(order)

    async def carry_out(_call: Call) -> Done:
        return Done(read=(target,))

    return Plan((json_of(target),), carry_out, target.verification_id)


def _pdf(order: Order) -> Plan:
    target = _target(order)
    path = f"/transactions/{segment(target.verification_id, ID)}/pdf"
    request = Request("GET", path, form="application/pdf", counts=False)

    async def carry_out(call: Call) -> Done:
        return Done(answered(await call(request)).answer, kept=b"")

    return Plan((request,), carry_out, target.verification_id)


def _target(order: Order) -> Target:
    _check_product(order)
    try:
        return transaction_of(order.text("transaction_id"))
    except Unfetchable as error:
        raise InvalidArgument("transaction_id", str(error)) from None


def _check_product(order: Order) -> None:
    """Section 12: how Enterprise is asked is not public."""
    if order.options.get("product") == ENTERPRISE:
        raise InvalidArgument("source", "is of product enterprise, which Hookline cannot ask; name one of idkit")


ACTIONS = (
    VendorAction(
        name="create-transaction",
        help=_CREATE_HELP,
        example="--reference order-17 --customer-identifier customer-17"
        " --webhook-url https://hooks.example.com/callbacks/idverse",
        fields=_FIELDS,
        plan=_create,
        effect=Effect.CREATES,
    ),
    VendorAction("transaction", _READ_HELP, _EXAMPLE, (_TRANSACTION,), _read, about=_TRANSACTION.name),
    VendorAction(
        "pdf",
        _PDF_HELP,
        f"{_EXAMPLE} --output report.pdf",
        (_TRANSACTION,),
        _pdf,
        file="application/pdf",
        about=_TRANSACTION.name,
    ),
)
