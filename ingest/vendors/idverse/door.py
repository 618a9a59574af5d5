"""IDVerse's callbacks, of either product: facts, sections 2 and 3."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

import orjson

from ingest.door import Delivery
from runtime.secrets import Secret

IDKIT, ENTERPRISE = "idkit", "enterprise"
_MEMBERS = {IDKIT: "transaction_id", ENTERPRISE: "transactionId"}

DEFAULT_HEADER = "Authorization"

ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
"""Section 3.1: not to be checked as ULIDs, for published ones are none."""

_MAX_ENTERPRISE_ID = 128
"""Section 3.1: partners choose these themselves, with blanks in them too."""

_MAX_PARAMETERS = 64
"""A notification has two (section 2.1); more than this is none, and not worth the time of taking it apart."""


def authenticate(delivery: Delivery, secrets: Sequence[Secret]) -> Secret | None:
    """The secret that the one header called ``auth_header`` holds whole: sections 3.1 and 11.

    Only white space around the value does not count.
    """
    given = delivery.headers.getall(delivery.options.get("auth_header", DEFAULT_HEADER), [])
    if len(given) != 1:
        return None
    value = given[0].strip().encode("utf-8", "surrogateescape")
    holding = [secret for secret in secrets if hmac.compare_digest(secret.value, value)]
    return holding[0] if holding else None


def verification_id(delivery: Delivery) -> str | None:
    """The one transaction that body and query name; ``None`` where they name two (section 2.1) or none."""
    product = delivery.options.get("product", IDKIT)
    named = set(_named_in_body(delivery.body, product))
    if product == IDKIT:
        named |= set(_named_in_form(delivery.query))
    return named.pop() if len(named) == 1 and all(_is_id(each, product) for each in named) else None


def _is_id(text: str, product: str) -> bool:
    if product == IDKIT:
        return ID.fullmatch(text) is not None
    return 0 < len(text.strip()) <= len(text) <= _MAX_ENTERPRISE_ID and text.isprintable()


def _named_in_body(body: bytes, product: str) -> Iterator[str]:
    """IDKit's form and, for want of a printed content type, JSON too; of Enterprise's JSON alone (section 2.2)."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        if product == IDKIT:
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
    yield from (value for name, value in parameters if name == _MEMBERS[IDKIT])


def refuses(options: Mapping[str, str], *, unsigned: bool, asked: bool) -> str | None:
    """Section 6.4: Enterprise's outcomes rest on the body, so nobody else may be able to send it. Section 12: how to
    ask it is not public.
    """
    if asked and options.get("product") == ENTERPRISE:
        return "api: there is none that Hookline knows of enterprise; remove it"
    if unsigned and options.get("product") == ENTERPRISE:
        return "unsigned: true, though an enterprise callback decides by itself; give secrets instead"
    return None
