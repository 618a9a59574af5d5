from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest

from ingest.api import Target, Unfetchable, VendorUnavailable
from ingest.vendors.idenfy import fetch, is_error, target_of
from sandbox.idenfy import Account, make_app
from tests.ingest.asking import Asked, Scripted, api_of, asked, opened_long_ago

ACCOUNT = Account()


@pytest.fixture
async def idenfy() -> AsyncIterator[Asked]:
    keys = {"client_id": ACCOUNT.api_key, "secret": ACCOUNT.api_secret}
    async with asked(make_app(ACCOUNT), "idenfy", **keys) as it:
        yield it


async def test_the_status_is_read_with_key_and_secret(idenfy: Asked) -> None:
    """Section 8: the flat answer, verbatim, and settled each time: polling is forbidden."""
    created = await idenfy.does("POST", "/api/v2/token", {"clientId": "c-1"})
    fetched = await fetch(idenfy.call, Target("status", created["scanRef"]))
    [body] = fetched.bodies
    assert (created["scanRef"], True) == (orjson.loads(body)["scanRef"], fetched.settled)


@pytest.mark.parametrize("document", [{"scanRef": "another", "status": "APPROVED"}, {"status": "APPROVED"}, []])
async def test_another_verifications_status_is_not_kept(document: object) -> None:
    """Nor an answer that names none."""
    with pytest.raises(VendorUnavailable):
        await fetch(Scripted({"/api/v2/status": document}), Target("status", "s-1"))


def test_no_webhook_gives_anything_to_read() -> None:
    """Each carries the whole result (section 1)."""
    assert api_of("idenfy").targets is None


def test_only_a_persons_verification_can_be_asked_about() -> None:
    """Section 8 has no call for a company; an id with blanks in it is none."""
    assert Target("status", "s-1") == target_of(opened_long_ago("s-1", "c-1"))
    for verification in (opened_long_ago("c-1", is_business=True), opened_long_ago("a b"), opened_long_ago("")):
        with pytest.raises(Unfetchable):
            target_of(verification)


def test_a_verification_is_asked_about_once_an_hour_and_five_times() -> None:
    """Section 8, "Recovery": one at a time, 60 an hour in all."""
    api = api_of("idenfy")
    assert tuple(timedelta(hours=hours) for hours in (1, 2, 3, 4, 5)) == api.ticks_since_last
    assert (1, 60) == (api.budget.parallel, api.budget.per_hour)


def test_an_error_is_told_by_its_envelope() -> None:
    """Section 9."""
    assert is_error({"message": "Internal error.", "identifier": "INTERNAL_ERROR"})
    assert not is_error({"scanRef": "s-1", "identifier": "x"})
    assert not is_error("text")
