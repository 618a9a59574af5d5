"""Whatever moods a vendor is in: every callback's target is stored after it or is a dead letter, within the budget."""

from __future__ import annotations

from random import Random

import pytest

from ingest.api import Budget
from tests.ingest.fetch.conftest import Bench
from tests.ingest.fetch.thin import json, says

MOODS = (
    None,
    json({"error": "internal"}, 500),
    says(429, "", Retry_After="0"),
    json({"error": "no"}, 404),
    says(200, "<html>", "text/html"),
    json({"error": "forbidden"}, 403),
)


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_that_was_called_back_is_lost_whatever_the_vendors_mood(bench: Bench, seed: int) -> None:
    """Each newest callback is its document's cause, or its dead letter's; the vendor counts no more than allowed."""
    random = Random(seed)  # noqa: S311 - no secret
    bench.vendor.moods.extend(random.choice(MOODS) for _ in range(40))
    async with bench.start(
        budget=Budget(parallel=3, per_day=200), horizon=0.5, api_after_limit=0.01, api_missing_for=0.05
    ):
        await bench.call_back(*[f"v{random.randrange(8)}" for _ in range(30)])
        await bench.done()
    newest = {each.verification_id: each.id for each in await bench.callbacks()}
    stored = {each.cause for each in await bench.documents()}
    given_up = {letter.key.rsplit("/", 1)[1] for letter in await bench.dead_letters()}
    assert set() == set(newest.values()) - stored - given_up
    assert (True, True) == (len(bench.vendor.calls) <= 200, bench.vendor.most_at_once <= 3)
