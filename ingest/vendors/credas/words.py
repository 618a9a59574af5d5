"""Credas' numbers by their names, for people to read: facts, section 6. The same number means another thing in each."""

from __future__ import annotations

from collections.abc import Mapping

VERIFICATION, CHECK, BANK = "verification", "check", "bank"

LISTS: Mapping[str, Mapping[int, str]] = {
    VERIFICATION: {
        0: "NotPerformed",
        1: "AutoPass",
        2: "AutoFail",
        3: "PendingManualCheck",
        4: "ManualPass",
        5: "ManualFail",
        6: "ManualRefer",
        7: "Requested",
    },
    CHECK: {0: "NotPerformed", 1: "Pass", 2: "Refer", 3: "Fail", 4: "ActionRequired"},
    BANK: {1: "Pass", 2: "Refer", 3: "Fail"},
}
"""Sections 6.1, 6.3 and 6.6 (bank check), by the words that options name them with."""

STATUSES: Mapping[int, str] = {
    0: "NotStarted",
    1: "InProgress",
    2: "Complete",
    3: "Deleted",
    4: "PendingApproval",
    5: "Rejected",
    6: "Expired",
    7: "Archived",
}
"""Section 6.2: a process' status."""


def named(value: object, names: Mapping[int, str]) -> str | None:
    """The number and its name, ``4 ManualPass``; the number alone where it has none, ``None`` for what is no number."""
    if type(value) is not int:
        return None
    return f"{value} {names[value]}" if value in names else str(value)
