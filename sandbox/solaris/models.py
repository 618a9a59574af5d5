"""What this Solaris knows of persons, identifications and subscriptions. Times are the vendor's Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.solaris import words


def stamp(moment: float) -> str:
    """ISO 8601 in UTC with milliseconds, as Solaris writes times."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(slots=True)
class Person:
    """``members`` is the resource as it is answered. A deleted person keeps nothing of it."""

    id: str
    members: dict[str, Any]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Attempt:
    """One call with IDnow. ``originals`` are the person's data before it, ``payload`` is what IDnow last sent."""

    id: str
    originals: Mapping[str, Any]
    result: str = ""
    reason: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What the robot's call brings at ``due``: IDnow's result, and whether the person's data change with it."""

    due: int
    result: str
    reason: str | None
    changes: bool


@dataclass(slots=True)
class Identification:
    """``before`` is the resource as it was ahead of the last change of status; ``steps`` are still to come."""

    id: str
    person: Person
    asked: Mapping[str, Any]
    esigning: bool
    scenario: str | None
    status: str = words.CREATED
    reference: str | None = None
    url: str | None = None
    completed: int | None = None
    documents: list[dict[str, Any]] = field(default_factory=list)
    history: list[str] = field(default_factory=lambda: [words.CREATED])
    attempts: list[Attempt] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    before: dict[str, Any] | None = None

    @property
    def truth(self) -> dict[str, Any]:
        """The sandbox's own truth, without personal data."""
        return {
            "id": self.id,
            "personId": self.person.id,
            "scenario": self.scenario,
            "status": self.status,
            "final": self.status in words.FINAL,
            "history": list(self.history),
            "attempts": [{"id": each.id, "result": each.result, "reason": each.reason} for each in self.attempts],
        }


@dataclass(slots=True)
class BusinessIdentification:
    """``legal`` is Solaris' word on the legal identification, ``missing`` what it still needs for that."""

    id: str
    business_id: str
    method: str
    status: str = words.CREATED
    url: str | None = None
    completed: int | None = None
    legal: str | None = None
    missing: list[str] = field(default_factory=list)

    @property
    def truth(self) -> dict[str, Any]:
        """The sandbox's own truth."""
        return {
            "id": self.id,
            "businessId": self.business_id,
            "status": self.status,
            "final": self.status in words.FINAL,
            "legal": self.legal,
        }


@dataclass(slots=True)
class Subscription:
    """``secret`` is told once, by the answer that created it. ``canceled`` once a receiver said 410."""

    id: str
    event_type: str
    url: str
    secret: str = field(repr=False)
    canceled: bool = False
