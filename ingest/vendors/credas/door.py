"""Credas' callbacks: facts, sections 2 and 3. They are not signed: a fixed header is all, so each is only a hint."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from ingest.door import Delivery
from ingest.vendors.credas.webhook import Kind, webhook_of
from runtime.secrets import Secret

_DEFAULT_HEADER = "webhookAuth"
"""Section 3: the one that their page shows."""

SECRET_HEADERS = frozenset({b"authorization", b"cookie", b"proxy-authorization", _DEFAULT_HEADER.lower().encode()})

_HEADER_NAME = re.compile(r"[A-Za-z0-9]{1,100}")
"""Section 3: Credas takes no hyphen and no special character, and some proxies drop underscores."""

TOKEN_KEY = b"token-key:"
"""How a secret begins that is no value of the header: what follows is the key of the tokens in processes' URLs."""

_LEAST_KEY = 32
"""Section 3: tokens of 256 bits."""

_PARAMETER = "t"
SECRET_PARAMETERS = frozenset({_PARAMETER})

_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,100})\.([0-9a-f]{64})")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_MAX_PARAMETERS = 16


def authenticate(delivery: Delivery, secrets: Sequence[Secret]) -> Secret | None:
    """The secret that the one header called ``auth_header`` holds whole, white space around it aside.

    Where there are keys of tokens, a process' webhook needs a token too: its URL is its own (section 2). Where there
    are keys alone, nothing but such webhooks comes in.
    """
    keys = [secret for secret in secrets if secret.value.startswith(TOKEN_KEY)]
    values = [secret for secret in secrets if secret not in keys]
    value = _holding_header(delivery, values)
    if not keys or (values and value is None):
        return value
    if webhook_of(delivery.body).kind is not Kind.PROCESS:
        return value
    key = _holding_token(delivery, keys)
    return None if key is None else value or key


def _holding_header(delivery: Delivery, values: Sequence[Secret]) -> Secret | None:
    given = delivery.headers.getall(delivery.options.get("auth_header", _DEFAULT_HEADER), [])
    if len(given) != 1:
        return None
    value = given[0].strip().encode("utf-8", "surrogateescape")
    holding = [secret for secret in values if hmac.compare_digest(secret.value, value)]
    return holding[0] if holding else None


def _holding_token(delivery: Delivery, keys: Sequence[Secret]) -> Secret | None:
    try:
        parameters = parse_qsl(delivery.query, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return None
    given = [value for name, value in parameters if name == _PARAMETER]
    token = _TOKEN.fullmatch(given[0]) if len(given) == 1 else None
    if token is None:
        return None
    holding = [key for key in keys if _is_long(key) and hmac.compare_digest(_proof(key, token[1]), token[2])]
    return holding[0] if holding else None


def token_query(key: Secret, reference: str) -> str:
    """What belongs behind the ``?`` of the ``webhookUrl`` of a process about to be created.

    ``reference`` is ours, a new one for each process, since its id is not known yet: 1 to 100 letters, digits, ``_``
    and ``-``. Raises ``ValueError`` for any other, and for a key of less than 32 bytes, whose tokens open nothing.
    """
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("reference: write 1 to 100 letters, digits, _ and -")
    if not _is_long(key):
        raise ValueError(f"{key.name}: a key of tokens has at least {_LEAST_KEY} bytes behind token-key:")
    return f"{_PARAMETER}={reference}.{_proof(key, reference)}"


def _is_long(key: Secret) -> bool:
    return len(key.value) >= len(TOKEN_KEY) + _LEAST_KEY


def _proof(key: Secret, reference: str) -> str:
    return hmac.digest(key.value.removeprefix(TOKEN_KEY), reference.encode(), "sha256").hex()


def verification_id(delivery: Delivery) -> str | None:
    """The process; of a status update the entity, as most name no process; of a legacy body its registration."""
    webhook = webhook_of(delivery.body)
    return webhook.process or webhook.entity or webhook.registration


def refuses(options: Mapping[str, str], *, unsigned: bool, asked: bool) -> str | None:
    """A header that Credas could not send (section 3)."""
    del unsigned, asked
    name = options.get("auth_header")
    if name is None or _HEADER_NAME.fullmatch(name):
        return None
    return "options.auth_header: Credas sends none with hyphens or special characters; write letters and digits"
