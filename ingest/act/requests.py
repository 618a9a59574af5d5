"""Requests as people see them and as the log keeps them: without secrets, and without what nobody would read."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from ingest.api import Request
from ingest.calling import Account

_LONG = 2000
"""Characters of a text that is kept as its digest: an image in base64, a file."""

_HIDDEN = "(secret)"


def shown(request: Request, account: Account | None) -> Mapping[str, object]:
    """The request as it will be sent; the secret stands in the header alone."""
    url = (account.credentials.base_url if account is not None else "") + request.path
    return {
        "method": request.method,
        "url": url,
        "query": dict(request.query),
        "headers": {account.api.authorization_header: _HIDDEN} if account is not None else {},
        "json": shortened(request.json),
    }


def kept(request: Request) -> Mapping[str, object]:
    return {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "json": shortened(request.json),
    }


def shortened(value: object) -> object:
    """The same JSON with a digest in place of each text of more than 2,000 characters, and of bytes."""
    if isinstance(value, Mapping):
        return {str(name): shortened(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [shortened(each) for each in value]
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": sha256(value).hexdigest()}
    if isinstance(value, str) and len(value) > _LONG:
        return {"characters": len(value), "sha256": sha256(value.encode()).hexdigest()}
    return value
