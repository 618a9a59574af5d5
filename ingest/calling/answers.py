"""What an exchange is worth: an answer, or the error that says what to do now."""

from __future__ import annotations

from http import HTTPStatus

import orjson

from ingest.api import ANYTHING, Answer, NotThere, VendorApi, VendorLimited, VendorRefused, VendorUnavailable
from ingest.calling.transport import Exchange

_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.UNAUTHORIZED})
_NOTHING_PARSED = object()
_PAGE = "text/html"


def answer_of(host: str, form: str, api: VendorApi, given: Exchange) -> Answer:
    """The answer, if that is what the vendor itself said.

    Raises ``VendorLimited`` (429), ``NotThere`` (404 in the vendor's own words), ``VendorRefused`` (any other 4xx in
    its own words) and ``VendorUnavailable`` for everything that only passes for an answer: 5xx, a redirect, a page of
    some CDN whatever its status, JSON cut off, an error that came as a success.
    """
    if given.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise VendorLimited(f"{host}: answers 429", given.retry_after)
    if given.status >= HTTPStatus.INTERNAL_SERVER_ERROR or given.status in _PASSING:
        raise VendorUnavailable(f"{host}: answers {given.status}", given.retry_after)
    document = _document(given)
    if given.status >= HTTPStatus.BAD_REQUEST:
        _refuse(host, given, document, bare=api.bare_errors)
    if given.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise VendorUnavailable(f"{host}: answers {given.status}, a redirect")
    if form == ANYTHING:
        return _whatever(host, given, document, api)
    if form != "application/json":
        return _file(host, form, given)
    if given.status != HTTPStatus.NO_CONTENT and (document is _NOTHING_PARSED or api.is_error(document)):
        raise VendorUnavailable(f"{host}: answers {given.status} with {_shown(given, document)}")
    return Answer(given.body, None if document is _NOTHING_PARSED else document)


def _document(given: Exchange) -> object:
    """What the body says, if it is JSON and says that it is."""
    if given.media_type != "application/json" and not given.media_type.endswith("+json"):
        return _NOTHING_PARSED
    try:
        return orjson.loads(given.body)
    except orjson.JSONDecodeError:
        return _NOTHING_PARSED


def _refuse(host: str, given: Exchange, document: object, *, bare: bool) -> None:
    if document is _NOTHING_PARSED and (not bare or given.media_type == _PAGE):
        strange = f"{host}: answers {given.status}, not in JSON: something in between speaks"
        raise VendorUnavailable(strange, was_sent=False)
    if given.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise NotThere(f"{host}: answers {given.status}", given.body)
    raise VendorRefused(f"{host}: answers {given.status}; see the account's rights and its settings", given.body)


def _whatever(host: str, given: Exchange, document: object, api: VendorApi) -> Answer:
    """A page of HTML is still none of the vendor's own words, nor is an error a success."""
    if given.media_type == _PAGE or (document is not _NOTHING_PARSED and api.is_error(document)):
        raise VendorUnavailable(f"{host}: answers {given.status} with {_shown(given, document)}")
    return Answer(given.body, None if document is _NOTHING_PARSED else document)


def _file(host: str, form: str, given: Exchange) -> Answer:
    if given.media_type != form or not given.body:
        raise VendorUnavailable(f"{host}: answers {given.status} with {given.media_type or 'nothing'}, not {form}")
    return Answer(given.body)


def _shown(given: Exchange, document: object) -> str:
    if document is not _NOTHING_PARSED:
        return "an error"
    return "half of its JSON, or none" if given.media_type.endswith("json") else (given.media_type or "no media type")
