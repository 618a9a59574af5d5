from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from ingest.api import NotThere, Request, Target, Unfetchable, VendorLimited, VendorUnavailable
from ingest.vendors.idverse import DOOR, fetch, is_error, target_of, targets
from sandbox.idverse import make_app
from schemas.callback import Callback
from tests.ingest.asking import Asked, Scripted, api_of, asked, opened_long_ago

ID = "01HH3KA3FBT5NW60H8PC2KAD3N"


@pytest.fixture
async def idverse() -> AsyncIterator[Asked]:
    async with asked(make_app(), "idverse", "/v1", secret="sandbox-api-key", token_url="/oauth2/token") as it:
        yield it


async def created(idverse: Asked) -> Target:
    answer = await idverse.does("POST", "/transactions", {})
    return Target("transaction", answer["transaction_id"])


def callback(verification_id: str, *options: tuple[str, str]) -> Callback:
    return Callback("0196", "idverse", "idverse", verification_id, datetime.now(UTC), b"", options=options)


def test_a_hint_gives_its_transaction_to_read_and_an_event_of_enterprise_nothing() -> None:
    """The first says nothing by itself, the second all (sections 1 and 2)."""
    assert (Target("transaction", ID),) == targets(callback(ID))
    assert (Target("transaction", ID),) == targets(callback(ID, ("product", "idkit")))
    assert () == targets(callback("our own 1", ("product", "enterprise")))


@pytest.mark.parametrize("name", ["0196", "", "a/b", "..", "a b", "ä", "a" * 129])
def test_a_hint_that_names_no_transaction_is_not_lost(name: str) -> None:
    """Its callback bears its own id then, which must not be asked for; nor what is not written as ids are."""
    with pytest.raises(Unfetchable):
        targets(callback(name))


async def test_a_transaction_is_read_verbatim_until_it_is_closed(idverse: Asked) -> None:
    """Open it is not settled; complete it is, with all of its results."""
    target = await created(idverse)
    assert not (await fetch(idverse.call, target)).settled
    await idverse.control("POST", f"transactions/{target.verification_id}/complete")
    fetched = await fetch(idverse.call, target)
    path = f"/transactions/{target.verification_id}/json"
    assert (fetched.settled, len(fetched.bodies), fetched.more) == (True, 1, ())
    assert (await idverse.call(Request("GET", path))).document["results"]["overall"] == "PASSED"  # type: ignore[index]
    assert b'"overall": "PASSED"' in fetched.bodies[0]


@pytest.mark.parametrize("way", ["expire", "cancel"])
async def test_what_ended_without_a_result_is_settled(idverse: Asked, way: str) -> None:
    """EXPIRED and CANCELLED have nothing more to say (section 6.1)."""
    target = await created(idverse)
    await idverse.control("POST", f"transactions/{target.verification_id}/{way}")
    assert (await fetch(idverse.call, target)).settled


async def test_complete_without_results_is_asked_again_for_ten_minutes(idverse: Asked) -> None:
    """Section 6.2; the results may follow."""
    target = await created(idverse)
    await idverse.control("POST", f"transactions/{target.verification_id}/complete", without_results=True)
    assert not (await fetch(idverse.call, target)).settled
    assert max(api_of("idverse").again) == 600


async def test_an_unknown_transaction_is_not_there(idverse: Asked) -> None:
    """It may only be too early (section 8)."""
    with pytest.raises(NotThere):
        await fetch(idverse.call, Target("transaction", ID))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", VendorUnavailable),
        ("429", VendorLimited),
        ("html", VendorUnavailable),
        ("html-200", VendorUnavailable),
        ("error-body", VendorUnavailable),
        ("wrong-content-type", VendorUnavailable),
        ("truncated", VendorUnavailable),
    ],
)
async def test_what_only_passes_for_a_transaction_is_not_kept(idverse: Asked, fault: str, error: type) -> None:
    """Each of the ways in which a vendor lies; the next answer is taken again."""
    target = await created(idverse)
    await idverse.control("PUT", "faults", api=[{"fault": fault, "call": "fetch"}])
    with pytest.raises(error):
        await fetch(idverse.call, target)
    assert len((await fetch(idverse.call, target)).bodies) == 1


@pytest.mark.parametrize("status", [None, [], {}, 1, "completed", "SOMETHING_NEW"])
async def test_a_status_that_nobody_knows_is_not_settled(status: object) -> None:
    """Whatever stands there, it is kept, and looked at again."""
    said = Scripted({f"/transactions/{ID}/json": {"transaction_id": ID, "status": status, "results": {"overall": "x"}}})
    fetched = await fetch(said, Target("transaction", ID))
    assert (1, False) == (len(fetched.bodies), fetched.settled)


async def test_another_transactions_answer_is_not_kept() -> None:
    """A cache in between may mix them up."""
    mixed_up = Scripted({f"/transactions/{ID}/json": {"transaction_id": "another", "status": "EXPIRED"}})
    with pytest.raises(VendorUnavailable):
        await fetch(mixed_up, Target("transaction", ID))


def test_an_error_is_told_by_its_body() -> None:
    """Section 8; a transaction may have any further member."""
    assert is_error({"error_message": "Internal Server Error."})
    assert not is_error({"transaction_id": ID, "error_message": "of a check"})
    assert not is_error([])


def test_an_open_transaction_is_asked_about_every_six_hours_and_after_its_link_expired() -> None:
    """Section 4: within a quarter of the day's budget, for eight days."""
    api = api_of("idverse")
    assert (timedelta(hours=6), timedelta(days=8)) == (api.ticks_since_first[0], api.ticks_since_first[-1])
    assert timedelta(days=7, minutes=5) in api.ticks_since_first
    assert (1500, 0.25) == (api.budget.per_day, api.budget.reconcile_share)
    assert Target("transaction", ID) == target_of(opened_long_ago(ID))
    with pytest.raises(Unfetchable):
        target_of(opened_long_ago("our own 1"))


def test_a_source_may_name_its_header_and_how_it_is_read() -> None:
    """What the settings are checked against."""
    assert ("auth_header", {"product", "flagged"}) == (DOOR.header_option, set(DOOR.words))
