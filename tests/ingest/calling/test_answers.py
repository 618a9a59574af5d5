"""What an exchange is worth: every row of ``ingest.calling.answers``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.api import (
    ANYTHING,
    Call,
    Fetched,
    NotThere,
    Target,
    Unfetchable,
    VendorApi,
    VendorError,
    VendorLimited,
    VendorRefused,
    VendorUnavailable,
)
from ingest.calling.answers import answer_of
from ingest.calling.transport import Exchange, _seconds

JSON, PAGE, PDF = "application/json", "text/html", "application/pdf"

ROWS: list[tuple[int, str, bytes, str, type[VendorError] | None]] = [
    (200, JSON, b"{}", JSON, None),
    (201, "application/problem+json", b"{}", JSON, None),
    (204, "", b"", JSON, None),
    (200, PDF, b"%PDF", PDF, None),
    (200, JSON, b'{"error": 1}', JSON, VendorUnavailable),
    (200, JSON, b'{"cut', JSON, VendorUnavailable),
    (200, JSON, b"", JSON, VendorUnavailable),
    (200, PAGE, b"{}", JSON, VendorUnavailable),
    (200, "", b"{}", JSON, VendorUnavailable),
    (200, PAGE, b"<p>", PDF, VendorUnavailable),
    (200, PDF, b"", PDF, VendorUnavailable),
    (302, JSON, b"{}", JSON, VendorUnavailable),
    (401, JSON, b"{}", JSON, VendorUnavailable),
    (408, JSON, b"{}", JSON, VendorUnavailable),
    (425, JSON, b"{}", JSON, VendorUnavailable),
    (500, JSON, b"{}", JSON, VendorUnavailable),
    (429, PAGE, b"", JSON, VendorLimited),
    (404, JSON, b"{}", JSON, NotThere),
    (410, JSON, b"{}", JSON, NotThere),
    (404, PAGE, b"<p>", JSON, VendorUnavailable),
    (403, PAGE, b"<p>", JSON, VendorUnavailable),
    (400, JSON, b"{}", JSON, VendorRefused),
    (403, JSON, b"{}", JSON, VendorRefused),
    (200, "", b"", ANYTHING, None),
    (200, "text/plain", b"ok", ANYTHING, None),
    (200, JSON, b'{"error": 1}', ANYTHING, VendorUnavailable),
    (200, PAGE, b"<p>", ANYTHING, VendorUnavailable),
]


@pytest.mark.parametrize(("status", "kind", "body", "form", "error"), ROWS)
def test_an_exchange_is_an_answer_or_says_what_to_do(
    status: int, kind: str, body: bytes, form: str, error: type[VendorError] | None
) -> None:
    """No message shows the body."""
    given = Exchange(status, kind, body, None)
    if error is None:
        assert body == answer_of("host", form, _API, given).body
        return
    with pytest.raises(VendorError, match=r"^host: answers") as raised:
        answer_of("host", form, _API, given)
    assert (error, False) == (raised.type, body.decode() in str(raised.value) if body else False)


def _is_error(said: object) -> bool:
    return isinstance(said, dict) and "error" in said


def _nothing_to_ask(_open: object) -> Target:
    raise Unfetchable("never asked")


async def _nothing_to_fetch(_call: Call, _target: Target) -> Fetched:
    raise Unfetchable("never fetched")


_API = VendorApi(targets=None, target_of=_nothing_to_ask, fetch=_nothing_to_fetch, is_error=_is_error)


@pytest.mark.parametrize(
    ("status", "media_type", "error"),
    [
        (404, "", NotThere),
        (404, "text/plain", NotThere),
        (400, "text/plain", VendorRefused),
        (404, PAGE, VendorUnavailable),
    ],
)
def test_a_vendor_whose_errors_may_be_bare_is_taken_at_its_status(
    status: int, media_type: str, error: type[VendorError]
) -> None:
    """A page of HTML is still somebody else's."""
    with pytest.raises(error) as raised:
        answer_of("host", JSON, replace(_API, bare_errors=True), Exchange(status, media_type, b"no", None))
    assert (b"no" if error is not VendorUnavailable else None) == raised.value.answer


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), ("²", None), ("-1", None), ("99999999", None), ("Wed, 21 Oct 2015 07:28:00 GMT", None)],
)
def test_retry_after_is_seconds_or_left_to_our_own_patience(text: str, seconds: float | None) -> None:
    assert seconds == _seconds(text)
