"""Alerts with little to say, and channels that are told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from consumers.alerts.delivery.building import channel_of
from consumers.alerts.delivery.channel import Channel
from runtime.sections_channels import ChannelSettings
from schemas.alert import Alert, Severity
from schemas.event import Outcome
from tests.consumers.delivery.receivers import SECRET

CONSOLE = "https://console.example/hookline"


def alert(number: int = 1, **changes: Any) -> Alert:  # noqa: ANN401 - any field
    """The ``number``-th alert, about a verification of its own."""
    return replace(
        Alert(
            alert_id=str(uuid5(NAMESPACE_OID, str(number))),
            rule="rejected-for-fraud",
            severity=Severity.WARNING,
            provider="idenfy",
            source="idenfy-eu",
            verification_id=f"scan-{number}",
            event_ids=(str(uuid5(NAMESPACE_OID, f"event {number}")),),
            message=f"idenfy rejected verification scan-{number} for fraud (FAKE_FACE).",
            outcome=Outcome.REJECTED,
            test=False,
            raised_at=datetime.now(UTC),
        ),
        **changes,
    )


def settings_of(name: str, url: str, **changes: Any) -> ChannelSettings:  # noqa: ANN401 - any setting
    """A webhook, unless the changes say otherwise, that is tried again soon."""
    kind = changes.get("kind", "webhook")
    secrets = {"secrets": (SECRET,)} if kind == "webhook" else {}
    fast = {"timeout": 0.5, "first_pause": 0.01, "longest_pause": 0.05}
    return ChannelSettings.model_validate({"name": name, "kind": kind, "url": url, **secrets, **fast, **changes})


def channel(name: str, url: str, **changes: Any) -> Channel:  # noqa: ANN401 - any setting
    return channel_of(settings_of(name, url, **changes), CONSOLE)
