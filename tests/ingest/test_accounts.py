"""From the settings to an account: what is missing is said before the start, all of it at once."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.calling import accounts_of
from runtime.errors import SettingsInvalid
from runtime.settings import SourceSettings

BASE = "https://api.example"


def source(name: str, vendor: str, **api: Any) -> SourceSettings:  # noqa: ANN401 - any key
    return SourceSettings.model_validate(
        {"name": name, "vendor": vendor, "secrets": ["s"], "api": {"base_url": BASE, "secret": "k", **api}}
    )


def test_every_account_that_cannot_be_asked_is_named_at_once() -> None:
    """With the key that is missing."""
    sources = [
        source("a", "solaris", token_url=BASE),
        source("b", "idverse"),
        source("c", "idenfy", client_id="env:NOT_SET_ANYWHERE"),
    ]
    with pytest.raises(SettingsInvalid) as refused:
        accounts_of(sources)
    said = str(refused.value).splitlines()
    assert [
        "source (a).api.client_id: missing; solaris needs it beside the secret",
        "source (b).api.token_url: missing; idverse gives its tokens there",
    ] == said[:2]
    assert said[2].startswith("source (c).api.client_id: ")


def test_the_settings_budget_wins_and_the_vendors_own_fills_it_up() -> None:
    """IDVerse's 1,500 a day and its quarter for reconciling stay where nothing else is said."""
    made = accounts_of([source("b", "idverse", token_url=BASE, parallel=3, per_hour=10)])["b"]
    assert (3, 10, 1500, 0.25) == (
        made.budget.parallel,
        made.budget.per_hour,
        made.budget.per_day,
        made.budget.reconcile_share,
    )


def test_no_secret_is_shown_by_an_account() -> None:
    (made,) = accounts_of([source("b", "idverse", token_url=BASE, secret="canary-key")]).values()
    assert "canary-key" not in repr(made)
