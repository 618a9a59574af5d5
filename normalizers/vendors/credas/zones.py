"""In which time zone an account's times are that name none (the facts, section 5.1)."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from schemas.callback import Callback

OPTION = "time_zone"

ZONES = ("UTC", "Europe/London")
"""What the option may say, the default first. Credas is in the United Kingdom."""


def zone_of(callback: Callback) -> tzinfo:
    name = callback.option(OPTION)
    return ZoneInfo(name) if name in ZONES[1:] else UTC
